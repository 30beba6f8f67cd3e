"""Asks Telegram for updates, for bots of installations without a public address (`getUpdates`)."""
