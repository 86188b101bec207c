"""What restic prints, versions 0.14 and later, as values and as errors with a remedy. Unknown lines mean nothing."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from mailroom.domain.errors import BackupError, ConfigurationError, MailroomError

ID = re.compile(r"[0-9a-f]{64}")

_LOCKED = 11
_NO_REPOSITORY = 10
_WRONG_PASSWORD = 12
_AWAY = re.compile(r"dial |connection |timeout|no route|lookup |server misbehaving|: EOF|\b50[234]\b")
_CREDENTIALS = re.compile(
    r"Access ?Denied|signature we calculated|Access Key Id|\b40[13]\b|permission denied", re.IGNORECASE
)
_DAMAGE = (
    "repository contains errors",
    "LoadIndex returned errors",
    "is damaged",
    "ciphertext verification failed",
    "invalid data returned",
    "does not match",
    "invalid character",
)
_TRACE = re.compile(r"^(\t|github\.com/|golang\.org/|main\.|runtime\.|net/|goroutine )")
_VERDICTS = ("Fatal: ", "signal interrupt")


class NoRepositoryError(BackupError):
    """The target answers, and holds no repository."""


class NoPointError(BackupError):
    """The repository does not hold this point."""


class LockedError(BackupError):
    """Another process works on the repository, or died in it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One point as restic lists it, with what we wrote into its tags."""

    id: str
    at: datetime
    installation: str
    sources: Mapping[str, str]
    """Name of the source and the absolute path that it had."""
    bytes: int

    @staticmethod
    def tags(installation: str, sources: Mapping[str, str], size: int) -> list[str]:
        """restic splits tags at commas; quoted text has none."""
        named = [f"source:{name}:{quote(path, safe='')}" for name, path in sorted(sources.items())]
        return [f"installation:{quote(installation, safe='')}", f"bytes:{size}", *named]


def snapshots(text: str) -> list[Snapshot]:
    """Oldest first. Raises BackupError for what is no list; what is no snapshot in it is passed over."""
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise BackupError("restic printed no list of points; check that it is the real program") from error
    if not isinstance(rows, list | None):
        raise BackupError("restic printed something else than a list of points; check that it is the real program")
    found = [snapshot for row in rows or () if (snapshot := _snapshot(row)) is not None]
    return sorted(found, key=lambda one: (one.at, one.id))


def _snapshot(row: Any) -> Snapshot | None:
    try:
        at = datetime.fromisoformat(row["time"])
        if ID.fullmatch(row["id"]) is None:
            return None
        sources: dict[str, str] = {}
        single = {"installation": "", "bytes": "0"}
        for tag in row.get("tags") or ():
            kind, _, value = str(tag).partition(":")
            if kind == "source":
                name, _, path = value.partition(":")
                sources[name] = unquote(path)
            else:
                single[kind] = unquote(value)
        size = int(single["bytes"])
    except (KeyError, TypeError, ValueError):
        return None
    return Snapshot(row["id"], at if at.tzinfo else at.replace(tzinfo=UTC), single["installation"], sources, size)


def message(line: str) -> Mapping[str, Any]:
    """A line of `--json`; empty for any other line."""
    if not line.startswith("{"):
        return {}
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def number(values: Mapping[str, Any], key: str) -> int:
    """0 where it is missing or none."""
    value = values.get(key, 0)
    return int(value) if isinstance(value, int | float) and value == value and abs(value) < 1 << 62 else 0


def complaints(said: Sequence[str]) -> list[str]:
    """What is said about the matter: no traces of the stack, no repetition, no verdict where reasons are given."""
    lines = [line.strip() for line in dict.fromkeys(said) if line.strip() and not _TRACE.match(line)]
    reasons = [line for line in lines if not line.startswith(_VERDICTS)]
    return reasons or lines


def is_damage(said: Sequence[str]) -> bool:
    """Whether it is the repository that is at fault, not the way to it."""
    return any(mark in line for mark in _DAMAGE for line in said) and not any("dial " in line for line in said)


def explained(target: str, code: int, said: Sequence[str]) -> MailroomError:
    """The error of a run that failed, with the remedy."""
    text = "\n".join(said)
    verdict = next((line for line in said if line.startswith("Fatal: ")), None) or (complaints(said) or ["no word"])[-1]
    verdict = verdict.removeprefix("Fatal: ")
    if code == _WRONG_PASSWORD or "wrong password or no key found" in text:
        return ConfigurationError(
            f"the password of the backup target {target} does not open its repository; "
            "put the right one, which is on paper too, where the target's `password` points (or its key file is lost)"
        )
    if code == _LOCKED or "already locked" in text:
        return LockedError(f"another process works on the target {target} ({verdict}); wait until it is done")
    if _AWAY.search(text):
        return BackupError(f"the target {target} does not answer ({verdict}); check network and host, then try again")
    if _CREDENTIALS.search(text):
        return ConfigurationError(
            f"the target {target} refuses us ({verdict}); check the keys in the target's `environment` and their rights"
        )
    if code == _NO_REPOSITORY or "Is there a repository" in text:
        return NoRepositoryError(
            f"the target {target} holds no repository ({verdict}); mount its disk, or prepare the target if it is new"
        )
    if "no matching ID" in text:
        return NoPointError(f"the target {target} does not hold this point; list those that it holds")
    return BackupError(f"restic failed at the target {target} ({verdict}); mend what it says, then try again")
