"""Measurements against named peers and limits. Never part of the tests."""
