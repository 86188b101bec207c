"""Copies of everything, proof that they can be restored, and the re-reading of the archive."""
