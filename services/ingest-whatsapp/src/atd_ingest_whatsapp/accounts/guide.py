"""How a WhatsApp number is connected, in words. Source: Meta's pages on the Cloud API's setup (2026).

`docs/channels/whatsapp.md` says more. Pages and buttons are called as Meta's dashboard calls them in each language.
"""

from atd_channelkit.accounts.guide import ChannelGuide, FieldWords, GuideCopy, GuideStep
from atd_channelkit.accounts.meta_fields import APP_FIELDS, READ_RECEIPTS
from atd_channelkit.accounts.words import words
from atd_ingest_whatsapp.accounts.views import NewWhatsAppChannel, WhatsAppChannelChanges

_STEPS = (
    GuideStep(
        title=words("Crie o aplicativo na Meta", "Create the app at Meta", "Crea la aplicación en Meta"),
        text=words(
            "Em developers.facebook.com, abra Meus aplicativos e crie um aplicativo da sua empresa com o caso de uso "
            "WhatsApp. Se ela já tem um, use-o.",
            "At developers.facebook.com, open My apps and create an app of your business with the WhatsApp use case. "
            "If it already has one, use that.",
            "En developers.facebook.com, abre Mis aplicaciones y crea una aplicación de tu empresa con el caso de uso "
            "WhatsApp. Si ya tiene una, úsala.",
        ),
    ),
    GuideStep(
        title=words("Adicione o número", "Add the phone number", "Añade el número"),
        text=words(
            "No aplicativo, abra WhatsApp > Configuração da API e adicione o número da empresa; a Meta o confirma por "
            "SMS ou ligação. Nessa página estão a identificação do número e a da conta do WhatsApp Business.",
            "In the app, open WhatsApp > API setup and add the company's number; Meta confirms it by SMS or call. "
            "That page shows the phone number ID and the WhatsApp Business account ID.",
            "En la aplicación, abre WhatsApp > Configuración de la API y añade el número de la empresa; Meta lo "
            "confirma por SMS o llamada. Esa página muestra el identificador del número y el de la cuenta de WhatsApp "
            "Business.",
        ),
    ),
    GuideStep(
        title=words("Gere um token permanente", "Make a permanent token", "Genera un token permanente"),
        text=words(
            "Em business.facebook.com, abra Configurações > Usuários do sistema e crie um usuário administrador. Dê a "
            "ele controle total do aplicativo e da conta do WhatsApp. Depois gere um token que nunca expira, com as "
            "permissões whatsapp_business_messaging e whatsapp_business_management.",
            "At business.facebook.com, open Settings > System users and add an admin system user. Assign it the app "
            "and the WhatsApp account with full control. Then generate a token that never expires, with the "
            "permissions whatsapp_business_messaging and whatsapp_business_management.",
            "En business.facebook.com, abre Configuración > Usuarios del sistema y añade un usuario administrador. "
            "Asígnale la aplicación y la cuenta de WhatsApp con control total. Luego genera un token que nunca caduca, "
            "con los permisos whatsapp_business_messaging y whatsapp_business_management.",
        ),
    ),
    GuideStep(
        title=words("Copie a chave secreta", "Copy the app secret", "Copia la clave secreta"),
        text=words(
            "No aplicativo, abra Configurações > Básico e clique em Mostrar ao lado da chave secreta do aplicativo.",
            "In the app, open App settings > Basic and click Show beside the app secret.",
            "En la aplicación, abre Configuración > Básica y haz clic en Mostrar junto a la clave secreta.",
        ),
    ),
)
_FIELDS = (
    FieldWords(
        name="phone_number_id",
        label=words("Identificação do número de telefone", "Phone number ID", "Identificador del número de teléfono"),
        help=words(
            "Só dígitos, em WhatsApp > Configuração da API. Não é o número de telefone.",
            "Digits only, under WhatsApp > API setup. It is not the phone number itself.",
            "Solo dígitos, en WhatsApp > Configuración de la API. No es el número de teléfono.",
        ),
        example="106540352242922",
    ),
    FieldWords(
        name="business_account_id",
        label=words(
            "Identificação da conta do WhatsApp Business",
            "WhatsApp Business account ID",
            "Identificador de la cuenta de WhatsApp Business",
        ),
        help=words(
            "Na mesma página, logo abaixo da identificação do número.",
            "On the same page, just below the phone number ID.",
            "En la misma página, justo debajo del identificador del número.",
        ),
        example="102290129340398",
    ),
    FieldWords(
        name="access_token",
        label=words("Token de acesso permanente", "Permanent access token", "Token de acceso permanente"),
        help=words(
            "O token do usuário do sistema; começa com EAA. O da página Configuração da API vence em um dia.",
            "The system user's token; it begins with EAA. The one on the API setup page ends after a day.",
            "El token del usuario del sistema; empieza con EAA. El de Configuración de la API caduca en un día.",
        ),
    ),
    *APP_FIELDS,
    READ_RECEIPTS,
)
_COPY = (
    GuideCopy(
        what="webhook_url",
        label=words("URL de callback", "Callback URL", "URL de devolución de llamada"),
        help=words(
            "No aplicativo da Meta, abra WhatsApp > Configuração, clique em Editar em Webhooks e cole-a no primeiro "
            "campo. O endereço precisa ser alcançável pela internet, com HTTPS.",
            "In Meta's app, open WhatsApp > Configuration, click Edit under Webhooks and paste this into the first "
            "field. The address must be reachable from the internet over HTTPS.",
            "En la aplicación de Meta, abre WhatsApp > Configuración, haz clic en Editar en Webhooks y pégala en el "
            "primer campo. La dirección debe ser accesible desde internet con HTTPS.",
        ),
    ),
    GuideCopy(
        what="verify_token",
        label=words("Token de verificação", "Verify token", "Token de verificación"),
        help=words(
            "Cole no segundo campo, clique em Verificar e salvar e depois assine o campo messages na lista Webhooks. "
            "Escreva ao número: a mensagem aparece na fila.",
            "Paste it into the second field, click Verify and save, then subscribe to the field messages in the list "
            "of webhooks. Write to the number: the message appears in the queue.",
            "Pégalo en el segundo campo, haz clic en Verificar y guardar y suscríbete al campo messages en la lista "
            "de webhooks. Escribe al número: el mensaje aparece en la cola.",
        ),
    ),
)

GUIDE = ChannelGuide(
    kind="whatsapp",
    name="WhatsApp",
    new=NewWhatsAppChannel,
    changes=WhatsAppChannelChanges,
    fields=_FIELDS,
    steps=_STEPS,
    copy=_COPY,
    docs_url="https://developers.facebook.com/docs/whatsapp/cloud-api/get-started",
    has_templates=True,
)
