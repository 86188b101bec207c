"""Settings of the e-mail channel: the central saraban mailbox (R42) and its submission server."""

import ipaddress
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from mailroom.settings import ChannelSection, Day, Secret, Section

Tls = Literal["implicit", "starttls", "none"]
Port = Annotated[int, Field(ge=1, le=65535)]


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class ServerSection(Section):
    host: str = Field(description="Host name of the server.")
    tls: Tls = Field(
        "implicit", description='"implicit", "starttls", or "none", which is allowed on this machine only.'
    )
    ca_file: Path | None = Field(None, description="Certificates to trust, PEM. Default: those of the system.")

    @model_validator(mode="after")
    def _plain_on_loopback_only(self) -> Self:
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError('tls = "none" is allowed on a loopback address only; write "implicit" or "starttls"')
        return self


class OAuth2Section(Section):
    """OAuth 2.0 client for XOAUTH2 (RFC 7628)."""

    token_url: str = Field(description="Token endpoint of the provider.")
    client_id: str = Field(description="Client id.")
    client_secret: Secret | None = Field(None, description="Client secret, where the provider asks for one.")
    refresh_token: Secret = Field(description="Refresh token.")
    scope: str = Field("", description="Scopes, separated by spaces.")


class ImapSection(ServerSection):
    port: Port | None = Field(None, description="Default: 993 for implicit TLS, else 143.")
    username: str = Field(description="User name of the mailbox.")
    password: Secret | None = Field(None, description='Password: { env = "…" } or { file = "…" }.')
    oauth2: OAuth2Section | None = Field(None, description="OAuth 2.0 instead of a password.")
    folders: tuple[str, ...] = Field(
        ("INBOX", "\\Junk"), description="Folders to watch; \\Junk finds the spam folder by its special use (R22)."
    )
    after: Annotated[str, Field(pattern=r"^(keyword|keep|move:.+)$")] = Field(
        "keyword",
        description='What happens at the server afterwards: "keyword", "keep", or "move:FOLDER". Never deletion.',
    )
    since: Day | None = Field(
        None,
        description="Mail that entered the mailbox from this day on is processed and answered; older mail is archived "
        "and listed only. Setting it is the consent to begin; without it a mailbox with mail in it is only counted.",
    )

    quota_megabytes: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Size of the mailbox, where the server itself does not tell it (RFC 9208)."
    )
    quota_alarm_percent: Annotated[int, Field(ge=1, le=100)] = Field(
        80, description="From how full a mailbox on clerks and administrator are told."
    )
    kept_folder: Annotated[str, Field(min_length=1)] = Field(
        "mailroom-kept",
        description="Folder to which `mailroom mailbox clear --move` moves old mail, one below it for each year.",
    )

    @property
    def effective_port(self) -> int:
        return self.port or (993 if self.tls == "implicit" else 143)

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        if (self.password is None) == (self.oauth2 is None):
            raise ValueError("name exactly one of password and oauth2")
        return self


class SmtpSection(ServerSection):
    port: Port | None = Field(None, description="Default: 465 for implicit TLS, else 587.")
    username: str = Field("", description="User name; empty for none.")
    password: Secret | None = Field(None, description='Password: { env = "…" } or { file = "…" }.')
    oauth2: OAuth2Section | None = Field(None, description="OAuth 2.0 instead of a password.")
    from_: str = Field("", alias="from", description="Address that letters come from. Default: the channel's address.")
    null_return_path: bool = Field(
        True,
        description="Send automatic letters with an empty return path (RFC 3834); where refused, the address is used.",
    )

    @property
    def effective_port(self) -> int:
        return self.port or (465 if self.tls == "implicit" else 587)


class EmailSettings(ChannelSection):
    """E-mail: the central mailbox."""

    address: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] = Field(
        description="The central mailbox; its name should begin with saraban (R42)."
    )
    own_addresses: tuple[str, ...] = Field(
        (), description="Other addresses of this agency: mail from them is never answered."
    )
    officer_addresses: tuple[str, ...] = Field(
        (), description="Officers who pass citizens' mail on to the central mailbox."
    )
    imap: ImapSection = Field(description="Where mail is read.")
    smtp: SmtpSection = Field(description="Where letters are handed in.")

    @field_validator("own_addresses", "officer_addresses")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            if address.count("@") != 1:
                raise ValueError(f"{address} is not an e-mail address")
        return value

    @property
    def all_addresses(self) -> frozenset[str]:
        """Every address of our own, lower-case."""
        return frozenset(a.lower() for a in (self.address, *self.own_addresses, self.smtp.from_) if a)

    @property
    def public_address(self) -> str:
        return self.address

    @property
    def officers(self) -> frozenset[str]:
        return frozenset(address.lower() for address in self.officer_addresses)

    @property
    def begins_on(self) -> date | None:
        return self.imap.since
