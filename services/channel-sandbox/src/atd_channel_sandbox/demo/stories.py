"""The conversations of the demonstration, as data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from atd_channel_sandbox.demo import files
from atd_channel_sandbox.demo.company import DIEGO, MARIANA


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the customer or the attendant. `act` is a method of the story runner, `given` its arguments."""

    act: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """One customer's conversation with one company (its name) on one channel.

    `attendant`: who answers; empty: the administrator.
    """

    company: str
    name: str
    phone: str
    steps: tuple[Step, ...]
    attendant: str = ""
    channel: str = "whatsapp"

    @property
    def account(self) -> tuple[str, str]:
        """Where it is: the channel, and the company's name."""
        return self.channel, self.company


def writes(text: str) -> Step:
    """The customer writes."""
    return Step("writes", {"text": text})


def sends(kind: str, data: Callable[[], bytes], mime_type: str, name: str, text: str = "") -> Step:
    """The customer sends a file."""
    return Step("sends", {"kind": kind, "data": data, "mime_type": mime_type, "name": name, "text": text})


def speaks() -> Step:
    """The customer sends a voice message."""
    return sends("audio", files.voice, "audio/ogg; codecs=opus", "voz.ogg")


def photo(data: Callable[[], bytes], name: str, text: str = "", mime_type: str = "image/jpeg") -> Step:
    """The customer sends a picture."""
    return sends("image", data, mime_type, name, text)


def starts(title: str) -> Step:
    """The customer taps what stands before the first message: Get Started, or a question that is offered."""
    return Step("starts", {"title": title})


def answers_story(text: str) -> Step:
    """The customer answers the company's story."""
    return Step("tells_story", {"text": text, "mention": False})


def mentions_company() -> Step:
    """The customer mentions the company in a story."""
    return Step("tells_story", {"text": None, "mention": True})


def album(*pictures: Callable[[], bytes], text: str = "") -> Step:
    """The customer sends pictures together."""
    return Step("sends_album", {"pictures": pictures, "text": text})


def place(name: str, address: str, latitude: float, longitude: float) -> Step:
    """The customer sends a place."""
    return Step("sends_place", {"name": name, "address": address, "latitude": latitude, "longitude": longitude})


def taps(title: str) -> Step:
    """The customer taps a button, or a row of a list, of the last message that has it."""
    return Step("taps", {"title": title})


def likes(emoji: str) -> Step:
    """The customer reacts to the last answer."""
    return Step("likes", {"emoji": emoji})


def takes() -> Step:
    """The attendant takes the conversation."""
    return Step("takes")


def answers(text: str) -> Step:
    """The attendant answers."""
    return Step("answers", {"text": text})


def asks(text: str, *titles: str) -> Step:
    """The attendant offers buttons."""
    return Step("asks", {"text": text, "titles": titles})


def offers(text: str, button: str, rows: Sequence[tuple[str, str]]) -> Step:
    """The attendant offers a list."""
    return Step("offers", {"text": text, "button": button, "rows": tuple(rows)})


def attaches(data: Callable[[], bytes], mime_type: str, name: str, text: str = "") -> Step:
    """The attendant sends a file."""
    return Step("attaches", {"data": data, "mime_type": mime_type, "name": name, "text": text})


def template(name: str, *parameters: str, **named: str) -> Step:
    """The attendant sends a template."""
    return Step("sends_template", {"name": name, "body": dict(named) if named else list(parameters)})


def answers_privately(text: str) -> Step:
    """The attendant answers the customer's last comment in private."""
    return Step("answers_privately", {"text": text})


def hides() -> Step:
    """The attendant hides the customer's last comment from others."""
    return Step("hides")


def reacts(emoji: str) -> Step:
    """The attendant reacts to the customer's last message."""
    return Step("reacts", {"emoji": emoji})


def tags(name: str) -> Step:
    """The attendant tags the customer's last message."""
    return Step("tags", {"name": name})


def notes(text: str, *mentions: str, by: str | None = None) -> Step:
    """The attendant, or the colleague `by`, writes an internal note; who is not a colleague is the administrator."""
    return Step("notes", {"text": text, "mentions": mentions, "by": by})


def classifies(name: str) -> Step:
    """The attendant gives the conversation a type."""
    return Step("classifies", {"name": name})


def prioritises(priority: str) -> Step:
    """The attendant changes the conversation's priority."""
    return Step("prioritises", {"priority": priority})


def favours() -> Step:
    """The administrator puts the conversation among their favourites."""
    return Step("favours")


def snoozes(days: int) -> Step:
    """The attendant puts the conversation aside until the morning of that day."""
    return Step("snoozes", {"days": days})


def closes(kind: str) -> Step:
    """The attendant ends the conversation, which was about this type."""
    return Step("closes", {"type": kind})


def rates(choice: str, comment: str) -> Step:
    """The customer answers the question for a rating, and says why: what they write next would count as that."""
    return Step("rates", {"choice": choice, "comment": comment})


CLINIC, SHOP, PROVIDER = "Clínica Exemplo", "Loja Girassol", "Provedor Veloz"
ADMINISTRATOR = "Administração"


def _preparation() -> bytes:
    return files.pdf("Preparo para o exame", ("Jejum de 8 horas.", "Beba água normalmente.", "Traga um documento."))


def _invoice() -> bytes:
    return files.pdf("Fatura de novembro", ("Plano Fibra 500", "Valor: R$ 99,90", "Vencimento: 30/11/2026"))


def _receipt() -> bytes:
    return files.pdf("Comprovante de pagamento", ("Pix recebido", "R$ 129,90"))


def _clinic(first: str) -> tuple[tuple[Step, ...], ...]:
    return (
        (
            writes("Bom dia! Gostaria de marcar uma consulta com a dermatologista."),
            takes(),
            answers(f"Bom dia, {first}! Claro. A Dra. Lúcia atende às terças e quintas."),
            asks("Qual horário fica melhor?", "Terça, às 9h", "Quinta, às 14h", "Outro dia"),
            taps("Quinta, às 14h"),
            reacts("👍"),
            template("lembrete_consulta", first, "a Dra. Lúcia", "14h"),
            taps("Confirmar"),
            answers("Consulta confirmada. Até quinta!"),
            closes("Consulta"),
            rates("5 - Muito bom", "Rápido e muito atencioso"),
        ),
        (
            writes("Oi, vocês atendem o meu convênio?"),
            photo(files.card, "carteirinha.png", "Esta é a carteirinha", "image/png"),
            takes(),
            reacts("🙏"),
            answers(f"Atendemos sim, {first}! A consulta não tem custo nesse plano."),
            writes("Que ótimo, obrigada!"),
            tags("Elogio"),
            closes("Consulta"),
            rates("4 - Bom", "Demorou um pouco, mas resolveu"),
        ),
        (
            writes("Preciso do preparo do exame de sangue"),
            takes(),
            attaches(_preparation, "application/pdf", "preparo-exame-de-sangue.pdf", "Segue o preparo."),
            likes("❤️"),
            writes("Posso tomar café?"),
            notes(f"@{MARIANA.name} ela toma remédio de manhã. Pode tomar antes do exame?", MARIANA.name),
            answers("Só água, por favor. São oito horas de jejum."),
            notes(f"@{ADMINISTRATOR} pode, com um gole de água.", ADMINISTRATOR, by=MARIANA.name),
            classifies("Exame"),
            favours(),
        ),
        (
            speaks(),
            takes(),
            answers(f"Oi, {first}, já ouvi. Vou verificar com a enfermagem e respondo em instantes."),
            writes("Fico no aguardo, muito obrigado"),
            prioritises("high"),
            snoozes(1),
        ),
    )


def _shop(first: str) -> tuple[tuple[Step, ...], ...]:
    return (
        (
            writes("Oi! O buquê chega hoje? É aniversário da minha mãe 🌻"),
            takes(),
            answers(f"Oi, {first}! Sai às 15h. Para qual endereço?"),
            place("Casa da mãe", "Rua das Laranjeiras, 120, Rio de Janeiro", -22.93443, -43.18637),
            tags("Endereço de entrega"),
            reacts("👍"),
            attaches(files.flowers, "image/jpeg", "buque.jpg", "Ficou assim!"),
            likes("😍"),
            writes("Ficou lindo demais!"),
            tags("Elogio"),
            closes("Entrega"),
            rates("5 - Muito bom", "Ficou mais bonito do que na foto 🌻"),
        ),
        (
            writes("Quero trocar um presente que veio errado"),
            photo(files.flowers, "presente.jpg", "Veio este, eu pedi o de rosas"),
            takes(),
            tags("Reclamação"),
            prioritises("urgent"),
            classifies("Troca ou devolução"),
            asks(f"Sentimos muito, {first}. O que prefere?", "Trocar", "Devolver"),
            taps("Trocar"),
            answers("Combinado: a troca é feita amanhã de manhã, sem custo."),
            notes("Separar o buquê de rosas e conferir o endereço antes de sair."),
            snoozes(1),
        ),
        (
            writes("Bom dia! Vocês entregam no sábado? Qual é o horário de funcionamento?"),
            takes(),
            answers("Entregamos, das 8h às 14h."),
            writes("Então quero um de doze rosas"),
            sends("document", _receipt, "application/pdf", "comprovante.pdf", "Já fiz o Pix"),
            tags("Comprovante"),
            template("aviso_entrega", nome=first, pedido="4821"),
            likes("🙏"),
            closes("Entrega"),
        ),
    )


def _provider(first: str) -> tuple[tuple[Step, ...], ...]:
    return (
        (
            writes("Estou sem internet desde cedo"),
            takes(),
            answers(f"Bom dia, {first}. Pode me mandar uma foto das luzes do modem?"),
            photo(files.modem, "modem.jpg"),
            answers("A luz de sinal está vermelha. Vou reiniciar daqui."),
            writes("Voltou! Muito obrigado"),
            reacts("🎉"),
            closes("Sem sinal"),
            rates("2 - Ruim", "Fiquei a manhã inteira sem internet"),
        ),
        (
            writes("Preciso da segunda via do boleto"),
            takes(),
            offers(
                f"Olá, {first}! O que você precisa?",
                "Ver opções",
                (("Segunda via", "PDF e código de barras"), ("Negociar fatura", ""), ("Mudar o vencimento", "")),
            ),
            taps("Segunda via"),
            attaches(_invoice, "application/pdf", "fatura-novembro.pdf", "Segue a fatura, com vencimento dia 30."),
            likes("👍"),
            closes("Segunda via"),
            rates("5 - Muito bom", "Prático"),
        ),
        (
            writes("A internet está muito lenta à noite"),
            speaks(),
            takes(),
            classifies("Suporte técnico"),
            prioritises("high"),
            answers("Vamos agendar uma visita técnica. Qual período?"),
            asks("Período da visita", "Manhã", "Tarde"),
            taps("Manhã"),
            template("manutencao_programada", "0h", "4h"),
        ),
    )


_NAMES = (
    "Ana Souza", "João Lima", "Maria Aparecida de Oliveira", "Rafael Nunes", "Beatriz Conceição",
    "Sebastião Albuquerque",
    "Luiza Tanaka", "Zoë Ação", "Carlos Eduardo Brandão", "Fernanda Guimarães", "Antônio Carlos Figueiredo",
    "Juliana Cavalcanti", "Marcos Vinícius Araújo", "Patrícia Nascimento", "Thiago Monteiro", "Camila Rezende",
    "Raimunda Nonata", "Pedro Henrique Sá", "Letícia Magalhães", "Gustavo Pacheco", "Renata Vasconcelos",
    "Francisco das Chagas", "Isabela Furtado", "Wellington Dias", "Aline Batista", "Eduardo Kuhn", "Sônia Maria Prado",
    "Caio Bittencourt", "Tatiane Moraes", "Hélio Yamamoto",
)  # fmt: skip
_PHONES = (
    "5511987650001", "5521987650002", "553187650003", "5511987650004", "5571987650005", "5541987650006",
    "5511987650007",
    "5585987650008",
)  # fmt: skip


def stories() -> list[Story]:
    """Thirty customers, ten of each company; the first eight are the sample customers."""
    kinds = ((CLINIC, _clinic), (SHOP, _shop), (PROVIDER, _provider))
    made = []
    for number, name in enumerate(_NAMES):
        company, scripts = kinds[number % len(kinds)]
        choice = scripts(name.split()[0])
        phone = _PHONES[number] if number < len(_PHONES) else f"55119876501{number:02d}"
        attendant = DIEGO.name if number % 4 == 3 else ""  # noqa: PLR2004 - the last of four is a colleague's
        made.append(Story(company, name, phone, choice[number // len(kinds) % len(choice)], attendant))
    return made
