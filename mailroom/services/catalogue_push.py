"""Lists the published licences in a catalogue of data sets such as GD Catalog, and keeps that entry current (R33)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailroom.ports import Json
from mailroom.ports.portal import DataPortal
from mailroom.services.data_files import DataFiles
from mailroom.services.open_data import DataFormat, Dataset
from mailroom.services.publication import Publication

TAGS = ("licences", "permits", "open-data")
"""Not in Thai: common versions of CKAN refuse tags with vowel signs."""


@dataclass(frozen=True, slots=True)
class PushReport:
    """What a push did."""

    created: bool
    """Whether the data set was not listed before."""
    uploaded: int
    unchanged: int
    """Files that the catalogue had already."""


class CataloguePush:
    """One data set with a resource for each file. Repeating a push changes nothing that is current already."""

    def __init__(self, publication: Publication, *, files: DataFiles, portal: DataPortal, organisation: str) -> None:
        """`organisation` is the name under which the agency stands in the catalogue."""
        self._publication = publication
        self._files = files
        self._portal = portal
        self._organisation = organisation

    def push(self) -> PushReport:
        """Create or update the data set, then upload each file that differs. Raises what the portal raises.

        What people added to the entry by hand is left as it is.
        """
        with self._publication.look() as books:
            dataset = books.dataset()
        listed = self._portal.ask("package_show", {"id": dataset.identifier})
        entry = self._entry(dataset)
        if listed is None:
            current = self._portal.ask("package_create", entry)
        else:
            current = self._portal.ask("package_patch", {"id": str(listed["id"]), **entry})
        uploaded = [self._upload(dataset, form, current or {}) for form in DataFormat]
        return PushReport(listed is None, uploaded.count(True), uploaded.count(False))

    def _entry(self, dataset: Dataset) -> dict[str, Json]:
        """Fields of CKAN itself, and those that the catalogue of texts adds for GD Catalog."""
        agency, wording = dataset.agency, self._publication.wording
        own = {
            key: wording.say("public_catalogue", key, agency=agency.name) for key in wording.tables["public_catalogue"]
        }
        return {
            **own,
            "name": dataset.identifier,
            "title": dataset.title,
            "notes": dataset.say("description"),
            "owner_org": self._organisation,
            "url": f"{dataset.base_url}/licences",
            "maintainer": agency.name,
            "maintainer_email": agency.central_address,
            "tags": [{"name": tag} for tag in TAGS],
            "data_format": [form.upper() for form in DataFormat],
            "private": False,
        }

    def _upload(self, dataset: Dataset, form: DataFormat, current: Mapping[str, Any]) -> bool:
        """Whether the file had to be uploaded."""
        path, _ = self._files.file(form)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        name = f"licences.{form}"
        listed = next((one for one in current.get("resources", ()) if one.get("name") == name), None)
        if listed is not None and listed.get("hash") == digest:
            return False
        whose = {"id": str(listed["id"])} if listed else {"package_id": str(current.get("id", dataset.identifier))}
        facts = {
            **whose,
            "name": name,
            "description": dataset.say(form),
            "format": form.upper(),
            "mimetype": form.media_type,
            "hash": digest,
        }
        action = "resource_patch" if listed else "resource_create"
        self._portal.upload(action, facts, path, name=name, media_type=form.media_type)
        return True
