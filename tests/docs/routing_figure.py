"""The states of a conversation as a figure, made by doing everything that can be done to one in each state."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.refusals import Refusal
from atd_schemas.views import ConversationStatus, Named
