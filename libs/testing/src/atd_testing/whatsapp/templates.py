"""Message templates of the fake Graph API: a catalogue, and what Meta says of a send that does not fit. No I/O."""

import re
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, Field

from atd_testing.whatsapp.builders import Json

TemplateStatus = Literal[
    "APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "ARCHIVED", "LIMIT_EXCEEDED"
]

_POSITIONAL = re.compile(r"\{\{\s*([0-9]+)\s*\}\}")
_NAMED = re.compile(r"\{\{\s*([a-z_][a-z0-9_]*)\s*\}\}")
_UNUSABLE = {"PAUSED": 132015, "DISABLED": 132016}


class Template(BaseModel):
    """One template in one language, as `GET /{waba}/message_templates` tells it."""

    id: str
    name: str
    language: str = "pt_BR"
    category: Literal["UTILITY", "MARKETING", "AUTHENTICATION"] = "UTILITY"
    status: TemplateStatus = "APPROVED"
    parameter_format: Literal["POSITIONAL", "NAMED"] = "POSITIONAL"
    rejected_reason: str | None = None
    components: list[Json] = Field(default_factory=list)

    def component(self, kind: str) -> Json | None:
        """The component of this type (`HEADER`, `BODY`, `FOOTER`, `BUTTONS`)."""
        return next((one for one in self.components if one.get("type") == kind), None)

    def variables(self, kind: str) -> list[str]:
        """The variables in the text of this component, each once, in order."""
        text = str((self.component(kind) or {}).get("text", ""))
        pattern = _NAMED if self.parameter_format == "NAMED" else _POSITIONAL
        return list(dict.fromkeys(pattern.findall(text)))


class Mismatch(Exception):
    """A send does not fit its template; `code` is Meta's."""

    def __init__(self, code: int, details: str) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details


def check_template(catalogue: list[Template], sent: Any) -> Template:
    """The template that a send names.

    Raises:
        Mismatch: it is not there, may not be used, or its parameters do not fit.
    """
    if not isinstance(sent, dict) or not isinstance(sent.get("name"), str):
        raise Mismatch(131008, "template.name is required")
    language = (sent.get("language") or {}).get("code")
    if not isinstance(language, str):
        raise Mismatch(131008, "template.language.code is required")
    found = next((one for one in catalogue if (one.name, one.language) == (sent["name"], language)), None)
    if found is None:
        raise Mismatch(132001, f"template name ({sent['name']}) does not exist in {language}")
    if found.status != "APPROVED":
        raise Mismatch(_UNUSABLE.get(found.status, 132001), f"the template is {found.status.lower()}")
    components = sent.get("components") or []
    _check_text(found, components, "HEADER")
    _check_text(found, components, "BODY")
    _check_header_file(found, components)
    _check_buttons(found, components)
    return found


def _parameters(components: list[Json], kind: str) -> list[Json]:
    return next((list(one.get("parameters") or []) for one in components if one.get("type") == kind), [])


def _check_text(template: Template, components: list[Json], kind: str) -> None:
    if kind == "HEADER" and (template.component(kind) or {}).get("format", "TEXT") != "TEXT":
        return
    wanted, given = template.variables(kind), _parameters(components, kind.lower())
    if len(given) != len(wanted):
        place = kind.lower()
        raise Mismatch(132000, f"{place}: number of localizable_params ({len(given)}) does not match ({len(wanted)})")
    named = template.parameter_format == "NAMED"
    if named and {one.get("parameter_name") for one in given} != set(wanted):
        raise Mismatch(132012, f"{kind.lower()}: the parameter names do not match those of the template")
    if not named and any("parameter_name" in one for one in given):
        raise Mismatch(132012, f"{kind.lower()}: the template has positional parameters")
    for one in given:
        if one.get("type") == "text" and not str(one.get("text") or "").strip():
            raise Mismatch(131008, f"{kind.lower()}: a text parameter is empty")


def _check_header_file(template: Template, components: list[Json]) -> None:
    wanted = str((template.component("HEADER") or {}).get("format", "TEXT")).lower()
    if wanted in ("text", "location"):
        return
    given = _parameters(components, "header")
    if len(given) != 1 or given[0].get("type") != wanted:
        raise Mismatch(132012, f"header: Format mismatch, expected {wanted.upper()}")


def _check_buttons(template: Template, components: list[Json]) -> None:
    buttons = (template.component("BUTTONS") or {}).get("buttons", [])
    given = {str(one.get("index")): one for one in components if one.get("type") == "button"}
    for index, button in enumerate(buttons):
        wants = button.get("type") == "URL" and "{{1}}" in str(button.get("url"))
        if wants and not (given.get(str(index)) or {}).get("parameters"):
            raise Mismatch(131008, f"button {index}: the address needs a parameter")
    if any(not index.isdigit() or int(index) >= len(buttons) for index in given):
        raise Mismatch(132012, "button: the template has no button of that index")


def filled(template: Template, sent: Json) -> Iterator[tuple[str, str]]:
    """The texts of header, body and footer, as the customer reads them: (component, text)."""
    components = sent.get("components") or []
    for component in template.components:
        kind, text = str(component.get("type")), str(component.get("text", ""))
        if kind == "BUTTONS" or not text:
            continue
        for place, one in enumerate(_parameters(components, kind.lower()), 1):
            key = re.escape(str(one.get("parameter_name") or place))
            words = str(one.get("text", ""))
            text = re.sub(r"\{\{\s*" + key + r"\s*\}\}", lambda _, words=words: words, text)  # type: ignore[misc]
        yield kind, text


def _text(kind: str, text: str, **more: Any) -> Json:
    return {"type": kind, "text": text, **more}


def _buttons(*buttons: Json) -> Json:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def _quick(text: str) -> Json:
    return {"type": "QUICK_REPLY", "text": text}


def default_catalogue() -> list[Template]:
    """What every business account of the fake has at first."""
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
    ]
