"""Service levels: what a company promises itself on each conversation, and how it stands. Pure, no I/O, no clock.

`policies`: which targets count for a conversation. `history`: when the company owed the next step. `clocks`: what
follows from both in working time. `part`: what is shown and told, and when it has to be looked at again.
"""
