"""Writes the configuration of the invented agency to which the sample mailbox belongs."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from string import Template

from mailroom.paths import CONFIG

TEMPLATE = Path(__file__).with_name("agency.toml.template")
FILES = ("agency.toml", "services.toml", "agencies.toml", "password", "demo-signer.p12", "demo-root.pem", "line-secret")
"""What is written."""
LINE_TEMPLATE = Path(__file__).with_name("line.toml.template")
MORE_SERVICES = Path(__file__).with_name("more_services.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAccess:
    """How the agency reaches its Official Account at LINE."""

    url: str
    line_id: str
    channel_id: str
    bot_user_id: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Where the agency's mailbox is and where its letters go, on loopback, without TLS."""

    imap_port: int
    smtp_port: int
    web_port: int
    user: str
    password: str
    time_stamps: str
    """Address of the demonstration's time-stamp authority."""
    line: LineAccess | None = None
    """Without it there is no such channel."""


def write_configuration(folder: Path, servers: Servers) -> Path:
    """Write agency.toml, services.toml, agencies.toml and the password; the path of the first.

    The files of the demonstration authority, key and root, lie beside them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    secret = _secret(folder, "password", servers.password)
    shutil.copyfile(CONFIG / "agencies.toml", folder / "agencies.toml")
    services = [path.read_text(encoding="utf-8") for path in (CONFIG / "services.toml", MORE_SERVICES)]
    (folder / "services.toml").write_text("".join(services), encoding="utf-8")
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        imap_port=servers.imap_port,
        smtp_port=servers.smtp_port,
        web_port=servers.web_port,
        user=servers.user,
        password_file=secret,
        time_stamps=servers.time_stamps,
    )
    target = folder / "agency.toml"
    target.write_text(text + _line(folder, servers.line), encoding="utf-8")
    return target


def _line(folder: Path, line: LineAccess | None) -> str:
    if line is None:
        return ""
    return Template(LINE_TEMPLATE.read_text(encoding="utf-8")).substitute(
        url=line.url,
        line_id=line.line_id,
        channel_id=line.channel_id,
        bot_user_id=line.bot_user_id,
        secret_file=_secret(folder, "line-secret", line.secret),
    )


def _secret(folder: Path, name: str, secret: str) -> Path:
    path = folder.resolve() / name
    path.touch(mode=0o600)
    path.write_text(f"{secret}\n", encoding="utf-8")
    return path
