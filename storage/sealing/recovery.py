"""The recovery key: it exists on paper alone, and opens the copy of the keyring (age, https://age-encryption.org/v1)."""

import pyrage

from mailroom.domain.errors import ConfigurationError


def new_recovery_key() -> tuple[str, str]:
    """The secret half, for the paper (`AGE-SECRET-KEY-1…`), and the public half (`age1…`)."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def sealed_for(recipient: str, content: bytes) -> bytes:
    """An age file that only the recovery key opens. Raises ConfigurationError for a recipient that is none."""
    try:
        return bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(recipient)]))
    except pyrage.RecipientError as error:
        raise ConfigurationError("the keyring names no valid recovery key; restore an older copy of it") from error


def opened_with(recovery_key: str, content: bytes) -> bytes:
    """Raises ConfigurationError when the key is mistyped, or is not the one."""
    try:
        identity = pyrage.x25519.Identity.from_str(normal(recovery_key))
    except pyrage.IdentityError as error:
        raise ConfigurationError("that is no recovery key; compare it with the sheet, letter by letter") from error
    try:
        return bytes(pyrage.decrypt(content, [identity]))
    except pyrage.DecryptError as error:
        raise ConfigurationError(
            "this recovery key does not open the copy of the keyring; it belongs to another sheet, or the copy is damaged"
        ) from error


def normal(typed: str) -> str:
    """A key as people type it from paper: groups and lines joined, letters large."""
    return "".join(typed.split()).upper()
