"""A site that lists data sets for the public."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from mailroom.ports.documents import Json


class DataPortal(Protocol):
    """The action API of a CKAN site, version 3. Both methods give the action's result.

    They raise TemporaryChannelError, PermanentChannelError (the site refuses what is said), ChannelSetupError.
    """

    def ask(self, action: str, facts: Mapping[str, Json]) -> Mapping[str, Any] | None:
        """None when there is nothing of the name or id that `facts` state."""

    def upload(self, action: str, facts: Mapping[str, str], file: Path, *, name: str, media_type: str) -> None:
        """The same with a file, which the site then keeps under that name."""

    def close(self) -> None: ...
