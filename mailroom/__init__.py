"""mailroom: electronic saraban for Thai agencies."""

__version__ = "0.1.0"
