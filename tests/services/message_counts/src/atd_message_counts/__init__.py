"""Counts the messages of each channel account."""
