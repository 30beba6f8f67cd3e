"""By the word of a channel service, where we know more than the class of the failure. They hold for every channel."""

from collections.abc import Mapping
from types import MappingProxyType

from atd_conversation.domain.failure_texts.text import FailureText

_UNCERTAIN = FailureText(
    "send_uncertain",
    "O {channel} não confirmou o envio: não se sabe se o cliente recebeu a mensagem. Pergunte a ele antes de reenviar, "
    "porque ela pode chegar duas vezes.",
    "{channel} did not confirm the send: whether the customer got the message is not known. Ask them before you send "
    "it again, because it may arrive twice.",
    "{channel} no confirmó el envío: no se sabe si el cliente recibió el mensaje. Pregúntele antes de reenviarlo, "
    "porque puede llegar dos veces.",
    retryable=True,
)
_UNSUITABLE = FailureText(
    "not_sendable",
    "O {channel} não leva uma mensagem com este conteúdo: ela não saiu e o cliente não a recebeu. Mude o conteúdo e "
    "envie uma mensagem nova.",
    "{channel} cannot carry a message with this content: it was not sent and the customer did not get it. Change the "
    "content and send a new message.",
    "{channel} no admite un mensaje con este contenido: no se envió y el cliente no lo recibió. Cambie el contenido y "
    "envíe un mensaje nuevo.",
    retryable=False,
)

SENDING_BY_WORD: Mapping[str, FailureText] = MappingProxyType(
    {
        "no_proof": _UNCERTAIN,
        "timeout": _UNCERTAIN,
        "invalid_content": _UNSUITABLE,
        "kind_not_supported": _UNSUITABLE,
        "not_supported": _UNSUITABLE,
        "empty_message": _UNSUITABLE,
        "too_many_files": _UNSUITABLE,
        "too_long": _UNSUITABLE,
        "internal_error": FailureText(
            "internal_error",
            "O envio falhou por um erro do sistema, e não do {channel}; o cliente não recebeu a mensagem. Reenvie e, "
            "se continuar, avise um administrador.",
            "Sending failed because of an error in this system, not in {channel}; the customer did not get the "
            "message. Send it again and, if it goes on failing, tell an administrator.",
            "El envío falló por un error del sistema, no de {channel}; el cliente no recibió el mensaje. Reenvíelo y, "
            "si sigue fallando, avise a un administrador.",
            retryable=True,
        ),
        "file_missing": FailureText(
            "file_missing",
            "O arquivo desta mensagem não está mais guardado e o cliente não a recebeu. Anexe o arquivo de novo em uma "
            "mensagem nova.",
            "The file of this message is no longer stored, and the customer did not get it. Attach the file again to a "
            "new message.",
            "El archivo de este mensaje ya no está guardado y el cliente no lo recibió. Adjunte el archivo de nuevo en "
            "un mensaje nuevo.",
            retryable=False,
        ),
        "expired": FailureText(
            "send_expired",
            "A mensagem não pôde ser enviada a tempo pelo {channel} e não será mais tentada. Veja se ela ainda faz "
            "sentido e reenvie.",
            "The message could not be sent through {channel} in time and will not be tried any more. Check that it "
            "still makes sense, then send it again.",
            "El mensaje no se pudo enviar a tiempo por {channel} y no se intentará más. Compruebe que aún tiene "
            "sentido y reenvíelo.",
            retryable=True,
        ),
        "closed_while_waiting": FailureText(
            "window_closed_while_waiting",
            "O prazo para responder ao cliente terminou antes que a mensagem pudesse sair pelo {channel}: ele não a "
            "recebeu. Reenvie se ele já escreveu de novo; senão, espere que ele escreva.",
            "The time to answer the customer was over before the message could go out through {channel}: they did not "
            "get it. Send it again if they have written since; otherwise wait until they write.",
            "El plazo para responder al cliente terminó antes de que el mensaje pudiera salir por {channel}: no lo "
            "recibió. Reenvíelo si ya volvió a escribir; si no, espere a que escriba.",
            retryable=True,
        ),
        "deleted": FailureText(
            "channel_removed",
            "Este canal foi desconectado da plataforma antes do envio: o cliente não recebeu a mensagem. Fale com ele "
            "por outro meio ou peça a um administrador que conecte o canal.",
            "This channel was disconnected from the platform before the send: the customer did not get the message. "
            "Use another channel, or ask an administrator to connect it.",
            "Este canal se desconectó de la plataforma antes del envío: el cliente no recibió el mensaje. Use otro "
            "canal o pida a un administrador que lo conecte.",
            retryable=False,
        ),
        "disabled": FailureText(
            "channel_disabled",
            "Este canal está desativado na plataforma: o cliente não recebeu a mensagem. Peça a um administrador que o "
            "ative e reenvie.",
            "This channel is disabled on the platform: the customer did not get the message. Ask an administrator to "
            "enable it, then send it again.",
            "Este canal está desactivado en la plataforma: el cliente no recibió el mensaje. Pida a un administrador "
            "que lo active y reenvíelo.",
            retryable=True,
        ),
    }
)
"""Of messages of ours that did not go out, or that may have."""

FETCHING_BY_WORD: Mapping[str, FailureText] = MappingProxyType(
    {
        "too_large": FailureText(
            "file_too_large",
            "O arquivo do cliente é grande demais para ser guardado aqui. Peça ao cliente que envie um arquivo menor "
            "ou em partes.",
            "The customer's file is too large to be kept here. Ask the customer to send a smaller file, or parts "
            "of it.",
            "El archivo del cliente es demasiado grande para guardarse aquí. Pida al cliente que envíe un archivo más "
            "pequeño o en partes.",
            retryable=False,
        ),
        "expired": FailureText(
            "file_expired",
            "O arquivo do cliente expirou no {channel} antes de ser buscado. Tente de novo ou peça ao cliente que o "
            "envie outra vez.",
            "The customer's file expired at {channel} before it was fetched. Try again, or ask the customer to send it "
            "once more.",
            "El archivo del cliente caducó en {channel} antes de obtenerse. Inténtelo de nuevo o pida al cliente que "
            "lo envíe otra vez.",
            retryable=True,
        ),
        "infected": FailureText(
            "file_infected",
            "O arquivo do cliente tem um vírus e não foi guardado: ninguém pode abri-lo aqui. Avise o cliente e peça "
            "outro arquivo.",
            "The customer's file has a virus and was not kept: nobody can open it here. Tell the customer, and ask for "
            "another file.",
            "El archivo del cliente tiene un virus y no se guardó: nadie puede abrirlo aquí. Avisa al cliente y pide "
            "otro archivo.",
            retryable=False,
        ),
        "not_scannable": FailureText(
            "file_not_scannable",
            "O arquivo do cliente é grande demais para a verificação de vírus e não foi guardado. Peça um arquivo "
            "menor ou em partes.",
            "The customer's file is too large for the virus scan, and was not kept. Ask for a smaller file, or parts "
            "of it.",
            "El archivo del cliente es demasiado grande para el análisis de virus y no se guardó. Pide un archivo más "
            "pequeño o en partes.",
            retryable=False,
        ),
        "scanner_away": FailureText(
            "file_not_scanned",
            "O arquivo do cliente não foi guardado: a verificação de vírus não respondeu durante dias. Tente de novo e "
            "avise um administrador.",
            "The customer's file was not kept: the virus scan did not answer for days. Try again, and tell an "
            "administrator.",
            "El archivo del cliente no se guardó: el análisis de virus no respondió durante días. Inténtalo de nuevo y "
            "avisa a un administrador.",
            retryable=True,
        ),
        "hash_mismatch": FailureText(
            "file_damaged",
            "O arquivo do cliente chegou diferente do que o {channel} anunciou e não foi guardado. Tente de novo ou "
            "peça ao cliente que o envie outra vez.",
            "The customer's file is not the one that {channel} announced, and was not kept. Try again, or ask the "
            "customer to send it once more.",
            "El archivo del cliente no es el que {channel} anunció y no se guardó. Inténtelo de nuevo o pida al "
            "cliente que lo envíe otra vez.",
            retryable=True,
        ),
        "foreign_host": FailureText(
            "file_address_refused",
            "O endereço do arquivo do cliente não é do {channel}; por segurança ele não foi buscado. Tente de novo e, "
            "se continuar, avise um administrador.",
            "The address of the customer's file does not belong to {channel}, so it was not downloaded. Try again and, "
            "if it goes on failing, tell an administrator.",
            "La dirección del archivo del cliente no es de {channel}; por seguridad no se obtuvo. Inténtelo de nuevo "
            "y, si sigue fallando, avise a un administrador.",
            retryable=True,
        ),
        "deleted": FailureText(
            "channel_removed",
            "Este canal foi desconectado da plataforma antes de o arquivo do cliente ser buscado. Peça ao cliente que "
            "o envie por outro canal.",
            "This channel was disconnected from the platform before the customer's file was fetched. Ask the customer "
            "to send it through another channel.",
            "Este canal se desconectó de la plataforma antes de obtener el archivo del cliente. Pida al cliente que "
            "lo envíe por otro canal.",
            retryable=False,
        ),
    }
)
"""Of customers' files that could not be fetched."""
