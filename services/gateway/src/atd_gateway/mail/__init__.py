"""Mails to administrators, where the installation has a mail server."""
