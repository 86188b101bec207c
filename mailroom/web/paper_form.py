"""The form of a paper: what a clerk typed as items of a licence, and what is wrong with which field."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import FIELDS, LicenceContent
from mailroom.domain.service import Service
from mailroom.services import paper_checks as check
from mailroom.stages.licence_content import faults, tidied_content
from mailroom.stages.licence_items import with_items
from mailroom.stages.thai import thai_date

PREFIX = "item-"
"""Of the names of fields that are items, so that no service's own item can be taken for another field."""
MARK = "email", "follows"
LENGTH = 12_000
"""Characters of one field that are read; what is longer than an item may be is told beside the field."""

Errors = Mapping[str, tuple[str, str]]
"""By item: code of the table `refusals`, and what was typed where the sentence quotes it; else the item is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A form as it was sent."""

    content: LicenceContent
    email: str
    follows: str
    values: Mapping[str, str]
    """Every field as it was typed, by name."""
    errors: Errors = field(default_factory=dict)
    """What could not be read at all; nothing can be saved before it is mended."""


def item_keys(service: Service) -> tuple[str, ...]:
    """In the order of the form."""
    own = tuple(one.key for one in service.fields)
    return (*FIELDS[:5], *own, *FIELDS[5:])


def values_of(content: LicenceContent, service: Service) -> dict[str, str]:
    """Fields of the form with what the content says."""
    days = {"issued_on": content.issued_on, "starts_on": content.starts_on, "expires_on": content.expires_on}
    texts = {key: thai_date(day) if day else "" for key, day in days.items()}
    texts["conditions"] = "\n".join(content.conditions)
    own = {one.key: content.extra.get(one.key, "") for one in service.fields}
    return {PREFIX + key: _text(content, key, own | texts) for key in item_keys(service)}


def _text(content: LicenceContent, key: str, known: Mapping[str, str]) -> str:
    return known[key] if key in known else str(getattr(content, key))


def typed_form(form: Mapping[str, str], before: LicenceContent, service: Service) -> Typed:
    """What was typed, over what was there. A field that is missing changes nothing."""
    content = before
    errors: dict[str, tuple[str, str]] = {}
    for key in item_keys(service):
        if PREFIX + key not in form:
            continue
        try:
            content = with_items(content, service, {key: _read(form, PREFIX + key)})
        except RefusedActionError as error:
            errors[key] = (error.code, error.detail)
    email = _read(form, "email").strip()
    try:
        check.mailbox(email)
    except RefusedActionError as error:
        errors["email"] = (error.code, error.detail)
    values = {name: _read(form, name) for name in form if name.startswith(PREFIX) or name in MARK}
    return Typed(content=content, email=email, follows=_read(form, "follows").strip(), values=values, errors=errors)


def _read(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").replace("\x00", "")[:LENGTH]


def faults_by_item(content: LicenceContent, service: Service, *, email: str, channel: str) -> Errors:
    """What still keeps a paper from being submitted, by item."""
    labels = {one.label: one.key for one in service.fields}
    found = {labels.get(name, name): (code, "") for code, name in reversed(faults(tidied_content(content), service))}
    if channel == "email" and not email:
        found["email"] = ("email-missing", "")
    return found
