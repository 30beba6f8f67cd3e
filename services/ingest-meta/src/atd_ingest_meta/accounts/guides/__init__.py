"""How pages and Instagram accounts are connected, in words."""

from atd_channelkit.accounts.guide import ChannelGuide

GUIDES: tuple[ChannelGuide, ...] = ()
