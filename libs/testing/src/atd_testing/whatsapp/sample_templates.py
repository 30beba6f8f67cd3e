"""The templates that every business account of the fake begins with."""

from typing import Any

from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.templates import Template


def _text(kind: str, text: str, **more: Any) -> Json:
    return {"type": kind, "text": text, **more}


def _buttons(*buttons: Json) -> Json:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def _quick(text: str) -> Json:
    return {"type": "QUICK_REPLY", "text": text}


def sample_templates() -> list[Template]:
    """New copies of the sample templates."""
    return [
        Template(
            id="8880000000000001",
            name="lembrete_consulta",
            components=[
                _text("HEADER", "Sua consulta é amanhã", format="TEXT"),
                _text(
                    "BODY",
                    "Olá, {{1}}! Lembramos da sua consulta com {{2}} amanhã às {{3}}. Podemos confirmar?",
                    example={"body_text": [["Ana", "Dra. Lúcia", "14h30"]]},
                ),
                _text("FOOTER", "Clínica Exemplo"),
                _buttons(_quick("Confirmar"), _quick("Remarcar")),
            ],
        ),
        Template(
            id="8880000000000002",
            name="aviso_entrega",
            parameter_format="NAMED",
            components=[
                _text(
                    "BODY",
                    "Oi, {{nome}}! Seu pedido {{pedido}} saiu para entrega e chega hoje.",
                    example={
                        "body_text_named_params": [
                            {"param_name": "nome", "example": "João"},
                            {"param_name": "pedido", "example": "4821"},
                        ]
                    },
                ),
                _buttons(
                    {
                        "type": "URL",
                        "text": "Acompanhar",
                        "url": "https://loja.example/p/{{1}}",
                        "example": ["https://loja.example/p/4821"],
                    }
                ),
            ],
        ),
        Template(
            id="8880000000000003",
            name="segunda_via_boleto",
            components=[
                {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["4::aW"]}},
                _text("BODY", "Olá, {{1}}. Segue a segunda via da fatura de {{2}}, com vencimento em {{3}}."),
                _text("FOOTER", "Responda SAIR para não receber avisos."),
            ],
        ),
        Template(
            id="8880000000000004",
            name="manutencao_programada",
            components=[
                _text("BODY", "Hoje, das {{1}} às {{2}}, faremos uma manutenção na rede do seu bairro. Agradecemos!")
            ],
        ),
        Template(
            id="8880000000000005",
            name="retomar_conversa",
            components=[
                _text("BODY", "Olá! Ainda podemos ajudar com o seu atendimento?"),
                _buttons(_quick("Sim, quero continuar"), _quick("Não, obrigado")),
            ],
        ),
        Template(
            id="8880000000000006",
            name="retomar_conversa",
            language="en",
            components=[_text("BODY", "Hello! Can we still help you?"), _buttons(_quick("Yes"), _quick("No"))],
        ),
        Template(
            id="8880000000000007",
            name="promocao_de_primavera",
            category="MARKETING",
            status="PAUSED",
            components=[
                {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
                _text("BODY", "{{1}}, toda a loja com até 40% de desconto até domingo!"),
            ],
        ),
        Template(
            id="8880000000000008",
            name="pesquisa_de_satisfacao",
            status="REJECTED",
            rejected_reason="INVALID_FORMAT",
            components=[_text("BODY", "De 0 a 10, que nota você dá ao nosso atendimento?")],
        ),
        Template(
            id="8880000000000009",
            name="codigo_de_acesso",
            category="AUTHENTICATION",
            status="PENDING",
            components=[_text("BODY", "Seu código é {{1}}.")],
        ),
        Template(
            id="8880000000000010",
            name="vitrine_de_ofertas",
            category="MARKETING",
            components=[
                _text("BODY", "{{1}}, separamos estas ofertas para você:"),
                {
                    "type": "CAROUSEL",
                    "cards": [
                        {
                            "components": [
                                {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
                                _text("BODY", text),
                                _buttons(_quick("Quero este")),
                            ]
                        }
                        for text in ("Tênis de corrida", "Mochila de trilha")
                    ],
                },
            ],
        ),
    ]
