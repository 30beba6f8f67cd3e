"""Telegram's accounts: bots."""
