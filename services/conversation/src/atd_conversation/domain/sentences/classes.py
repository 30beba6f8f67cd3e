"""By the class of a failure: what an attendant reads when a message or a file failed."""

from collections.abc import Mapping
from types import MappingProxyType

from atd_conversation.domain.sentences.sentence import Sentence

_CLASSES = (
    (
        "token",
        Sentence(
            "channel_disconnected",
            "O WhatsApp não aceita mais o acesso deste número: a mensagem não chegou ao cliente. Peça a um "
            "administrador que conecte o canal de novo e reenvie.",
            "WhatsApp no longer accepts this number's access: the message did not reach the customer. Ask an "
            "administrator to reconnect the channel, then send it again.",
            "WhatsApp ya no acepta el acceso de este número: el mensaje no llegó al cliente. Pida a un administrador "
            "que vuelva a conectar el canal y reenvíelo.",
        ),
    ),
    (
        "permission",
        Sentence(
            "channel_permission",
            "Falta uma permissão deste número no WhatsApp: a mensagem não chegou ao cliente. Peça a um administrador "
            "que revise as permissões do aplicativo na Meta e reenvie.",
            "This number lacks a permission on WhatsApp: the message did not reach the customer. Ask an administrator "
            "to check the app's permissions at Meta, then send it again.",
            "A este número le falta un permiso en WhatsApp: el mensaje no llegó al cliente. Pida a un administrador "
            "que revise los permisos de la aplicación en Meta y reenvíelo.",
        ),
    ),
    (
        "account",
        Sentence(
            "channel_blocked",
            "O WhatsApp suspendeu os envios deste número: a mensagem não chegou ao cliente. Avise um administrador; a "
            "situação da conta aparece no painel da Meta.",
            "WhatsApp has stopped this number from sending: the message did not reach the customer. Tell an "
            "administrator; Meta's dashboard shows the state of the account.",
            "WhatsApp suspendió los envíos de este número: el mensaje no llegó al cliente. Avise a un administrador; "
            "el estado de la cuenta aparece en el panel de Meta.",
        ),
    ),
    (
        "throttle",
        Sentence(
            "too_many_messages",
            "O WhatsApp limitou os envios deste número e a mensagem não chegou ao cliente. Espere alguns minutos e "
            "reenvie.",
            "WhatsApp limited how much this number may send, and the message did not reach the customer. Wait a few "
            "minutes and send it again.",
            "WhatsApp limitó los envíos de este número y el mensaje no llegó al cliente. Espere unos minutos y "
            "reenvíelo.",
        ),
    ),
    (
        "transient",
        Sentence(
            "provider_unavailable",
            "O WhatsApp esteve fora do ar e a mensagem não chegou ao cliente. Reenvie daqui a pouco.",
            "WhatsApp was not available and the message did not reach the customer. Send it again in a while.",
            "WhatsApp no estuvo disponible y el mensaje no llegó al cliente. Reenvíelo dentro de un rato.",
        ),
    ),
    (
        "window",
        Sentence(
            "window_closed",
            "O WhatsApp recusou: fora da janela de 24 h, o cliente não recebeu a mensagem. Envie um modelo.",
            "WhatsApp refused: outside the 24-hour window, the customer did not get the message. Send a template.",
            "WhatsApp lo rechazó: fuera de la ventana de 24 h, el cliente no recibió el mensaje. Envíe una plantilla.",
        ),
    ),
    (
        "recipient",
        Sentence(
            "recipient_unreachable",
            "O WhatsApp não consegue entregar a este cliente: ele não recebeu a mensagem. Confira o número ou fale com "
            "ele por outro canal.",
            "WhatsApp cannot deliver to this customer, who did not get the message. Check the number or use another "
            "channel.",
            "WhatsApp no puede entregar a este cliente: no recibió el mensaje. Revise el número o use otro canal.",
        ),
    ),
    (
        "request",
        Sentence(
            "not_accepted",
            "O WhatsApp não aceitou o conteúdo desta mensagem e o cliente não a recebeu. Mude o conteúdo e envie de "
            "novo.",
            "WhatsApp did not accept the content of this message and the customer did not get it. Change the content "
            "and send it again.",
            "WhatsApp no aceptó el contenido de este mensaje y el cliente no lo recibió. Cambie el contenido y envíelo "
            "de nuevo.",
        ),
    ),
    (
        "media",
        Sentence(
            "file_refused",
            "O WhatsApp não aceitou o arquivo e o cliente não recebeu a mensagem. Confira o formato e o tamanho e "
            "envie o arquivo de novo.",
            "WhatsApp did not accept the file and the customer did not get the message. Check its format and size and "
            "send the file again.",
            "WhatsApp no aceptó el archivo y el cliente no recibió el mensaje. Revise el formato y el tamaño y envíe "
            "el archivo de nuevo.",
        ),
    ),
    (
        "template",
        Sentence(
            "template_refused",
            "O WhatsApp recusou o modelo e o cliente não recebeu a mensagem. Escolha outro modelo ou peça a um "
            "administrador que revise este.",
            "WhatsApp refused the template and the customer did not get the message. Choose another template or ask an "
            "administrator to check this one.",
            "WhatsApp rechazó la plantilla y el cliente no recibió el mensaje. Elija otra plantilla o pida a un "
            "administrador que revise esta.",
        ),
    ),
    (
        "unknown",
        Sentence(
            "unknown_failure",
            "O envio falhou por um motivo que o WhatsApp não explicou; o cliente não recebeu a mensagem. Reenvie e, se "
            "continuar, avise um administrador.",
            "Sending failed for a reason that WhatsApp did not explain; the customer did not get the message. Send it "
            "again and, if it goes on failing, tell an administrator.",
            "El envío falló por un motivo que WhatsApp no explicó; el cliente no recibió el mensaje. Reenvíelo y, si "
            "sigue fallando, avise a un administrador.",
        ),
    ),
)
CLASSES: Mapping[str, Sentence] = MappingProxyType(dict(_CLASSES))
"""By the class of a failure."""

_FETCHING = (
    (
        "token",
        Sentence(
            "channel_disconnected",
            "O WhatsApp não aceita mais o acesso deste número: o arquivo do cliente não pôde ser buscado. Peça a um "
            "administrador que conecte o canal de novo e tente outra vez.",
            "WhatsApp no longer accepts this number's access: the customer's file could not be fetched. Ask an "
            "administrator to reconnect the channel, then try again.",
            "WhatsApp ya no acepta el acceso de este número: no se pudo obtener el archivo del cliente. Pida a un "
            "administrador que vuelva a conectar el canal e inténtelo otra vez.",
        ),
    ),
    (
        "media",
        Sentence(
            "file_unavailable",
            "O WhatsApp não entregou o arquivo do cliente: ele expirou, é grande demais ou chegou com defeito. Tente "
            "de novo ou peça ao cliente que o envie outra vez.",
            "WhatsApp did not hand over the customer's file: it has expired, is too large or arrived broken. Try again "
            "or ask the customer to send it once more.",
            "WhatsApp no entregó el archivo del cliente: caducó, es demasiado grande o llegó dañado. Inténtelo de "
            "nuevo o pida al cliente que lo envíe otra vez.",
        ),
    ),
    (
        "unknown",
        Sentence(
            "file_not_fetched",
            "O arquivo do cliente ainda não pôde ser buscado no WhatsApp. Tente de novo daqui a pouco; se continuar, "
            "peça ao cliente que o envie outra vez.",
            "The customer's file could not be fetched from WhatsApp yet. Try again in a while; if it goes on failing, "
            "ask the customer to send it once more.",
            "Todavía no se pudo obtener de WhatsApp el archivo del cliente. Inténtelo de nuevo dentro de un rato; si "
            "sigue fallando, pida al cliente que lo envíe otra vez.",
        ),
    ),
)
FETCHING: Mapping[str, Sentence] = MappingProxyType(dict(_FETCHING))
"""By the class of a failure to fetch a customer's file; classes that are not listed read as `unknown`."""
