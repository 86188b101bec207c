"""Encryption of what lies on disk, and the keys for it."""
