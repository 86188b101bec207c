"""Where pages lead: to addresses of the server, or to files of a folder."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlencode


class Links(Protocol):
    """Addresses as a template writes them."""

    @property
    def live(self) -> bool:
        """Whether a server stands behind the pages."""

    def home(self) -> str: ...

    def record(self, code: str) -> str: ...

    def asset(self, name: str) -> str: ...

    def data(self, suffix: str) -> str: ...

    def open_data(self) -> str: ...

    def slideshow(self) -> str: ...

    def checkpoints(self, name: str = "") -> str:
        """The list, or one file of it."""


@dataclass(frozen=True, slots=True)
class ServerLinks:
    """Addresses of the running server, from its root."""

    live: bool = True

    def home(self) -> str:
        return "/licences"

    def record(self, code: str) -> str:
        return f"/l/{quote(code, safe='')}"

    def asset(self, name: str) -> str:
        return f"/static/{name}"

    def data(self, suffix: str) -> str:
        return f"/licences/data.{suffix}" if suffix != "dcat" else "/licences/dcat.jsonld"

    def open_data(self) -> str:
        return "/open-data"

    def slideshow(self) -> str:
        return "/licences/slideshow"

    def checkpoints(self, name: str = "") -> str:
        return f"/checkpoints/{name}" if name else "/checkpoints"

    def search(self, **wanted: object) -> str:
        """The search with what is wanted; what is empty is left out."""
        pairs = {name: str(value) for name, value in wanted.items() if value}
        return "/licences" + (f"?{urlencode(pairs)}" if pairs else "")


@dataclass(frozen=True, slots=True)
class FolderLinks:
    """Relative paths from a page that lies so many folders deep. Files are named, so that they open without a server."""

    depth: int
    live: bool = False

    def _from(self, path: str) -> str:
        return "../" * self.depth + path

    def home(self) -> str:
        return self._from("index.html")

    def record(self, code: str) -> str:
        return self._from(f"l/{quote(code, safe='')}/index.html")

    def asset(self, name: str) -> str:
        return self._from(f"assets/{name}")

    def data(self, suffix: str) -> str:
        return self._from(f"data/licences.{suffix}" if suffix != "dcat" else "data/dcat.jsonld")

    def open_data(self) -> str:
        return self._from("open-data.html")

    def slideshow(self) -> str:
        return self._from("slideshow.html")

    def checkpoints(self, name: str = "") -> str:
        return self._from(f"checkpoints/{name}" if name else "checkpoints.html")

    def page(self, name: str) -> str:
        return self._from(name)
