"""What attendants read of Telegram's refusals, by the word that the channel service gives each of them."""

from collections.abc import Mapping
from types import MappingProxyType

from atd_conversation.domain.failure_texts import FailureText

_MOVED = FailureText(
    "group_moved",
    "O grupo mudou de endereço no Telegram e esta mensagem não chegou. Reenvie: ela vai para o endereço novo do grupo.",
    "The group has a new address on Telegram and this message did not arrive. Send it again: it goes to the new "
    "address of the group.",
    "El grupo cambió de dirección en Telegram y este mensaje no llegó. Reenvíelo: irá a la dirección nueva del grupo.",
    retryable=True,
)
_OUT_OF_GROUP = FailureText(
    "removed_from_group",
    "O bot não está mais neste grupo do Telegram e a mensagem não chegou. Peça a alguém do grupo que o coloque de "
    "volta e reenvie.",
    "The bot is not in this Telegram group any more and the message did not arrive. Ask somebody of the group to add "
    "it again, then send it once more.",
    "El bot ya no está en este grupo de Telegram y el mensaje no llegó. Pida a alguien del grupo que lo vuelva a "
    "añadir y reenvíelo.",
    retryable=True,
)
_FILE = FailureText(
    "file_refused",
    "O Telegram não aceitou o arquivo e o cliente não recebeu a mensagem. Confira o formato e envie o arquivo de "
    "novo, por exemplo como documento.",
    "Telegram did not accept the file and the customer did not get the message. Check its format and send the file "
    "again, such as a document.",
    "Telegram no aceptó el archivo y el cliente no recibió el mensaje. Revise el formato y envíe el archivo de nuevo, "
    "por ejemplo como documento.",
)
_TOPIC = FailureText(
    "topic_closed",
    "Este tópico do grupo foi fechado ou apagado no Telegram e a mensagem não chegou. Escreva em outro tópico ou peça "
    "ao grupo que o abra de novo.",
    "This topic of the group was closed or deleted on Telegram and the message did not arrive. Write in another "
    "topic, or ask the group to open it again.",
    "Este tema del grupo se cerró o se borró en Telegram y el mensaje no llegó. Escriba en otro tema o pida al grupo "
    "que lo abra de nuevo.",
    retryable=True,
)
_NOT_THERE = FailureText(
    "message_gone",
    "A mensagem não existe mais no Telegram: quem está do outro lado a apagou. Nada foi mudado lá; se precisar, "
    "escreva uma mensagem nova.",
    "The message does not exist on Telegram any more: the other side deleted it. Nothing was changed there; if "
    "needed, write a new message.",
    "El mensaje ya no existe en Telegram: la otra parte lo borró. Allí no cambió nada; si hace falta, escriba un "
    "mensaje nuevo.",
    retryable=False,
)
_NOT_CHANGED = FailureText(
    "not_changeable",
    "O Telegram não deixa mais mudar nem apagar esta mensagem, e o cliente continua a vê-la. Se for preciso, mande "
    "uma correção em uma mensagem nova.",
    "Telegram no longer lets this message be changed or deleted, and the customer still sees it. If needed, correct "
    "it in a new message.",
    "Telegram ya no permite cambiar ni borrar este mensaje, y el cliente lo sigue viendo. Si hace falta, corríjalo en "
    "un mensaje nuevo.",
    retryable=False,
)
_BUSINESS = FailureText(
    "business_connection",
    "A conta do Telegram Business não deixa mais o bot responder aqui e o cliente não recebeu a mensagem. O dono da "
    "conta deve ligar o bot de novo nas configurações dela.",
    "The Telegram Business account no longer lets the bot answer here, and the customer did not get the message. Its "
    "owner has to connect the bot again in the settings of the account.",
    "La cuenta de Telegram Business ya no deja que el bot responda aquí y el cliente no recibió el mensaje. Su dueño "
    "debe volver a conectar el bot en los ajustes de la cuenta.",
    retryable=True,
)
_TOO_LONG = FailureText(
    "too_long",
    "O texto é longo demais para o Telegram e o cliente não recebeu a mensagem. Encurte o texto ou mande-o em duas "
    "mensagens.",
    "The text is too long for Telegram and the customer did not get the message. Shorten it, or send it in two "
    "messages.",
    "El texto es demasiado largo para Telegram y el cliente no recibió el mensaje. Acórtelo o envíelo en dos mensajes.",
)

BY_CODE: Mapping[str, FailureText] = MappingProxyType(
    {
        "blocked": FailureText(
            "blocked_by_customer",
            "O cliente bloqueou o bot no Telegram e não recebeu a mensagem. Só ele pode desbloquear; até lá, fale com "
            "ele por outro canal.",
            "The customer has blocked the bot on Telegram and did not get the message. Only they can unblock it; "
            "until then, use another channel.",
            "El cliente bloqueó el bot en Telegram y no recibió el mensaje. Solo él puede desbloquearlo; mientras "
            "tanto, use otro canal.",
        ),
        "deactivated": FailureText(
            "account_gone",
            "A conta do cliente no Telegram não existe mais e ele não recebeu a mensagem. Fale com ele por outro "
            "canal.",
            "The customer's account on Telegram does not exist any more, and they did not get the message. Use "
            "another channel.",
            "La cuenta del cliente en Telegram ya no existe y no recibió el mensaje. Use otro canal.",
        ),
        "not_started": FailureText(
            "customer_must_write_first",
            "No Telegram o cliente precisa escrever primeiro: o bot não pode começar a conversa, e a mensagem não "
            "chegou. Mande a ele o link do bot por outro canal.",
            "On Telegram the customer has to write first: a bot cannot begin the conversation, and the message did "
            "not arrive. Send them the bot's link through another channel.",
            "En Telegram el cliente debe escribir primero: un bot no puede empezar la conversación, y el mensaje no "
            "llegó. Envíele el enlace del bot por otro canal.",
        ),
        "chat_not_found": FailureText(
            "recipient_unreachable",
            "O Telegram não conhece este cliente, ou ele nunca abriu o bot: a mensagem não chegou. Espere que ele "
            "escreva ou fale com ele por outro canal.",
            "Telegram does not know this customer, or they never opened the bot: the message did not arrive. Wait "
            "until they write, or use another channel.",
            "Telegram no conoce a este cliente, o nunca abrió el bot: el mensaje no llegó. Espere a que escriba o use "
            "otro canal.",
        ),
        "kicked": _OUT_OF_GROUP,
        "not_a_member": _OUT_OF_GROUP,
        "chat_deleted": FailureText(
            "group_deleted",
            "O grupo foi apagado no Telegram e a mensagem não chegou. Fale com as pessoas dele em conversas próprias "
            "ou por outro canal.",
            "The group was deleted on Telegram and the message did not arrive. Reach its people in conversations of "
            "their own, or through another channel.",
            "El grupo se borró en Telegram y el mensaje no llegó. Hable con sus miembros en conversaciones propias o "
            "por otro canal.",
        ),
        "group_moved": _MOVED,
        "no_rights": FailureText(
            "no_rights_in_group",
            "O grupo não deixa o bot enviar este tipo de mensagem e ela não chegou. Peça a um administrador do grupo "
            "que dê a permissão e reenvie.",
            "The group does not let the bot send this kind of message, and it did not arrive. Ask an administrator of "
            "the group for the permission, then send it again.",
            "El grupo no deja que el bot envíe este tipo de mensaje y no llegó. Pida el permiso a un administrador "
            "del grupo y reenvíelo.",
            retryable=True,
        ),
        "voice_forbidden": FailureText(
            "voice_refused",
            "O cliente não aceita mensagens de voz no Telegram e não recebeu esta. Mande o áudio como arquivo ou "
            "escreva um texto.",
            "The customer does not accept voice messages on Telegram and did not get this one. Send the sound as a "
            "file, or write a text.",
            "El cliente no acepta mensajes de voz en Telegram y no recibió este. Envíe el audio como archivo o "
            "escriba un texto.",
        ),
        "thread_not_found": _TOPIC,
        "topic_closed": _TOPIC,
        "reply_not_found": FailureText(
            "quoted_message_gone",
            "A mensagem citada foi apagada no Telegram e esta resposta não chegou ao cliente. Envie-a de novo, sem "
            "citar.",
            "The quoted message was deleted on Telegram and this answer did not reach the customer. Send it again "
            "without the quote.",
            "El mensaje citado se borró en Telegram y esta respuesta no llegó al cliente. Envíela de nuevo sin citar.",
        ),
        "message_not_found": _NOT_THERE,
        "delete_not_found": _NOT_THERE,
        "not_editable": _NOT_CHANGED,
        "not_deletable": _NOT_CHANGED,
        "no_text": _NOT_CHANGED,
        "reaction_invalid": FailureText(
            "reaction_refused",
            "O Telegram não aceita esta reação nesta conversa e o cliente não a vê. Escolha outra reação ou responda "
            "com uma mensagem.",
            "Telegram does not take this reaction in this conversation, and the customer does not see it. Choose "
            "another one, or answer with a message.",
            "Telegram no acepta esta reacción en esta conversación y el cliente no la ve. Elija otra o responda con "
            "un mensaje.",
        ),
        "photo_refused": _FILE,
        "file_refused": _FILE,
        "too_large": FailureText(
            "file_too_large",
            "O arquivo é grande demais para o Telegram (até 50 MB) e o cliente não recebeu a mensagem. Mande um "
            "arquivo menor, ou um link para ele.",
            "The file is too large for Telegram (up to 50 MB) and the customer did not get the message. Send a "
            "smaller file, or a link to it.",
            "El archivo es demasiado grande para Telegram (hasta 50 MB) y el cliente no recibió el mensaje. Envíe uno "
            "más pequeño, o un enlace.",
        ),
        "text_too_long": _TOO_LONG,
        "edit_too_long": FailureText(
            "edit_too_long",
            "O texto novo não cabe na mensagem que já foi enviada, e o cliente continua a ver o antigo. Encurte-o ou "
            "mande o resto em uma mensagem nova.",
            "The new text does not fit into the message that was sent, and the customer still sees the old one. "
            "Shorten it, or send the rest as a new message.",
            "El texto nuevo no cabe en el mensaje que ya se envió, y el cliente sigue viendo el anterior. Acórtelo o "
            "envíe el resto en un mensaje nuevo.",
            retryable=False,
        ),
        "empty_text": FailureText(
            "empty_text",
            "O Telegram não envia mensagem sem texto, e o cliente não recebeu esta. Escreva o texto e envie de novo.",
            "Telegram sends no message without text, and the customer did not get this one. Write the text and send "
            "it again.",
            "Telegram no envía mensajes sin texto, y el cliente no recibió este. Escriba el texto y envíelo de nuevo.",
            retryable=False,
        ),
        "button_invalid": FailureText(
            "button_invalid",
            "O Telegram não aceitou um dos botões e o cliente não recebeu a mensagem. Confira o endereço do link ou "
            "mande as opções como texto.",
            "Telegram did not accept one of the buttons, and the customer did not get the message. Check the link's "
            "address, or send the choices as a text.",
            "Telegram no aceptó uno de los botones y el cliente no recibió el mensaje. Revise la dirección del enlace "
            "o envíe las opciones como texto.",
            retryable=False,
        ),
        "no_phone": FailureText(
            "contact_without_phone",
            "O Telegram só envia contatos com telefone, e o cliente não recebeu este. Acrescente o telefone ou mande "
            "os dados como texto.",
            "Telegram sends only contacts that have a phone number, and the customer did not get this one. Add the "
            "number, or send the details as a text.",
            "Telegram solo envía contactos con teléfono, y el cliente no recibió este. Añada el teléfono o envíe los "
            "datos como texto.",
            retryable=False,
        ),
        "private_only": FailureText(
            "private_only",
            "O Telegram só permite este pedido em conversas privadas, não em grupos, e ele não foi enviado. Peça em "
            "uma conversa com a própria pessoa.",
            "Telegram allows this request in private conversations only, not in groups, and it was not sent. Ask in a "
            "conversation with the person.",
            "Telegram solo permite esta petición en conversaciones privadas, no en grupos, y no se envió. Pídalo en "
            "una conversación con la persona.",
        ),
        "business_connection": _BUSINESS,
        "business_peer": _BUSINESS,
    }
)

OF_FILES: Mapping[str, FailureText] = MappingProxyType(
    {
        "too_large": FailureText(
            "file_too_large",
            "O Telegram não entrega a bots arquivos com mais de 20 MB: este não pôde ser buscado. Peça ao cliente um "
            "arquivo menor, em partes ou um link.",
            "Telegram gives bots no files of more than 20 MB: this one could not be fetched. Ask the customer for a "
            "smaller file, for parts of it, or for a link.",
            "Telegram no entrega a los bots archivos de más de 20 MB: este no se pudo obtener. Pida al cliente uno "
            "más pequeño, en partes o un enlace.",
            retryable=False,
        ),
    }
)
