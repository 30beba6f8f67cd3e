"""How a bot is connected, in words. Source: Telegram's pages on bots (2026).

`docs/channels/telegram.md` says more. BotFather speaks English alone: its commands and buttons are called so here.
"""

from atd_channelkit.accounts.guide import ChannelGuide, FieldWords, GuideStep
from atd_channelkit.accounts.words import words
from atd_ingest_telegram.accounts.views import NewTelegramChannel, TelegramChannelChanges

_STEPS = (
    GuideStep(
        title=words("Crie o bot", "Create the bot", "Crea el bot"),
        text=words(
            "No Telegram, abra uma conversa com @BotFather, envie /newbot e responda com o nome que os clientes verão "
            "e com um nome de usuário que termine em bot. Se a empresa já tem um bot, envie /mybots e escolha-o.",
            "In Telegram, open a chat with @BotFather, send /newbot and answer with the name that customers will see "
            "and with a username that ends in bot. If the company has a bot already, send /mybots and choose it.",
            "En Telegram, abre un chat con @BotFather, envía /newbot y responde con el nombre que verán los clientes "
            "y con un nombre de usuario que termine en bot. Si la empresa ya tiene un bot, envía /mybots y elígelo.",
        ),
    ),
    GuideStep(
        title=words("Copie o token", "Copy the token", "Copia el token"),
        text=words(
            "O @BotFather responde com o token: dígitos, dois-pontos e letras. De um bot que já existe, escolha API "
            "Token. Quem tem o token controla o bot: não o mostre a ninguém.",
            "@BotFather answers with the token: digits, a colon and letters. Of a bot that exists already, choose API "
            "Token. Whoever has the token controls the bot: show it to nobody.",
            "@BotFather responde con el token: dígitos, dos puntos y letras. De un bot que ya existe, elige API Token. "
            "Quien tiene el token controla el bot: no lo muestres a nadie.",
        ),
    ),
    GuideStep(
        title=words("Grupos, se quiser", "Groups, if you want them", "Grupos, si los quieres"),
        text=words(
            "Em grupos o bot só vê comandos e respostas a ele. Para ver tudo, em /mybots abra Bot Settings > Group "
            "Privacy e escolha Turn off, e só depois adicione o bot ao grupo.",
            "In groups the bot sees only commands and replies to it. To see everything, open Bot Settings > Group "
            "Privacy in /mybots and choose Turn off, and only then add the bot to the group.",
            "En grupos el bot solo ve comandos y respuestas a él. Para verlo todo, en /mybots abre Bot Settings > "
            "Group Privacy y elige Turn off, y solo después añade el bot al grupo.",
        ),
    ),
)
_FIELDS = (
    FieldWords(
        name="bot_token",
        label=words("Token do bot", "Bot token", "Token del bot"),
        help=words(
            "Como o @BotFather o mostra, com os dígitos e os dois-pontos do começo.",
            "As @BotFather shows it, with the digits and the colon at its beginning.",
            "Tal como lo muestra @BotFather, con los dígitos y los dos puntos del principio.",
        ),
    ),
    FieldWords(
        name="long_polling",
        where="settings",
        label=words("Sem endereço público", "Without a public address", "Sin dirección pública"),
        help=words(
            "Perguntamos ao Telegram pelas mensagens em vez de recebê-las. Só para instalações que a internet não "
            "alcança por HTTPS.",
            "We ask Telegram for the messages instead of having them delivered. Only for installations that cannot "
            "be reached from the internet over HTTPS.",
            "Preguntamos a Telegram por los mensajes en vez de recibirlos. Solo para instalaciones a las que internet "
            "no llega por HTTPS.",
        ),
    ),
)

GUIDE = ChannelGuide(
    kind="telegram",
    name="Telegram",
    new=NewTelegramChannel,
    changes=TelegramChannelChanges,
    fields=_FIELDS,
    steps=_STEPS,
    docs_url="https://core.telegram.org/bots#how-do-i-create-a-bot",
)
