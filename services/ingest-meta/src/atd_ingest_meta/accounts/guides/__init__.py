"""How pages and Instagram accounts are connected, in words. Source: Meta's pages on each product's setup (2026).

`docs/channels/<kind>.md` says more. Pages and buttons are called as Meta's dashboard calls them.
"""

from atd_channelkit.accounts.guide import ChannelGuide, FieldWords
from atd_channelkit.accounts.meta_fields import APP_FIELDS, READ_RECEIPTS
from atd_channelkit.accounts.words import words
from atd_ingest_meta.accounts.guides import common
from atd_ingest_meta.accounts.views import (
    MetaChannelChanges,
    NewFacebookChannel,
    NewInstagramChannel,
    NewMessengerChannel,
)

_MESSENGER = ChannelGuide(
    kind="messenger",
    name="Messenger",
    new=NewMessengerChannel,
    changes=MetaChannelChanges,
    fields=(*common.PAGE_FIELDS, *APP_FIELDS, READ_RECEIPTS),
    steps=(common.APP_STEP, common.page_step("pages_messaging, pages_manage_metadata"), common.LIVE_STEP),
    copy=common.copy_to("messages, message_echoes, messaging_postbacks"),
    docs_url="https://developers.facebook.com/docs/messenger-platform",
)
_FACEBOOK = ChannelGuide(
    kind="facebook",
    name="Facebook",
    new=NewFacebookChannel,
    changes=MetaChannelChanges,
    fields=(*common.PAGE_FIELDS, *APP_FIELDS),
    steps=(
        common.APP_STEP,
        common.page_step(
            "pages_manage_metadata, pages_read_engagement, pages_read_user_content, pages_manage_engagement"
        ),
        common.LIVE_STEP,
    ),
    copy=common.copy_to("feed, mention"),
    docs_url="https://developers.facebook.com/docs/pages-api",
)
_INSTAGRAM = ChannelGuide(
    kind="instagram",
    name="Instagram",
    new=NewInstagramChannel,
    changes=MetaChannelChanges,
    fields=(
        FieldWords(
            name="instagram_id",
            label=words("Identificação da conta", "Account ID", "Identificador de la cuenta"),
            help=words(
                "Só dígitos; começa com 1784. No login do Instagram é o user_id, não o id.",
                "Digits only; it begins with 1784. With Instagram Login it is the user_id, not the id.",
                "Solo dígitos; empieza con 1784. Con el inicio de sesión de Instagram es el user_id, no el id.",
            ),
            example="17841400000000001",
        ),
        FieldWords(
            name="page_id",
            label=words("Identificação da página", "Page ID", "Identificador de la página"),
            help=words(
                "Da página do Facebook ligada à conta; só com o login do Facebook.",
                "Of the Facebook page that the account is linked to; with Facebook Login alone.",
                "De la página de Facebook vinculada a la cuenta; solo con el inicio de sesión de Facebook.",
            ),
            example="102290129340398",
        ),
        FieldWords(
            name="access_token",
            label=words("Token de acesso", "Access token", "Token de acceso"),
            help=words(
                "Da conta (login do Instagram) ou da página (login do Facebook), que não vença.",
                "Of the account (Instagram Login) or of the page (Facebook Login), one that does not expire.",
                "De la cuenta (inicio de sesión de Instagram) o de la página (de Facebook), que no caduque.",
            ),
        ),
        *APP_FIELDS,
        READ_RECEIPTS,
        FieldWords(
            name="login",
            where="settings",
            label=words("Login usado", "Login used", "Inicio de sesión usado"),
            help=words(
                "facebook: o token é da página ligada à conta. instagram: o token é da própria conta.",
                "facebook: the token is of the page that the account is linked to. instagram: it is the account's own.",
                "facebook: el token es de la página vinculada a la cuenta. instagram: es de la propia cuenta.",
            ),
        ),
    ),
    steps=(common.APP_STEP, common.INSTAGRAM_STEP, common.LIVE_STEP),
    copy=common.copy_to("messages, messaging_postbacks, messaging_seen, message_reactions"),
    docs_url="https://developers.facebook.com/docs/instagram-platform",
)

GUIDES: tuple[ChannelGuide, ...] = (_MESSENGER, _FACEBOOK, _INSTAGRAM)
