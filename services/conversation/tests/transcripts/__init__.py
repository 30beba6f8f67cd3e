"""Transcripts of conversations."""
