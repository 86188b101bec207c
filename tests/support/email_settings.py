"""Settings of the e-mail channel that point at servers of the tests."""

from pathlib import Path
from typing import Any

from channels.email.settings import EmailSettings
from tests.support.dovecot import PASSWORD


def email_settings(
    folder: Path, *, imap: dict[str, Any] | None = None, smtp: dict[str, Any] | None = None, **more: Any
) -> EmailSettings:
    """Both servers on 127.0.0.1 without TLS unless told; the password lies in a file below `folder`."""
    secret = folder / "password"
    secret.write_text(PASSWORD)
    password = {"file": str(secret)}
    return EmailSettings.model_validate(
        {
            "address": "saraban@agency.example",
            "imap": {"host": "127.0.0.1", "port": 1, "tls": "none", "username": "saraban", "password": password}
            | (imap or {}),
            "smtp": {"host": "127.0.0.1", "port": 1, "tls": "none"} | (smtp or {}),
        }
        | more
    )
