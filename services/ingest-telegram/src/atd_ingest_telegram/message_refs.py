"""Our names of messages at Telegram: `<chat>:<message>`, in a business account's chat `<connection>:<chat>:<message>`.

Telegram counts messages within a chat as one account sees it: the same customer's chat with the bot and with a business
account that the bot answers for have messages of the same numbers. Pure.
"""


def message_ref(chat_id: int, message_id: int, connection: str | None = None) -> str:
    """Our name of a message."""
    within = f"{chat_id}:{message_id}"
    return within if connection is None else f"{connection}:{within}"


def click_ref(chat_id: int, query_id: str) -> str:
    """Our name of a click, which is no message at Telegram: it cannot be answered or reacted to."""
    return f"{chat_id}:click-{query_id}"


def message_id_of(ref: str) -> int | None:
    """The number of the message within its chat; `None` for what is no message at Telegram."""
    last = ref.rpartition(":")[2]
    return int(last) if last.isascii() and last.isdigit() else None


def in_business(ref: str) -> bool:
    """Whether a message is of a business account's chat."""
    return ref.count(":") > 1


def chat_id_of(ref: str) -> int | None:
    """The chat of a message; `None` for what is no name of ours."""
    chat = ref.rpartition(":")[0].rpartition(":")[2]
    digits = chat.removeprefix("-")
    return int(chat) if digits.isascii() and digits.isdigit() else None
