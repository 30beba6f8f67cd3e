"""The sample companies and customers that the sandbox begins with."""

from atd_channel_sandbox.model import Company, Customer

COMPANIES = (
    ("clinica", "Clínica Exemplo", "Consultas e exames", "551133330000"),
    ("loja", "Loja Girassol", "Flores, presentes e entregas", "552133330000"),
    ("provedor", "Provedor Veloz", "Internet de fibra", "553133330000"),
)
"""Key, name, what it does, number. The id of the number is made at random when it is connected."""

NEW_COMPANIES = ("Padaria Aurora", "Oficina Central", "Escola Horizonte", "Hotel Jacarandá", "Livraria Esquina")
"""Names of companies that somebody connects by hand, in their order."""

POST = "Chegou a coleção de primavera! 🌷 Buquês a partir de R$ 89,90, com entrega no mesmo dia. Qual é o seu favorito?"
"""What the shop's page has posted."""

CUSTOMERS = (
    Customer(key="5511987650001", name="Ana Souza"),
    Customer(key="5521987650002", name="João Lima"),
    Customer(key="553187650003", name="Maria Aparecida de Oliveira"),
    Customer(key="5511987650004", name="Rafael Nunes"),
    Customer(key="5571987650005", name="Beatriz Conceição"),
    Customer(key="5541987650006", name="Sebastião Albuquerque"),
    Customer(key="5511987650007", name="Luiza Tanaka"),
    Customer(key="5585987650008", name="Zoë Ação"),
)


def unknown_company(number_id: str, phone: str | None) -> Company:
    """A number that somebody else connected."""
    return Company(id=number_id, name=f"+{phone}" if phone else number_id, phone=phone or "", connected=True)
