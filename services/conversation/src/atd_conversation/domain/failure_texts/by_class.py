"""By the class of a failure: what an attendant reads when a message or a file failed. They hold for every channel."""

from collections.abc import Mapping
from types import MappingProxyType

from atd_conversation.domain.failure_texts.text import FailureText

_SENDING = (
    (
        "token",
        FailureText(
            "channel_disconnected",
            "O {channel} não aceita mais o acesso desta conta: a mensagem não chegou ao cliente. Peça a um "
            "administrador que conecte o canal de novo e reenvie.",
            "{channel} no longer accepts this account's access: the message did not reach the customer. Ask an "
            "administrator to reconnect the channel, then send it again.",
            "{channel} ya no acepta el acceso de esta cuenta: el mensaje no llegó al cliente. Pida a un administrador "
            "que vuelva a conectar el canal y reenvíelo.",
        ),
    ),
    (
        "permission",
        FailureText(
            "channel_permission",
            "Falta uma permissão desta conta no {channel}: a mensagem não chegou ao cliente. Peça a um administrador "
            "que revise as permissões da conta e reenvie.",
            "This account lacks a permission on {channel}: the message did not reach the customer. Ask an "
            "administrator to check the permissions of the account, then send it again.",
            "A esta cuenta le falta un permiso en {channel}: el mensaje no llegó al cliente. Pida a un administrador "
            "que revise los permisos de la cuenta y reenvíelo.",
        ),
    ),
    (
        "account",
        FailureText(
            "channel_blocked",
            "O {channel} suspendeu os envios desta conta: a mensagem não chegou ao cliente. Avise um administrador, "
            "que pode ver a situação da conta no {channel}.",
            "{channel} has stopped this account from sending: the message did not reach the customer. Tell an "
            "administrator, who can look up the state of the account.",
            "{channel} suspendió los envíos de esta cuenta: el mensaje no llegó al cliente. Avise a un administrador, "
            "que puede consultar el estado de la cuenta.",
        ),
    ),
    (
        "throttle",
        FailureText(
            "too_many_messages",
            "O {channel} limitou os envios desta conta e a mensagem não chegou ao cliente. Espere alguns minutos e "
            "reenvie.",
            "{channel} limited how much this account may send, and the message did not reach the customer. Wait a few "
            "minutes and send it again.",
            "{channel} limitó los envíos de esta cuenta y el mensaje no llegó al cliente. Espere unos minutos y "
            "reenvíelo.",
        ),
    ),
    (
        "transient",
        FailureText(
            "provider_unavailable",
            "O {channel} esteve fora do ar e a mensagem não chegou ao cliente. Reenvie daqui a pouco.",
            "{channel} was not available and the message did not reach the customer. Send it again in a while.",
            "{channel} no estuvo disponible y el mensaje no llegó al cliente. Reenvíelo dentro de un rato.",
        ),
    ),
    (
        "window",
        FailureText(
            "window_closed",
            "O {channel} recusou: o prazo para responder ao cliente terminou e ele não recebeu a mensagem. Espere que "
            "ele escreva de novo.",
            "{channel} refused: the time to answer the customer is over, and they did not get the message. Wait until "
            "they write again.",
            "{channel} lo rechazó: el plazo para responder al cliente terminó y no recibió el mensaje. Espere a que "
            "vuelva a escribir.",
        ),
    ),
    (
        "recipient",
        FailureText(
            "recipient_unreachable",
            "O {channel} não consegue entregar a este cliente: ele não recebeu a mensagem. Confira os dados dele ou "
            "fale com ele por outro canal.",
            "{channel} cannot deliver to this customer, who did not get the message. Check their details or use "
            "another channel.",
            "{channel} no puede entregar a este cliente: no recibió el mensaje. Revise sus datos o use otro canal.",
        ),
    ),
    (
        "request",
        FailureText(
            "not_accepted",
            "O {channel} não aceitou o conteúdo desta mensagem e o cliente não a recebeu. Mude o conteúdo e envie de "
            "novo.",
            "{channel} did not accept the content of this message and the customer did not get it. Change the content "
            "and send it again.",
            "{channel} no aceptó el contenido de este mensaje y el cliente no lo recibió. Cambie el contenido y "
            "envíelo de nuevo.",
        ),
    ),
    (
        "media",
        FailureText(
            "file_refused",
            "O {channel} não aceitou o arquivo e o cliente não recebeu a mensagem. Confira o formato e o tamanho e "
            "envie o arquivo de novo.",
            "{channel} did not accept the file and the customer did not get the message. Check its format and size and "
            "send the file again.",
            "{channel} no aceptó el archivo y el cliente no recibió el mensaje. Revise el formato y el tamaño y envíe "
            "el archivo de nuevo.",
        ),
    ),
    (
        "template",
        FailureText(
            "template_refused",
            "O {channel} recusou o modelo e o cliente não recebeu a mensagem. Escolha outro modelo ou peça a um "
            "administrador que revise este.",
            "{channel} refused the template and the customer did not get the message. Choose another template or ask "
            "an administrator to check this one.",
            "{channel} rechazó la plantilla y el cliente no recibió el mensaje. Elija otra plantilla o pida a un "
            "administrador que revise esta.",
        ),
    ),
    (
        "unknown",
        FailureText(
            "unknown_failure",
            "O envio falhou por um motivo que o {channel} não explicou; o cliente não recebeu a mensagem. Reenvie e, "
            "se continuar, avise um administrador.",
            "Sending failed for a reason that {channel} did not explain; the customer did not get the message. Send it "
            "again and, if it goes on failing, tell an administrator.",
            "El envío falló por un motivo que {channel} no explicó; el cliente no recibió el mensaje. Reenvíelo y, si "
            "sigue fallando, avise a un administrador.",
        ),
    ),
)
SENDING_BY_CLASS: Mapping[str, FailureText] = MappingProxyType(dict(_SENDING))
"""Of messages of ours that were not sent."""

_FETCHING = (
    (
        "token",
        FailureText(
            "channel_disconnected",
            "O {channel} não aceita mais o acesso desta conta: o arquivo do cliente não pôde ser buscado. Peça a um "
            "administrador que conecte o canal de novo e tente outra vez.",
            "{channel} no longer accepts this account's access: the customer's file could not be fetched. Ask an "
            "administrator to reconnect the channel, then try again.",
            "{channel} ya no acepta el acceso de esta cuenta: no se pudo obtener el archivo del cliente. Pida a un "
            "administrador que vuelva a conectar el canal e inténtelo otra vez.",
            retryable=True,
        ),
    ),
    (
        "media",
        FailureText(
            "file_unavailable",
            "O {channel} não entregou o arquivo do cliente: ele expirou, é grande demais ou chegou com defeito. Tente "
            "de novo ou peça ao cliente que o envie outra vez.",
            "{channel} did not hand over the customer's file: it has expired, is too large or arrived broken. Try "
            "again or ask the customer to send it once more.",
            "{channel} no entregó el archivo del cliente: caducó, es demasiado grande o llegó dañado. Inténtelo de "
            "nuevo o pida al cliente que lo envíe otra vez.",
            retryable=True,
        ),
    ),
    (
        "unknown",
        FailureText(
            "file_not_fetched",
            "O arquivo do cliente ainda não pôde ser buscado no {channel}. Tente de novo daqui a pouco; se continuar, "
            "peça ao cliente que o envie outra vez.",
            "The customer's file could not be fetched from {channel} yet. Try again in a while; if it goes on failing, "
            "ask the customer to send it once more.",
            "Todavía no se pudo obtener de {channel} el archivo del cliente. Inténtelo de nuevo dentro de un rato; si "
            "sigue fallando, pida al cliente que lo envíe otra vez.",
            retryable=True,
        ),
    ),
)
FETCHING_BY_CLASS: Mapping[str, FailureText] = MappingProxyType(dict(_FETCHING))
"""Of customers' files that could not be downloaded; classes that are not listed read as `unknown`."""
