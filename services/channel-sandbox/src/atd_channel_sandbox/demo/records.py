"""What the company of the demonstration knows of its customers, as data in the shapes of the public API."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """The record of somebody who writes in a story, found by name. `note` is a colleague's, on the customer."""

    name: str
    facts: Json = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    note: str | None = None


RECORDS = (
    Record(
        "Ana Souza",
        {
            "email": "ana.souza@example.com",
            "document": "529.982.247-25",
            "birthday": "1988-10-12",
            "address": "Rua Augusta, 1500, ap. 72, São Paulo - SP, 01304-001",
            "fields": {"convenio": "vida_plena", "carteirinha": "0042 1187 3301", "cliente_desde": "2019-03-04"},
        },
        ("VIP", "Convênio"),
        "Prefere ser atendida de manhã. A mãe, dona Lourdes, também é paciente.",
    ),
    Record(
        "João Lima",
        {
            "email": "joao@limaeventos.example",
            "document": "11.444.777/0001-61",
            "address": "Avenida Atlântica, 2200, Rio de Janeiro - RJ",
            "fields": {
                "interesses": ["buques", "plantas"],
                "aceita_novidades": True,
                "cliente_desde": "2021-06-15",
                "site": "https://limaeventos.example",
            },
        },
        ("Atacado",),
        "Compra para eventos: confirmar a quantidade sempre por escrito.",
    ),
    Record(
        "Maria Aparecida de Oliveira",
        {"birthday": "1961-02-28", "fields": {"velocidade": 500, "cliente_desde": "2016-11-01"}},
        ("Pagamento em atraso",),
    ),
    Record("Rafael Nunes", {"email": "rafael.nunes@example.com", "fields": {"convenio": "particular"}}),
    Record("Zoë Ação", {"email": "zoe@example.com", "fields": {"interesses": ["cestas"]}}, ("VIP",)),
    Record("Juliana Cavalcanti", {"fields": {"velocidade": 300, "aceita_novidades": False}}),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A customer who was written down by hand.

    `merged_into` names the customer who turned out to be the same person; `blocked`: the reason.
    """

    facts: Json
    merged_into: str | None = None
    blocked: str | None = None

    @property
    def name(self) -> str:
        return str(self.facts["name"])


WRITTEN = (
    Written(
        {"name": "Ana Paula Souza (balcão)", "phone": "+55 11 3333-4471", "birthday": "1988-10-12"},
        merged_into="Ana Souza",
    ),
    Written({"name": "Rafael A. Nunes", "email": "rafael.nunes@example.com"}),  # is suggested as a duplicate
    Written(
        {"name": "Promoções Relâmpago", "phone": "+55 11 94444-0099"},
        blocked="Só manda propaganda, várias vezes por dia",
    ),
)
