"""The table [signing] of agency.toml: which key signs documents, and whom the agency trusts (R90-R94)."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from mailroom.domain.signature import SignatureLevel
from mailroom.settings.section import Secret, Section


def _web_address(url: str) -> str:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ValueError("write a complete address that begins with https:// or http://")
    return url


def _private_address(url: str) -> str:
    parts = urlsplit(_web_address(url))
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError("must begin with https://; what signs for the agency is asked over an encrypted line only")
    return url


class Pkcs12Section(Section):
    file: Path = Field(description="File (.p12, .pfx) with key, certificate and chain; relative to this file.")
    password: Secret = Field(description='Its password: { env = "NAME" } or { file = "PATH" }.')


class Pkcs11Section(Section):
    module: Path = Field(description="Driver of the token or HSM, for example /usr/lib/softhsm/libsofthsm2.so.")
    token: Annotated[str, Field(min_length=1)] = Field(description="Label of the token.")
    key: Annotated[str, Field(min_length=1)] = Field(
        description="Label of the private key; its certificate has it too."
    )
    pin: Secret = Field(description='PIN of the token: { env = "NAME" } or { file = "PATH" }.')
    certificate: Path | None = Field(None, description="File of the certificate, where the token does not hold it.")


class RemoteSection(Section):
    url: Annotated[str, AfterValidator(_private_address)] = Field(
        description="Base address of a signing service of the CSC API v2, for example https://sign.example/csc/v2."
    )
    credential: Annotated[str, Field(min_length=1)] = Field(description="Id of the key at that service.")
    token: Secret = Field(description='Its access token: { env = "NAME" } or { file = "PATH" }.')


class KeySection(Section):
    """Exactly one of the tables."""

    pkcs12: Pkcs12Section | None = Field(None, description="A key file. A token is safer (R92).")
    pkcs11: Pkcs11Section | None = Field(None, description="A USB token or HSM (PKCS#11).")
    remote: RemoteSection | None = Field(None, description="A signing service that keeps the key.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(each is not None for each in (self.pkcs12, self.pkcs11, self.remote)) != 1:
            raise ValueError("name exactly one of pkcs12, pkcs11 and remote")
        return self


class SignatorySection(Section):
    name: Annotated[str, Field(min_length=1)] = Field(description="Name of the person who signs.")
    position: str = Field("", description="Position, for example นายกเทศมนตรี.")
    capacity: str = Field("", description="In what capacity, for example ปฏิบัติราชการแทน; empty for the own one (R37).")


class SigningSection(Section):
    key: KeySection | None = Field(None, description="The key that signs. Leave it out to examine documents only.")
    level: SignatureLevel = Field(
        SignatureLevel.B_LT,
        description="PAdES baseline level: B-B, B-T, B-LT or B-LTA. B-LT can be validated off-line.",
    )
    trust: tuple[Path, ...] = Field(
        (), description="Certificates of the roots that are trusted, PEM or DER; the NRCA root for Thai agencies (R91)."
    )
    chain: tuple[Path, ...] = Field(
        (), description="Certificates between key and root, where file or token do not hold them."
    )
    time_stamps: tuple[Annotated[str, AfterValidator(_web_address)], ...] = Field(
        (),
        description="Addresses of time-stamp authorities (RFC 3161, R94), in order; the next is asked when one fails.",
    )
    sign_mail: bool = Field(
        False, description="Whether mail that carries a document is signed too (S/MIME), with the same key."
    )
    fetch_revocation: bool = Field(
        False,
        description="Whether an examination may ask trusted authorities for revocation data that a document lacks.",
    )
    reason: str = Field("", description="Reason as viewers show it, for example อนุมัติออกใบอนุญาต.")
    location: str = Field("", description="Place as viewers show it.")
    signatory: SignatorySection | None = Field(None, description="Who signs, as documents and viewers show it.")

    @model_validator(mode="after")
    def _what_the_level_needs(self) -> Self:
        if self.key is None:
            return self
        if not self.trust:
            raise ValueError("name the root of the certificate in trust; nothing is signed that nobody could verify")
        if self.level is not SignatureLevel.B_B and not self.time_stamps:
            raise ValueError(f'level {self.level} needs time_stamps; add an authority or set level = "B-B"')
        return self
