"""From what conversation asks for to calls of the Bot API. Pure."""
