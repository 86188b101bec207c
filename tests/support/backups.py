"""Targets of restic for tests: on a disk and on a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailroom.settings.keeping import TargetSection
from mailroom.settings.section import Secret
from storage.backup.process import Limits
from storage.backup.restic import Restic
from tests.support.s3_end import S3End

PASSWORD = "password-of-the-repository"
SHORT = Limits(seconds=15, silent=15)


def secret(folder: Path, name: str, value: str) -> Secret:
    """A secret in a file of its own."""
    file = folder / f"secret-{name}"
    file.write_text(value + "\n")
    return Secret(env=None, file=file)


def target(folder: Path, address: str, password: str = PASSWORD, **environment: str) -> TargetSection:
    """The settings of a target, with its secrets in files."""
    return TargetSection(
        name="copies",
        kind="restic",
        address=address,
        password=secret(folder, "password", password),
        environment={name: secret(folder, name, value) for name, value in environment.items()},
        append_only=False,
    )


class FolderKit:
    append_only = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "disk").mkdir()

    @property
    def repository(self) -> Path:
        return self._folder / "disk/repository"

    def open(self, password: str = PASSWORD, **more: object) -> Restic:
        settings = target(self._folder, str(self.repository), password)
        return Restic(settings, self._folder / "cache", **{"short": SHORT, **more})  # type: ignore[arg-type]

    @contextmanager
    def gone(self) -> Iterator[None]:
        """The disk is not mounted."""
        away = (self._folder / "disk").rename(self._folder / "away")
        yield
        away.rename(self._folder / "disk")


class ServerKit:
    def __init__(self, folder: Path, server: S3End) -> None:
        self._folder = folder
        self._server = server
        self.append_only = server.append_only_rest

    def open(self, password: str = PASSWORD, **environment: str) -> Restic:
        settings = target(self._folder, self._server.address, password, **self._server.environment | environment)
        return Restic(settings, self._folder / "cache", short=SHORT, long=Limits(seconds=60, silent=8))

    @contextmanager
    def gone(self) -> Iterator[None]:
        """The server is down."""
        self._server.stop()
        yield
        self._server.start()
