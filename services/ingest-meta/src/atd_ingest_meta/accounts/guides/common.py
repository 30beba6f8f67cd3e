"""What the guides of pages and Instagram accounts have in common."""

from collections.abc import Sequence

from atd_channelkit.accounts.guide import FieldWords, GuideCopy, GuideStep
from atd_channelkit.accounts.words import words

APP_STEP = GuideStep(
    title=words("Crie o aplicativo na Meta", "Create the app at Meta", "Crea la aplicación en Meta"),
    text=words(
        "Em developers.facebook.com, abra Meus aplicativos e crie um aplicativo da sua empresa. Se já tem um, use-o. "
        "A chave secreta está em Configurações > Básico.",
        "At developers.facebook.com, open My apps and create an app of your business. If it already has one, use that. "
        "The app secret is under App settings > Basic.",
        "En developers.facebook.com, abre Mis aplicaciones y crea una aplicación de tu empresa. Si ya la tiene, úsala. "
        "La clave secreta está en Configuración > Básica.",
    ),
)
LIVE_STEP = GuideStep(
    title=words("Peça a análise e publique", "Ask for review and go live", "Pide la revisión y publica"),
    text=words(
        "Peça à Meta acesso avançado às permissões e, para responder depois de 24 horas, o recurso Human Agent. Depois "
        "ponha o aplicativo no modo Ao vivo: antes disso só chega o que escreve quem tem função no aplicativo.",
        "Ask Meta for advanced access to the permissions and, to answer after 24 hours, for the Human Agent feature. "
        "Then switch the app to Live: before that only what people with a role on the app write arrives.",
        "Pide a Meta acceso avanzado a los permisos y, para responder después de 24 horas, la función Human Agent. "
        "Luego pon la aplicación en modo Activo: antes solo llega lo que escriben quienes tienen un rol en ella.",
    ),
)
INSTAGRAM_STEP = GuideStep(
    title=words("Gere o token da conta", "Make the account's token", "Genera el token de la cuenta"),
    text=words(
        "A conta do Instagram precisa ser profissional e permitir o acesso a mensagens. Com o login do Instagram, gere "
        "o token com instagram_business_manage_messages; com o login do Facebook, o token da página com "
        "instagram_basic, instagram_manage_messages e pages_manage_metadata.",
        "The Instagram account must be professional and allow access to messages. With Instagram Login make a token "
        "with instagram_business_manage_messages; with Facebook Login the page's token with instagram_basic, "
        "instagram_manage_messages and pages_manage_metadata.",
        "La cuenta de Instagram debe ser profesional y permitir el acceso a mensajes. Con el inicio de sesión de "
        "Instagram, genera el token con instagram_business_manage_messages; con el de Facebook, el token de la página "
        "con instagram_basic, instagram_manage_messages y pages_manage_metadata.",
    ),
)


def page_step(permissions: str) -> GuideStep:
    """How the token of a page is made, with these permissions."""
    return GuideStep(
        title=words("Gere o token da página", "Make the page's token", "Genera el token de la página"),
        text=words(
            f"Em business.facebook.com, dê a um usuário do sistema a página e o aplicativo e gere um token que não "
            f"vence com {permissions}. O token da página é o que GET /me/accounts mostra para ela.",
            f"At business.facebook.com, assign a system user the page and the app and generate a token that never "
            f"expires with {permissions}. The page's token is what GET /me/accounts shows for it.",
            f"En business.facebook.com, asigna a un usuario del sistema la página y la aplicación y genera un token "
            f"que no caduca con {permissions}. El token de la página es el que muestra GET /me/accounts.",
        ),
    )


PAGE_FIELDS = (
    FieldWords(
        name="page_id",
        label=words("Identificação da página", "Page ID", "Identificador de la página"),
        help=words(
            "Só dígitos; na página, em Sobre > Transparência.",
            "Digits only; on the page, under About > Page transparency.",
            "Solo dígitos; en la página, en Información > Transparencia.",
        ),
        example="102290129340398",
    ),
    FieldWords(
        name="page_access_token",
        label=words("Token da página", "Page access token", "Token de la página"),
        help=words(
            "O token desta página, não o da pessoa ou do usuário do sistema.",
            "The token of this page, not that of a person or of the system user.",
            "El token de esta página, no el de la persona ni el del usuario del sistema.",
        ),
    ),
)


def copy_to(fields: str) -> Sequence[GuideCopy]:
    """What is pasted at Meta, whose webhooks are to have these fields."""
    return (
        GuideCopy(
            what="webhook_url",
            label=words("URL de callback", "Callback URL", "URL de devolución de llamada"),
            help=words(
                "No aplicativo, abra Webhooks e cole-a no primeiro campo. Precisa ser alcançável por HTTPS.",
                "In the app, open Webhooks and paste this into the first field. It must be reachable over HTTPS.",
                "En la aplicación, abre Webhooks y pégala en el primer campo. Debe ser accesible por HTTPS.",
            ),
        ),
        GuideCopy(
            what="verify_token",
            label=words("Token de verificação", "Verify token", "Token de verificación"),
            help=words(
                f"Cole no segundo campo, salve e assine {fields}. A página é assinada daqui, sozinha.",
                f"Paste it into the second field, save, and subscribe to {fields}. The page is subscribed from here.",
                f"Pégalo en el segundo campo, guarda y suscríbete a {fields}. La página se suscribe desde aquí.",
            ),
        ),
    )
