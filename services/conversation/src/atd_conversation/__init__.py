"""Contacts, conversations and messages: every change of a conversation goes through this service."""
