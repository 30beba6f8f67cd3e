"""What an attendant reads for the failures that only WhatsApp has, by Meta's code or by class.

Source: Meta's list of Cloud API error codes (December 2025).
"""

from collections.abc import Mapping
from types import MappingProxyType

from atd_conversation.domain.failure_texts import FailureText

_CODES = (
    (
        "131031",
        FailureText(
            "account_locked",
            "A Meta bloqueou a conta do WhatsApp da empresa: nenhum cliente recebe mensagens dela. Avise um "
            "administrador, que deve recorrer no painel da Meta.",
            "Meta has locked the company's WhatsApp account: no customer gets messages from it. Tell an administrator, "
            "who has to appeal in Meta's dashboard.",
            "Meta bloqueó la cuenta de WhatsApp de la empresa: ningún cliente recibe sus mensajes. Avise a un "
            "administrador, que debe apelar en el panel de Meta.",
        ),
    ),
    (
        "131042",
        FailureText(
            "payment_problem",
            "Há um problema de pagamento da empresa com a Meta e o cliente não recebeu a mensagem. Avise um "
            "administrador: a forma de pagamento se acerta no painel da Meta.",
            "There is a payment problem between the company and Meta, and the customer did not get the message. Tell "
            "an administrator: the payment method is put right in Meta's dashboard.",
            "Hay un problema de pago de la empresa con Meta y el cliente no recibió el mensaje. Avise a un "
            "administrador: la forma de pago se corrige en el panel de Meta.",
        ),
    ),
    (
        "131045",
        FailureText(
            "number_not_registered",
            "Este número não está registrado no WhatsApp e o cliente não recebeu a mensagem. Peça a um administrador "
            "que registre o número na Meta.",
            "This number is not registered with WhatsApp and the customer did not get the message. Ask an "
            "administrator to register the number at Meta.",
            "Este número no está registrado en WhatsApp y el cliente no recibió el mensaje. Pida a un administrador "
            "que lo registre en Meta.",
        ),
    ),
    (
        "131048",
        FailureText(
            "spam_limited",
            "Clientes denunciaram mensagens deste número e o WhatsApp limitou os envios; esta não chegou. Espere "
            "algumas horas e evite mensagens em massa.",
            "Customers reported messages of this number and WhatsApp limited its sending; this one did not arrive. "
            "Wait some hours and avoid bulk messages.",
            "Clientes denunciaron mensajes de este número y WhatsApp limitó los envíos; este no llegó. Espere algunas "
            "horas y evite los mensajes masivos.",
        ),
    ),
    (
        "131056",
        FailureText(
            "too_many_to_this_customer",
            "Foram mensagens demais para este cliente em pouco tempo e esta não chegou. Espere alguns minutos e "
            "reenvie; as outras conversas não são afetadas.",
            "Too many messages went to this customer in a short time, and this one did not arrive. Wait a few minutes "
            "and send it again; other conversations are not affected.",
            "Se enviaron demasiados mensajes a este cliente en poco tiempo y este no llegó. Espere unos minutos y "
            "reenvíelo; las demás conversaciones no se ven afectadas.",
        ),
    ),
    (
        "130472",
        FailureText(
            "held_back",
            "O cliente faz parte de um teste da Meta que retém mensagens de divulgação e não recebeu esta. Espere que "
            "ele escreva ou fale com ele por outro canal.",
            "The customer is part of a test by Meta that holds back marketing messages and did not get this one. Wait "
            "until they write, or use another channel.",
            "El cliente participa en una prueba de Meta que retiene mensajes de marketing y no recibió este. Espere a "
            "que escriba o use otro canal.",
        ),
    ),
    (
        "131021",
        FailureText(
            "sent_to_itself",
            "O destinatário é o próprio número da empresa: o WhatsApp não entrega. Confira o número do cliente.",
            "The recipient is the company's own number: WhatsApp does not deliver. Check the customer's number.",
            "El destinatario es el propio número de la empresa: WhatsApp no lo entrega. Revise el número del cliente.",
        ),
    ),
    (
        "131026",
        FailureText(
            "recipient_unreachable",
            "O WhatsApp não conseguiu entregar: o número não tem WhatsApp, usa uma versão antiga ou não aceitou os "
            "termos. Confira o número ou fale com o cliente por outro canal.",
            "WhatsApp could not deliver: the number has no WhatsApp, an old version of it, or has not accepted the "
            "terms. Check the number or reach the customer through another channel.",
            "WhatsApp no pudo entregarlo: el número no tiene WhatsApp, usa una versión antigua o no aceptó los "
            "términos. Revise el número o contacte al cliente por otro canal.",
        ),
    ),
    (
        "131030",
        FailureText(
            "recipient_not_allowed",
            "Este é um número de teste e o cliente não está na lista de quem pode receber: a mensagem não chegou. "
            "Peça a um administrador que o inclua na lista da Meta.",
            "This is a test number and the customer is not on the list of those who may be written to: the message "
            "did not arrive. Ask an administrator to add them to the list at Meta.",
            "Este es un número de prueba y el cliente no está en la lista de destinatarios: el mensaje no llegó. Pida "
            "a un administrador que lo añada a la lista de Meta.",
            retryable=True,
        ),
    ),
    (
        "131049",
        FailureText(
            "held_back",
            "O WhatsApp preferiu não entregar esta mensagem, para não cansar o cliente; ele não a recebeu. Espere ao "
            "menos 24 horas antes de tentar de novo.",
            "WhatsApp chose not to deliver this message, so as not to tire the customer, who did not get it. Wait at "
            "least 24 hours before trying again.",
            "WhatsApp prefirió no entregar este mensaje para no cansar al cliente, que no lo recibió. Espere al menos "
            "24 horas antes de intentarlo otra vez.",
            retryable=True,
        ),
    ),
    (
        "131050",
        FailureText(
            "opted_out",
            "O cliente pediu para não receber divulgação da empresa e não recebeu esta mensagem. Só envie modelos de "
            "serviço ou espere que ele escreva.",
            "The customer asked not to get the company's marketing and did not get this message. Send service "
            "templates only, or wait until they write.",
            "El cliente pidió no recibir marketing de la empresa y no recibió este mensaje. Envíe solo plantillas de "
            "servicio o espere a que escriba.",
        ),
    ),
    (
        "131062",
        FailureText(
            "phone_needed",
            "O WhatsApp só entrega este tipo de mensagem a quem mostra o telefone; o cliente não a recebeu. Peça o "
            "número a ele e tente de novo.",
            "WhatsApp delivers this kind of message only to people who show their phone number; the customer did not "
            "get it. Ask them for the number and try again.",
            "WhatsApp entrega este tipo de mensaje solo a quien muestra su teléfono; el cliente no lo recibió. Pídale "
            "el número e inténtelo de nuevo.",
            retryable=True,
        ),
    ),
    (
        "131063",
        FailureText(
            "marketing_disabled",
            "Os modelos de divulgação estão desligados neste número e o cliente não recebeu a mensagem. Use um modelo "
            "de serviço ou fale com um administrador.",
            "Marketing templates are switched off for this number and the customer did not get the message. Use a "
            "service template or talk to an administrator.",
            "Las plantillas de marketing están desactivadas en este número y el cliente no recibió el mensaje. Use una "
            "plantilla de servicio o hable con un administrador.",
        ),
    ),
    (
        "137000",
        FailureText(
            "identity_changed",
            "O cliente trocou de aparelho ou de chave e o WhatsApp segurou a mensagem. Confirme com ele quem está do "
            "outro lado antes de reenviar.",
            "The customer has a new device or key and WhatsApp held the message back. Make sure who is on the other "
            "side before you send it again.",
            "El cliente cambió de dispositivo o de clave y WhatsApp retuvo el mensaje. Confirme quién está del otro "
            "lado antes de reenviarlo.",
            retryable=True,
        ),
    ),
    (
        "131051",
        FailureText(
            "kind_not_supported",
            "O WhatsApp não envia este tipo de mensagem e o cliente não a recebeu. Mande o conteúdo de outra forma, "
            "por exemplo como texto ou documento.",
            "WhatsApp does not send this kind of message and the customer did not get it. Send the content in another "
            "way, such as text or a document.",
            "WhatsApp no envía este tipo de mensaje y el cliente no lo recibió. Envíe el contenido de otra forma, por "
            "ejemplo como texto o documento.",
        ),
    ),
    (
        "131052",
        FailureText(
            "file_not_fetched",
            "O WhatsApp não conseguiu buscar o arquivo e o cliente não recebeu a mensagem. Envie o arquivo de novo.",
            "WhatsApp could not fetch the file and the customer did not get the message. Send the file again.",
            "WhatsApp no pudo obtener el archivo y el cliente no recibió el mensaje. Envíe el archivo de nuevo.",
            retryable=True,
        ),
    ),
    (
        "132000",
        FailureText(
            "wrong_parameters",
            "O número de campos preenchidos não é o do modelo e o cliente não recebeu a mensagem. Atualize os modelos "
            "do canal e preencha de novo.",
            "The number of values is not the template's and the customer did not get the message. Refresh the "
            "channel's templates and fill it in again.",
            "El número de campos no es el de la plantilla y el cliente no recibió el mensaje. Actualice las plantillas "
            "del canal y complétela de nuevo.",
        ),
    ),
    (
        "132001",
        FailureText(
            "unknown_template",
            "O modelo não existe ou não está aprovado neste idioma e o cliente não recebeu a mensagem. Escolha outro "
            "modelo ou atualize a lista.",
            "The template does not exist or is not approved in this language, and the customer did not get the "
            "message. Choose another one or refresh the list.",
            "La plantilla no existe o no está aprobada en este idioma y el cliente no recibió el mensaje. Elija otra o "
            "actualice la lista.",
        ),
    ),
    (
        "132005",
        FailureText(
            "too_long",
            "O modelo preenchido ficou longo demais e o cliente não recebeu a mensagem. Encurte os campos e envie de "
            "novo.",
            "The filled-in template is too long and the customer did not get the message. Shorten the values and send "
            "it again.",
            "La plantilla completada es demasiado larga y el cliente no recibió el mensaje. Acorte los campos y "
            "envíela de nuevo.",
        ),
    ),
    (
        "132012",
        FailureText(
            "wrong_parameters",
            "Um campo do modelo tem o formato errado e o cliente não recebeu a mensagem. Confira os campos e envie de "
            "novo.",
            "A value of the template has the wrong format and the customer did not get the message. Check the values "
            "and send it again.",
            "Un campo de la plantilla tiene un formato incorrecto y el cliente no recibió el mensaje. Revise los "
            "campos y envíela de nuevo.",
        ),
    ),
    (
        "132015",
        FailureText(
            "template_paused",
            "A Meta pausou este modelo por reclamações de clientes e este cliente não recebeu a mensagem. Escolha "
            "outro modelo.",
            "Meta paused this template because customers complained, and this customer did not get the message. Choose "
            "another template.",
            "Meta pausó esta plantilla por quejas de clientes y este cliente no recibió el mensaje. Elija otra "
            "plantilla.",
        ),
    ),
    (
        "132016",
        FailureText(
            "template_disabled",
            "A Meta desativou este modelo de vez e o cliente não recebeu a mensagem. Escolha outro modelo.",
            "Meta disabled this template for good and the customer did not get the message. Choose another template.",
            "Meta desactivó esta plantilla definitivamente y el cliente no recibió el mensaje. Elija otra plantilla.",
        ),
    ),
)
BY_CODE: Mapping[str, FailureText] = MappingProxyType(dict(_CODES) | {"133010": dict(_CODES)["131045"]})
"""By Meta's code, where it says more than its class."""

_CLASSES = (
    (
        "permission",
        FailureText(
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
        FailureText(
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
        "window",
        FailureText(
            "window_closed",
            "O WhatsApp recusou: fora da janela de 24 h, o cliente não recebeu a mensagem. Envie um modelo.",
            "WhatsApp refused: outside the 24-hour window, the customer did not get the message. Send a template.",
            "WhatsApp lo rechazó: fuera de la ventana de 24 h, el cliente no recibió el mensaje. Envíe una plantilla.",
        ),
    ),
    (
        "recipient",
        FailureText(
            "recipient_unreachable",
            "O WhatsApp não consegue entregar a este cliente: ele não recebeu a mensagem. Confira o número ou fale com "
            "ele por outro canal.",
            "WhatsApp cannot deliver to this customer, who did not get the message. Check the number or use another "
            "channel.",
            "WhatsApp no puede entregar a este cliente: no recibió el mensaje. Revise el número o use otro canal.",
        ),
    ),
)
BY_CLASS: Mapping[str, FailureText] = MappingProxyType(dict(_CLASSES))
"""By class, where WhatsApp's text says more than the one of every channel."""
