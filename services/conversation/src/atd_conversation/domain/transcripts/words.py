"""The words of a transcript in the languages of the product, and how dates and times are written in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Language = Literal["pt-BR", "en", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_KINDS = ("image", "audio", "voice", "video", "document", "sticker", "location", "contacts", "order", "unsupported")
_WORDS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "title": ("Transcrição da conversa", "Conversation transcript", "Transcripción de la conversación"),
        "number": ("Protocolo", "Protocol number", "Número de protocolo"),
        "customer": ("Cliente", "Customer", "Cliente"),
        "channel": ("Canal", "Channel", "Canal"),
        "attendants": ("Atendentes", "Attendants", "Agentes"),
        "opened": ("Início", "Opened", "Inicio"),
        "closed": ("Encerramento", "Closed", "Cierre"),
        "not_closed": ("em aberto", "not closed", "sin cerrar"),
        "zone": ("Fuso horário", "Time zone", "Zona horaria"),
        "internal": (
            "Documento interno: contém notas que o cliente não vê",
            "Internal document: contains notes that the customer does not see",
            "Documento interno: contiene notas que el cliente no ve",
        ),
        "note": ("Nota interna", "Internal note", "Nota interna"),
        "system": ("Sistema", "System", "Sistema"),
        "company": ("Empresa", "Company", "Empresa"),
        "bot": ("Robô", "Bot", "Bot"),
        "tags": ("Tags", "Tags", "Tags"),
        "edited": ("editada", "edited", "editado"),
        "deleted": ("Mensagem apagada", "Message deleted", "Mensaje eliminado"),
        "hidden": ("oculta no canal", "hidden on the channel", "oculto en el canal"),
        "post": ("Publicação", "Post", "Publicación"),
        "topic": ("Tópico", "Topic", "Tema"),
        "failed": ("não foi entregue", "was not delivered", "no fue entregado"),
        "scanning": (
            "aguardando a verificação de vírus",
            "waiting for the virus scan",
            "esperando el análisis de virus",
        ),
        "infected": ("bloqueado: contém vírus", "blocked: has a virus", "bloqueado: contiene un virus"),
        "not_here": ("arquivo não disponível", "file not available", "archivo no disponible"),
        "page": ("Página", "Page", "Página"),
        "image": ("Imagem", "Picture", "Imagen"),
        "audio": ("Áudio", "Audio", "Audio"),
        "voice": ("Mensagem de voz", "Voice message", "Mensaje de voz"),
        "video": ("Vídeo", "Video", "Video"),
        "document": ("Documento", "Document", "Documento"),
        "sticker": ("Figurinha", "Sticker", "Sticker"),
        "location": ("Localização", "Location", "Ubicación"),
        "contacts": ("Contato", "Contact card", "Contacto"),
        "order": ("Pedido", "Order", "Pedido"),
        "unsupported": ("Mensagem não suportada", "Unsupported message", "Mensaje no compatible"),
        "number_changed": (
            "O cliente mudou de número",
            "The customer changed their number",
            "El cliente cambió de número",
        ),
        "continued_in": ("A conversa continua no protocolo", "Continued in number", "La conversación continúa en"),
        "continued_from": ("Continuação do protocolo", "Continued from number", "Continuación de"),
    }
)
_DATES: Mapping[Language, str] = {"pt-BR": "%d/%m/%Y", "en": "%Y-%m-%d", "es": "%d/%m/%Y"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, and the zone in which times are shown."""

    language: Language
    zone: ZoneInfo

    def __call__(self, name: str) -> str:
        """Raises `KeyError` for a word that is not there."""
        return _WORDS[name][LANGUAGES.index(self.language)]

    def kind(self, name: str) -> str:
        """What a kind of message is called; a kind that has no word is a message that is not supported."""
        return self(name if name in _KINDS else "unsupported")

    def notice(self, name: str) -> str | None:
        """What a notice of the product says, where it has words."""
        return self(name) if name in _WORDS else None

    def day(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).strftime(_DATES[self.language])

    def time(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).strftime("%H:%M")

    def moment(self, moment: datetime) -> str:
        return f"{self.day(moment)} {self.time(moment)}"


def words_of(language: Language, time_zone: str) -> Words:
    """The words of a language with times of a zone (IANA name). Raises `KeyError` or `ValueError` for no such zone."""
    return Words(language, ZoneInfo(time_zone))
