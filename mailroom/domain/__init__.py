"""Nouns of the trade; standard library only."""
