"""What the company of the demonstration has set up: tags, labels, types, fields, replies and people, as data.

Bodies are those of the public API. What refers to another one names it: `parent` of a type.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from atd_channel_sandbox.demo import files

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who answers beside the administrator; `login` stands before the @ of the administrator's e-mail."""

    name: str
    login: str
    role: str


DIEGO = Colleague("Diego Martins", "diego", "attendant")
MARIANA = Colleague("Mariana Alencar", "mariana", "supervisor")
COLLEAGUES = (DIEGO, MARIANA)


def _marks(*pairs: tuple[str, str]) -> tuple[Json, ...]:
    return tuple({"name": name, "color": color} for name, color in pairs)


TAGS = _marks(
    ("Elogio", "#15803d"),
    ("Reclamação", "#dc2626"),
    ("Comprovante", "#0369a1"),
    ("Endereço de entrega", "#7c3aed"),
    ("Dúvida de preço", "#a16207"),
)

LABELS = _marks(
    ("VIP", "#7c3aed"),
    ("Atacado", "#0369a1"),
    ("Convênio", "#0f766e"),
    ("Pagamento em atraso", "#dc2626"),
)

TYPES: tuple[Json, ...] = (
    {"name": "Agendamento"},
    {"name": "Consulta", "parent": "Agendamento"},
    {"name": "Exame", "parent": "Agendamento"},
    {"name": "Pedido"},
    {"name": "Entrega", "parent": "Pedido"},
    {"name": "Troca ou devolução", "parent": "Pedido"},
    {"name": "Financeiro"},
    {"name": "Segunda via", "parent": "Financeiro"},
    {"name": "Suporte técnico"},
    {"name": "Sem sinal", "parent": "Suporte técnico"},
)


def _options(*labels: tuple[str, str]) -> list[Json]:
    return [{"value": value, "label": label} for value, label in labels]


FIELDS: tuple[Json, ...] = (
    {
        "key": "convenio",
        "label": "Convênio",
        "type": "choice",
        "options": _options(("particular", "Particular"), ("vida_plena", "Vida Plena"), ("saude_norte", "Saúde Norte")),
        "order": 10,
    },
    {
        "key": "carteirinha",
        "label": "Número da carteirinha",
        "type": "text",
        "help": "Está na frente do cartão, com 12 números",
        "order": 20,
    },
    {"key": "cliente_desde", "label": "Cliente desde", "type": "date", "order": 30},
    {
        "key": "interesses",
        "label": "Interesses",
        "type": "choices",
        "options": _options(("buques", "Buquês"), ("cestas", "Cestas de café"), ("plantas", "Plantas para casa")),
        "order": 40,
    },
    {"key": "aceita_novidades", "label": "Aceita receber novidades", "type": "yes_no", "order": 50},
    {"key": "velocidade", "label": "Plano de internet (Mbps)", "type": "number", "order": 60},
    {"key": "site", "label": "Site da empresa", "type": "link", "order": 70},
)


def price_list() -> bytes:
    """The file of a quick reply."""
    lines = ("Buquê do campo: R$ 89,90", "Doze rosas: R$ 149,90", "Cesta de café da manhã: R$ 189,90")
    return files.pdf("Tabela de preços", lines)


@dataclass(frozen=True, slots=True)
class Reply:
    """A quick reply; `file` makes what it brings along, with its name (a PDF)."""

    body: Json
    file: tuple[str, Callable[[], bytes]] | None = None


def _reply(shortcut: str, title: str, body: str, file: tuple[str, Callable[[], bytes]] | None = None) -> Reply:
    return Reply({"shortcut": f"/{shortcut}", "title": title, "body": body, "scope": "everyone"}, file)


REPLIES = (
    _reply(
        "ola",
        "Saudação",
        'Olá, {{contact.first_name|"tudo bem"}}! Aqui é {{attendant.first_name}}. Como posso ajudar?',
    ),
    _reply(
        "entrega",
        "Prazo de entrega",
        'Olá, {{contact.first_name|"cliente"}}! Os prazos de entrega:\n\n- na capital: no mesmo dia, até as 18h\n'
        "- região metropolitana: 1 dia útil\n- outras cidades: de 2 a 4 dias úteis 🚚",
    ),
    _reply("precos", "Tabela de preços", "Segue a nossa tabela de preços:", ("tabela-de-precos.pdf", price_list)),
    _reply("pix", "Dados para Pix", "Nossa chave Pix é pagamentos@girassol.example. Mande o comprovante por aqui."),
    _reply(
        "protocolo",
        "Protocolo e retorno",
        "O protocolo desta conversa é {{conversation.number}}. Retornamos até o fim do dia.",
    ),
)

_WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")

AUTOMATIC_REPLIES: tuple[Json, ...] = (
    {
        "name": "Fora do horário",
        "trigger": "new_conversation",
        "text": "Olá! Atendemos de segunda a sexta, das 8h às 18h, e aos sábados até as 12h. Deixe a sua mensagem: "
        "respondemos assim que voltarmos.",
        "when": "outside",
        "hours": {
            "zone": "America/Sao_Paulo",
            "intervals": [
                *({"day": day, "start": "08:00", "end": "18:00"} for day in _WORKDAYS),
                {"day": "saturday", "start": "08:00", "end": "12:00"},
            ],
        },
        "period_hours": 12,
    },
    {
        "name": "Boas-vindas",
        "trigger": "new_contact",
        "text": 'Olá, {{contact.first_name|"tudo bem"}}! Recebemos a sua mensagem. O protocolo é '
        "{{conversation.number}}, e alguém da equipe já vai responder.",
    },
    {
        "name": "Horário de funcionamento",
        "trigger": "keyword",
        "words": ["horário de funcionamento", "que horas abre", "que horas fecha"],
        "text": "Funcionamos de segunda a sexta, das 8h às 18h, e aos sábados, das 8h às 12h.",
        "period_hours": 1,
    },
)

HOURS: tuple[Json, ...] = (
    {
        "name": "Comercial",
        "zone": "America/Sao_Paulo",
        "intervals": [
            *({"day": day, "start": "08:00", "end": "18:00"} for day in _WORKDAYS),
            {"day": "saturday", "start": "08:00", "end": "12:00"},
        ],
        "holidays": {"country": "BR", "state": "SP"},
    },
)


@dataclass(frozen=True, slots=True)
class Team:
    """A team of colleagues, the administrator among them; `hours` are those of `HOURS` that it has."""

    body: Json
    members: tuple[Colleague, ...]
    hours: str | None = None


TEAMS = (
    Team({"name": "Suporte", "strategy": "least_busy", "limit": 5}, (DIEGO,)),
    Team({"name": "Vendas", "strategy": "round_robin", "limit": 5}, (MARIANA,), hours="Comercial"),
)


@dataclass(frozen=True, slots=True)
class AssignmentRule:
    """A rule that gives conversations to a team; rules are looked at in their order."""

    body: Json
    team: str


ASSIGNMENT_RULES = (
    AssignmentRule(
        {
            "name": "Problemas vão para o suporte",
            "conditions": [
                {"about": "word", "values": ["sem sinal", "não funciona", "internet", "defeito", "quebrado", "troca"]}
            ],
            "priority": "high",
        },
        "Suporte",
    ),
    AssignmentRule({"name": "O resto vai para vendas"}, "Vendas"),
)

SERVICE_LEVELS: tuple[Json, ...] = (
    {"name": "Primeira resposta em 30 minutos", "first_response_minutes": 30, "resolution_minutes": 24 * 60},
)

RATINGS: Json = {
    "enabled": True,
    "after": "person",
    "question": "{{contact.first_name}}, como você avalia o nosso atendimento?",
    "ask_comment": True,
}
