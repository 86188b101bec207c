"""Public codes of licences and announcements: twelve characters of Crockford's base 32, sixty bits (R96)."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12


def new_code() -> str:
    """A code that nobody can guess. That it is given once only is for the book to see to."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """As papers print it: `7K3M-9QXR-2V5T`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
