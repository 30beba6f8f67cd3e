"""What attendants read of the Graph API's refusals on Messenger and Instagram, by code or subcode.

Source: Meta's error codes of the Messenger Platform and of private replies (v25.0). `{channel}` is the channel's name.
"""

from collections.abc import Mapping
from types import MappingProxyType

from atd_conversation.domain.failure_texts import FailureText

_UNAVAILABLE = FailureText(
    "recipient_unreachable",
    "O cliente não pode receber mensagens agora no {channel}: bloqueou a empresa, saiu ou desligou as mensagens. Fale "
    "com ele por outro canal.",
    "The customer cannot get messages on {channel} now: they blocked the company, left, or switched messages off. Use "
    "another channel.",
    "El cliente no puede recibir mensajes ahora en {channel}: bloqueó a la empresa, se fue o apagó los mensajes. Use "
    "otro canal.",
)
_UNKNOWN_PERSON = FailureText(
    "recipient_unknown",
    "O {channel} não encontra este cliente nesta conta e ele não recebeu a mensagem. Espere que ele escreva ou fale "
    "com ele por outro canal.",
    "{channel} does not find this customer for this account, and they did not get the message. Wait until they write, "
    "or use another channel.",
    "{channel} no encuentra a este cliente en esta cuenta y no recibió el mensaje. Espere a que escriba o use otro "
    "canal.",
)
_WINDOW = FailureText(
    "window_closed",
    "O {channel} recusou: passou o prazo desde a última mensagem do cliente (24 h, ou 7 dias para respostas de "
    "pessoas) e ele não recebeu esta. Espere que ele escreva de novo.",
    "{channel} refused: too long since the customer's last message (24 hours, or 7 days for answers by people), and "
    "they did not get this one. Wait until they write again.",
    "{channel} lo rechazó: pasó el plazo desde el último mensaje del cliente (24 h, o 7 días para respuestas de "
    "personas) y no lo recibió. Espere a que escriba.",
)
_FILE = FailureText(
    "file_refused",
    "O {channel} não aceitou o arquivo e o cliente não recebeu a mensagem. Confira o formato e o tamanho, e envie o "
    "arquivo de novo em uma mensagem nova.",
    "{channel} did not accept the file and the customer did not get the message. Check its format and size, and send "
    "the file again in a new message.",
    "{channel} no aceptó el archivo y el cliente no recibió el mensaje. Revise el formato y el tamaño, y envíe el "
    "archivo en un mensaje nuevo.",
)
_REPLIED = FailureText(
    "already_replied_privately",
    "Este comentário já teve uma resposta privada e a Meta permite só uma: esta não foi enviada. Espere que a pessoa "
    "responda lá ou responda em público.",
    "This comment has had a private answer and Meta allows only one: this one was not sent. Wait until the person "
    "answers there, or answer in public.",
    "Este comentario ya tuvo una respuesta privada y Meta permite solo una: esta no se envió. Espere a que la persona "
    "responda o responda en público.",
    retryable=False,
)
_TESTER = FailureText(
    "app_not_approved",
    "O aplicativo na Meta ainda não pode escrever a este cliente (falta aprovação ou permissão) e a mensagem não "
    "chegou. Peça a um administrador que revise o aplicativo.",
    "The app at Meta may not write to this customer yet (approval or a permission is missing), and the message did "
    "not arrive. Ask an administrator to check the app.",
    "La aplicación en Meta aún no puede escribir a este cliente (falta aprobación o un permiso) y el mensaje no "
    "llegó. Pida a un administrador que la revise.",
    retryable=True,
)

ACCOUNT_CODES: Mapping[str, FailureText] = MappingProxyType(
    {
        "368": FailureText(
            "blocked_for_policy",
            "A Meta bloqueou por um tempo o que esta conta publica e a mensagem não chegou. Avise um administrador: o "
            "motivo está na qualidade da página, na Meta.",
            "Meta has blocked what this account sends for a while, and the message did not arrive. Tell an "
            "administrator: Meta's page quality says why.",
            "Meta bloqueó por un tiempo lo que envía esta cuenta y el mensaje no llegó. Avise a un administrador: el "
            "motivo está en la calidad de la página, en Meta.",
            retryable=True,
        ),
        "1893063": FailureText(
            "abuse_warning",
            "A Meta avisou que esta conta envia mensagens indesejadas e não entregou esta. Espere algumas horas e "
            "evite mensagens repetidas.",
            "Meta warned that this account sends unwanted messages and did not deliver this one. Wait some hours and "
            "avoid repeated messages.",
            "Meta avisó de que esta cuenta envía mensajes no deseados y no entregó este. Espere algunas horas y evite "
            "los mensajes repetidos.",
            retryable=True,
        ),
        "2018108": _TESTER,
        "2534041": _TESTER,
    }
)
"""Of the page and its app: the same in private and in public."""

BY_CODE: Mapping[str, FailureText] = MappingProxyType(
    {
        **ACCOUNT_CODES,
        "551": _UNAVAILABLE,
        "1545041": _UNAVAILABLE,
        "2534029": FailureText(
            "blocked_by_customer",
            "O cliente bloqueou a empresa no {channel} e não recebeu a mensagem. Só ele pode desbloquear; até lá, "
            "fale com ele por outro canal.",
            "The customer has blocked the company on {channel} and did not get the message. Only they can unblock it; "
            "until then, use another channel.",
            "El cliente bloqueó a la empresa en {channel} y no recibió el mensaje. Solo él puede desbloquearla; "
            "mientras tanto, use otro canal.",
        ),
        "2018001": _UNKNOWN_PERSON,
        "2018218": _UNKNOWN_PERSON,
        "33": _UNKNOWN_PERSON,
        "window_closed": _WINDOW,
        "2018278": _WINDOW,
        "2534022": _WINDOW,
        "2018008": _FILE,
        "2018047": _FILE,
        "2018074": _FILE,
        "2018294": _FILE,
        "10900": _REPLIED,
        "10903": _REPLIED,
        "private_reply_in_parts": FailureText(
            "private_reply_too_long",
            "A Meta permite uma única mensagem como resposta privada a um comentário, e esta precisaria de várias: "
            "nada foi enviado. Encurte o texto e mande sem arquivos.",
            "Meta allows one message as the private answer to a comment, and this one would need several: nothing was "
            "sent. Shorten the text, and send it without files.",
            "Meta permite un único mensaje como respuesta privada a un comentario, y este necesitaría varios: no se "
            "envió nada. Acorte el texto y envíelo sin archivos.",
            retryable=False,
        ),
        "reaction_not_supported": FailureText(
            "reaction_refused",
            "O {channel} não tem esta reação, e o cliente não a vê. Escolha outra reação ou responda com uma mensagem.",
            "{channel} does not have this reaction, and the customer does not see it. Choose another one, or answer "
            "with a message.",
            "{channel} no tiene esta reacción y el cliente no la ve. Elija otra reacción o responda con un mensaje.",
            retryable=False,
        ),
        "10902": FailureText(
            "not_answerable_privately",
            "A Meta não permite responder em particular a este comentário (antigo, apagado ou de quem não recebe "
            "mensagens): nada foi enviado. Responda em público.",
            "Meta does not allow a private answer to this comment (it is old, deleted, or of somebody who gets no "
            "messages): nothing was sent. Answer in public.",
            "Meta no permite responder en privado a este comentario (es antiguo, se borró o su autor no recibe "
            "mensajes): no se envió nada. Responda en público.",
            retryable=False,
        ),
    }
)
