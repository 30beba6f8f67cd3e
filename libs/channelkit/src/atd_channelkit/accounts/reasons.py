"""What administrators read when the provider does not take an account's credentials, in each language."""

from collections.abc import Mapping
from types import MappingProxyType

from atd_channelkit.accounts.words import LocalizedText, words

_OTHER = words(
    "O provedor recusou a conferência. A mensagem dele está ao lado; corrija e confira de novo.",
    "The provider refused the check. Its own message is shown beside this; correct it and check again.",
    "El proveedor rechazó la comprobación. Su mensaje está al lado; corrígelo y comprueba de nuevo.",
)
_TEXTS: Mapping[str, LocalizedText] = MappingProxyType(
    {
        "token": words(
            "O provedor não aceita mais o token de acesso: ele venceu, foi trocado ou perdeu a permissão. Gere um novo "
            "e coloque-o aqui; o que não foi enviado sai sozinho.",
            "The provider no longer accepts the access token: it expired, was replaced or lost its permission. Make a "
            "new one and enter it here; what was not sent goes out by itself.",
            "El proveedor ya no acepta el token de acceso: caducó, se reemplazó o perdió el permiso. Genera uno nuevo "
            "e introdúcelo aquí; lo que no se envió saldrá solo.",
        ),
        "permission": words(
            "O token funciona, mas não tem permissão para esta conta. Confira as permissões e a quem ele foi dado.",
            "The token works, but has no permission for this account. Check its permissions and what it was given.",
            "El token funciona, pero no tiene permiso para esta cuenta. Revisa sus permisos y a qué se asignó.",
        ),
        "request": words(
            "O provedor não conhece esta conta com este token. Confira se os números de identificação foram copiados "
            "do lugar certo.",
            "The provider does not know this account with this token. Check that the ids were copied from the right "
            "place.",
            "El proveedor no conoce esta cuenta con este token. Comprueba que los identificadores se copiaron del "
            "lugar correcto.",
        ),
        "account": words(
            "O provedor suspendeu esta conta. Veja a situação dela no painel do provedor.",
            "The provider has suspended this account. Look up its state in the provider's dashboard.",
            "El proveedor suspendió esta cuenta. Consulta su estado en el panel del proveedor.",
        ),
        "throttle": words(
            "O provedor pediu para esperar: foram conferências ou envios demais. Tente de novo em alguns minutos.",
            "The provider asks to wait: there were too many checks or messages. Try again in a few minutes.",
            "El proveedor pide esperar: hubo demasiadas comprobaciones o envíos. Inténtalo en unos minutos.",
        ),
        "transient": words(
            "O provedor está com problemas agora. Tente de novo daqui a pouco.",
            "The provider has problems at the moment. Try again in a while.",
            "El proveedor tiene problemas en este momento. Inténtalo dentro de un rato.",
        ),
        "unreachable": words(
            "O provedor não respondeu. Tente de novo; se continuar, confira a internet do servidor.",
            "The provider did not answer. Try again; if it goes on, check the server's internet connection.",
            "El proveedor no respondió. Inténtalo de nuevo; si sigue así, revisa la conexión del servidor.",
        ),
    }
)


def reason_texts(reason: str) -> LocalizedText:
    """The words for the class of a refusal, or `unreachable`."""
    return _TEXTS.get(reason, _OTHER)
