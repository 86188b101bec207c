"""The data set for machines: JSON, JSON-LD by schema.org, and its description by DCAT 3 for catalogues (R33)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from mailroom.domain.agency import Agency
from mailroom.ports import Json
from mailroom.services.export_formats.json_array import write_json
from mailroom.services.public_licence import COLUMNS, PublicLicence
from mailroom.services.register_rows import rfc3339
from mailroom.services.wording import Wording


class DataFormat(StrEnum):
    """Files of the data set; the value is the suffix."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    JSONLD = "jsonld"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    DataFormat.CSV: "text/csv",
    DataFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    DataFormat.JSON: "application/json",
    DataFormat.JSONLD: "application/ld+json",
}

CONTEXT: Mapping[str, Json] = {
    "@vocab": "https://schema.org/",
    "schema": "https://schema.org/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dct:issued": {"@type": "xsd:dateTime"},
    "dct:modified": {"@type": "xsd:dateTime"},
    "dct:language": {"@type": "@id"},
    "dct:accrualPeriodicity": {"@type": "@id"},
    "dcat:landingPage": {"@type": "@id"},
    "dcat:accessURL": {"@type": "@id"},
    "dcat:downloadURL": {"@type": "@id"},
    "dcat:mediaType": {"@type": "@id"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """The published licences as one data set. Times are UTC."""

    agency: Agency
    wording: Wording
    base_url: str
    as_of: datetime
    changed_at: datetime | None

    @property
    def identifier(self) -> str:
        """Its name in catalogues: small letters, digits, hyphens."""
        return f"{self.agency.key}-licences"

    @property
    def address(self) -> str:
        return f"{self.base_url}/open-data#dataset"

    @property
    def title(self) -> str:
        return self.say("title")

    @property
    def modified(self) -> str:
        return rfc3339(self.changed_at or self.as_of)

    def say(self, key: str) -> str:
        return self.wording.say("public_data", key, agency=self.agency.name)

    def download(self, form: DataFormat) -> str:
        return f"{self.base_url}/licences/data.{form}"


def write_objects(dataset: Dataset, licences: Iterable[PublicLicence], out: BinaryIO) -> int:
    """One JSON object with what the data set is, and its licences in `licences`; how many it were."""
    columns = {column: dataset.wording.say("public_columns", column) for column in COLUMNS}
    head: dict[str, Json] = {
        "title": dataset.title,
        "publisher": dataset.agency.name,
        "as_of": rfc3339(dataset.as_of),
        "columns": columns,
    }
    return _write(head, "licences", (one.as_object(dataset.base_url) for one in licences), out)


def write_graph(dataset: Dataset, licences: Iterable[PublicLicence], out: BinaryIO) -> int:
    """JSON-LD: the description of the data set, then each licence as a GovernmentPermit; how many licences."""

    def nodes() -> Iterator[Mapping[str, Json]]:
        yield from _description(dataset)
        for one in licences:
            yield _permit(dataset, one)

    context = {**CONTEXT, "licence": f"{dataset.base_url}/open-data#"}
    return _write({"@context": context}, "@graph", nodes(), out) - len(_description(dataset))


def description(dataset: Dataset) -> dict[str, Json]:
    """The data set and the catalogue that holds it, by DCAT 3 and schema.org."""
    return {"@context": CONTEXT, "@graph": _description(dataset)}


def _write(head: Mapping[str, Json], key: str, objects: Iterable[Mapping[str, Json]], out: BinaryIO) -> int:
    opening = json.dumps(head, ensure_ascii=False)[:-1] + f", {json.dumps(key)}: "
    out.write(opening.encode("utf-8", "replace"))
    count = write_json(objects, out)
    out.write(b"}\n")
    return count


def _description(dataset: Dataset) -> list[dict[str, Json]]:
    publisher: dict[str, Json] = {
        "@type": ["foaf:Organization", "GovernmentOrganization"],
        "foaf:name": dataset.agency.name,
    }
    shared: dict[str, Json] = {
        "dct:title": {"@value": dataset.title, "@language": "th"},
        "dct:description": {"@value": dataset.say("description"), "@language": "th"},
        "dct:publisher": publisher,
        "dct:language": "http://publications.europa.eu/resource/authority/language/THA",
    }
    catalogue: dict[str, Json] = {
        "@id": f"{dataset.base_url}/open-data#catalogue",
        "@type": ["dcat:Catalog", "DataCatalog"],
        **shared,
        "dcat:dataset": {"@id": dataset.address},
    }
    return [catalogue, {**_dataset_node(dataset), **shared}]


def _dataset_node(dataset: Dataset) -> dict[str, Json]:
    return {
        "@id": dataset.address,
        "@type": ["dcat:Dataset", "Dataset"],
        "name": dataset.title,
        "description": dataset.say("description"),
        "isAccessibleForFree": True,
        "dct:identifier": dataset.identifier,
        "dct:modified": dataset.modified,
        "dct:accrualPeriodicity": "http://publications.europa.eu/resource/authority/frequency/UPDATE_CONT",
        "dct:temporal": {"@type": "dct:PeriodOfTime", "dcat:endDate": rfc3339(dataset.as_of)},
        "dcat:keyword": [dataset.say("name"), dataset.agency.name],
        "dcat:landingPage": f"{dataset.base_url}/licences",
        "dcat:distribution": [_distribution(dataset, form) for form in DataFormat],
    }


def _distribution(dataset: Dataset, form: DataFormat) -> dict[str, Json]:
    return {
        "@type": ["dcat:Distribution", "DataDownload"],
        "dct:title": {"@value": dataset.say(form), "@language": "th"},
        "encodingFormat": form.media_type,
        "contentUrl": dataset.download(form),
        "dcat:accessURL": f"{dataset.base_url}/open-data",
        "dcat:downloadURL": dataset.download(form),
        "dcat:mediaType": f"https://www.iana.org/assignments/media-types/{form.media_type}",
        "dct:modified": dataset.modified,
    }


def _permit(dataset: Dataset, licence: PublicLicence) -> dict[str, Json]:
    """What schema.org has no term for is named by the columns of the data set itself."""
    fields = licence.as_object(dataset.base_url)
    own = {f"licence:{key}": value for key, value in fields.items() if value not in (None, "", [], {}) and key != "url"}
    return {
        "@id": f"{dataset.base_url}/l/{licence.code}",
        "@type": "GovernmentPermit",
        "name": licence.type_name,
        "identifier": licence.number,
        "url": f"{dataset.base_url}/l/{licence.code}",
        "issuedBy": {"@type": "GovernmentOrganization", "name": dataset.agency.name},
        "validFrom": fields["starts_on"],
        "validUntil": fields["expires_on"],
        **own,
    }
