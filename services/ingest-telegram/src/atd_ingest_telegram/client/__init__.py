"""Sends to Telegram."""
