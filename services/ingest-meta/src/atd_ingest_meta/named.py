"""Whom a webhook body of Meta's names. Pure."""

PAGE = "page"
INSTAGRAM = "instagram"
"""The kinds of reference of an account: how its index and the directory of accounts call them.

A page can have two accounts, one for Messenger and one for its comments.
"""
