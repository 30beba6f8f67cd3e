"""The channels that the phones have, each on the fake of its provider.

A person has the same key on every channel; the channel makes the provider's id of it. Files of all channels are in the
phones' own store, and are copied to and from the fake.
"""

from atd_channel_sandbox.channels.channel import Channel, Channels

__all__ = ["Channel", "Channels"]
