"""What the product says and does by itself: automatic replies, the protocol number on request, ratings.

Everything here is pure: what happened, the tenant's rules and what is remembered of the thread go in, what is to be
said comes out (see docs/adr/0025).
"""
