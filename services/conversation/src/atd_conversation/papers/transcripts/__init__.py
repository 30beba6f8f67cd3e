"""Transcripts as files: the PDF with its fonts, and what loads and writes them."""
