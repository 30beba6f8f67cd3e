"""Words for the fields that accounts of every channel of Meta have. Source: Meta's dashboard (2026)."""

from atd_channelkit.accounts.guide import FieldWords
from atd_channelkit.accounts.words import words

APP_FIELDS = (
    FieldWords(
        name="app_secret",
        label=words("Chave secreta do aplicativo", "App secret", "Clave secreta de la aplicación"),
        help=words(
            "Em Configurações > Básico do aplicativo. Prova que os avisos vêm mesmo da Meta.",
            "Under App settings > Basic. It proves that what arrives really comes from Meta.",
            "En Configuración > Básica de la aplicación. Prueba que los avisos vienen de Meta.",
        ),
    ),
    FieldWords(
        name="verify_token",
        label=words("Token de verificação", "Verify token", "Token de verificación"),
        help=words(
            "Pode ficar em branco: geramos um. 8 a 128 letras, dígitos, ponto, hífen, sublinhado ou til.",
            "Leave it empty and we make one. 8 to 128 letters, digits, full stops, hyphens, underscores or tildes.",
            "Puede quedar vacío: generamos uno. De 8 a 128 letras, dígitos, puntos, guiones, guiones bajos o tildes ~.",
        ),
    ),
)
READ_RECEIPTS = FieldWords(
    name="read_receipts",
    where="settings",
    label=words("Confirmações de leitura", "Read receipts", "Confirmaciones de lectura"),
    help=words(
        "O cliente vê que a mensagem foi lida e que alguém está escrevendo.",
        "The customer sees that their message was read and that somebody is typing.",
        "El cliente ve que su mensaje se leyó y que alguien está escribiendo.",
    ),
)
