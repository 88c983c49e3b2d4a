"""Numbered migrations of the vault, in ``versions/``; each names its schema number as its revision."""
