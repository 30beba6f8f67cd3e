"""Sending: from a command of conversation to a row of the ledger, to the provider, to a receipt."""
