"""One stored body for each thing that Telegram says: made by the builders, written and read by `test_translate.py`."""

from typing import Any

from atd_testing.telegram.updates import (
    ANA,
    DATE,
    GROUP,
    OWNER,
    SUPERGROUP,
    animation,
    audio,
    business_connection,
    buttons,
    channel_chat,
    click,
    contact,
    deleted_in_business,
    document,
    entity,
    forwarded_from,
    group_chat,
    in_business,
    location,
    member_changed,
    message,
    of_bot,
    photo,
    poll,
    private_chat,
    reacted,
    sticker,
    text,
    update,
    user,
    venue,
    video,
    video_note,
    voice,
)

_LIKE = of_bot(reply_markup=buttons([("Sim", "opt:1"), ("Não", "opt:2")], [("Site", "https://x.example/")]), text="Ok?")
_FORUM = group_chat(SUPERGROUP, "Condomínio", is_forum=True)
_BEGINNING = {
    "message_id": 7,
    "from": user(),
    "chat": _FORUM,
    "date": DATE - 500,
    "message_thread_id": 7,
    "is_topic_message": True,
    "forum_topic_created": {"name": "Garagem", "icon_color": 7322096},
}
_CAIO = user(5550002222, "Caio")
_MB = 1024 * 1024


def said(**content: Any) -> tuple[str, dict[str, Any]]:
    return "message", message(**content)


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "text": ("message", text("Olá, tudo bem? 👋")),
    "text_links": (
        "message",
        text(
            "👍 veja aqui e https://x.example/a",
            entities=[
                entity("bold", 0, 2),
                entity("text_link", 8, 4, url="https://loja.example/promo"),
                entity("url", 15, 19),
            ],
        ),
    ),
    "start": ("message", text("/start", entities=[entity("bot_command", 0, 6)])),
    "start_with_word": ("message", text("/start promo42", entities=[entity("bot_command", 0, 6)])),
    "photo": said(photo=photo(), caption="A porta", caption_entities=[entity("italic", 0, 1)]),
    "document": said(document=document(), caption="O contrato"),
    "too_large_video": said(video=video(size=21 * _MB), caption="A visita toda"),
    "video": said(video=video()),
    "video_note": said(video_note=video_note()),
    "voice": said(voice=voice()),
    "audio": said(audio=audio()),
    "animation": said(animation=animation(), document=animation()),
    "sticker": said(sticker=sticker()),
    "sticker_animated": said(sticker=sticker(animated=True)),
    "location": said(location=location(horizontal_accuracy=12.5)),
    "live_location": said(location=location(live_period=900)),
    "venue": said(venue=venue(), location=location()),
    "contact_own": said(contact=contact()),
    "contact_of_another": said(contact=contact("+55 11 91234-0000", 5550003333)),
    "poll": said(poll=poll()),
    "dice": said(dice={"emoji": "🎲", "value": 4}),
    "checklist": said(
        checklist={
            "title": "Trazer",
            "tasks": [{"id": 1, "text": "RG"}, {"id": 2, "text": "CPF", "completion_date": DATE}],
        }
    ),
    "album_first": said(message_id=61, photo=photo("a"), media_group_id="13579", caption="Antes e depois"),
    "album_second": said(message_id=62, photo=photo("b"), media_group_id="13579"),
    "album_third": said(message_id=63, video=video(), media_group_id="13579", caption="O resultado"),
    "reply_and_quote": said(
        text="Esta parte",
        reply_to_message=of_bot(50, text="Qual parte? A de cima ou a de baixo?"),
        quote={"text": "A de cima", "position": 13, "is_manual": True},
    ),
    "reply_elsewhere": said(
        text="Vi isto",
        external_reply={
            "origin": forwarded_from("channel"),
            "chat": channel_chat() | {"username": "ofertas"},
            "message_id": 9,
        },
    ),
    "reply_to_story": said(
        text="Quero!", reply_to_story={"chat": private_chat(user(OWNER, "Olga", username="olga")), "id": 3}
    ),
    "forwarded_user": said(text="Olha", forward_origin=forwarded_from("user")),
    "forwarded_hidden": said(text="Olha", forward_origin=forwarded_from("hidden_user")),
    "forwarded_chat": said(text="Olha", forward_origin=forwarded_from("chat")),
    "forwarded_channel": said(photo=photo(), forward_origin=forwarded_from("channel")),
    "story": said(story={"chat": private_chat(), "id": 3}),
    "game": said(game={"title": "Corrida", "description": "Corra", "photo": photo()}),
    "unknown_kind": said(hologram={"file_id": "x"}),
    "edited_text": ("edited_message", text("Olá! Tudo bem?") | {"edit_date": DATE + 60}),
    "edited_caption": ("edited_message", message(photo=photo(), caption="A porta azul", edit_date=DATE + 61)),
    "edited_photo": ("edited_message", message(photo=photo("outra"), caption="A porta azul", edit_date=DATE + 61)),
    "edited_live_location": (
        "edited_message",
        message(location=location(-23.5620, -46.6561, live_period=900), edit_date=DATE + 62),
    ),
    "click": ("callback_query", click("opt:1", on=_LIKE)),
    "click_in_group": ("callback_query", click("opt:2", sender=_CAIO, on={**_LIKE, "chat": group_chat()})),
    "click_on_inaccessible": (
        "callback_query",
        click("opt:1", on={"chat": private_chat(), "message_id": 52, "date": 0}),
    ),
    "click_without_message": ("callback_query", click("opt:1", inline_message_id="AAQ-1")),
    "click_without_data": ("callback_query", click(None, on=_LIKE, game_short_name="corrida")),
    "blocked": ("my_chat_member", member_changed("member", "kicked")),
    "unblocked": ("my_chat_member", member_changed("kicked", "member")),
    "put_out_of_group": ("my_chat_member", member_changed("administrator", "left", chat=group_chat())),
    "made_administrator": ("my_chat_member", member_changed("member", "administrator", chat=group_chat())),
    "reaction": ("message_reaction", reacted(["👍"], ["👍", "🎉"])),
    "reaction_removed": ("message_reaction", reacted(["👍"], [])),
    "reaction_custom": (
        "message_reaction",
        reacted([], []) | {"new_reaction": [{"type": "custom_emoji", "custom_emoji_id": "5368"}]},
    ),
    "group": ("message", text("Bom dia", chat=group_chat(), sender=_CAIO)),
    "group_anonymous": (
        "message",
        text("Aviso", chat=group_chat(SUPERGROUP), sender=user(1087968824, "Group"))
        | {"sender_chat": group_chat(SUPERGROUP), "author_signature": "síndico"},
    ),
    "group_thread_no_topic": (
        "message",
        text("Sim", chat=group_chat(SUPERGROUP), sender=_CAIO)
        | {"message_thread_id": 40, "reply_to_message": message(40, chat=group_chat(SUPERGROUP), text="Vai?")},
    ),
    "topic": (
        "message",
        text("O portão travou", chat=_FORUM, sender=_CAIO)
        | {"message_thread_id": 7, "is_topic_message": True, "reply_to_message": _BEGINNING},
    ),
    "group_joined": said(chat=group_chat(), new_chat_members=[user(5550004444, "Davi")]),
    "migrated_old": said(chat=group_chat(), migrate_to_chat_id=SUPERGROUP),
    "migrated_new": said(chat=group_chat(SUPERGROUP), message_id=1, migrate_from_chat_id=GROUP),
    "channel_post": ("channel_post", message(chat=channel_chat(), text="Oferta")),
    "channel_copy": (
        "message",
        message(chat=group_chat(SUPERGROUP), sender=user(777000, "Telegram"), text="Oferta")
        | {"sender_chat": channel_chat(), "is_automatic_forward": True},
    ),
    "business_customer": ("business_message", in_business(text("Vocês abrem sábado?"))),
    "business_owner": (
        "business_message",
        in_business(text("Abrimos, sim!", chat=private_chat(), sender=user(OWNER, "Olga"))),
    ),
    "business_by_bot": (
        "business_message",
        in_business(
            text("Abrimos, sim!", chat=private_chat(), sender=user(OWNER, "Olga")),
            sender_business_bot={"id": 700001, "is_bot": True, "first_name": "Loja Centro"},
        ),
    ),
    "business_edited": (
        "edited_business_message",
        in_business(text("Abrimos até 14h", chat=private_chat(), sender=user(OWNER, "Olga"))) | {"edit_date": DATE + 9},
    ),
    "business_deleted": ("deleted_business_messages", deleted_in_business([51, 53])),
    "business_connected": ("business_connection", business_connection()),
    "other_kind": ("chat_join_request", {"chat": group_chat(), "from": user(), "user_chat_id": ANA, "date": DATE}),
}


def body(name: str) -> dict[str, Any]:
    """The update of a case."""
    kind, item = CASES[name]
    return update(880000 + list(CASES).index(name), kind, item)
