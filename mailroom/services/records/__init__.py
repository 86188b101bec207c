"""How long records are kept, and personal data."""
