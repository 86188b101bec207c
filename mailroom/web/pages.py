"""Jinja templates, escaped, with characters made visible that would deceive the eye."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from mailroom.domain.agency import BANGKOK, BUDDHIST_ERA, Agency
from mailroom.domain.clerk import Clerk, Session
from mailroom.domain.texts import Texts
from mailroom.stages.instrument_checks import Remark
from mailroom.stages.thai import thai_date

_DECEPTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, direction overrides, lone surrogates. Tab and line feed stay."""


class Pages:
    """Renders templates. Whatever a template prints is escaped and made visible."""

    def __init__(
        self,
        *,
        agency: Agency,
        texts: Texts,
        gaps: Callable[[], Sequence[Remark]] = list,
        alarms: Callable[[], Sequence[Remark]] = list,
        waiting: Callable[[Clerk], int] | None = None,
        chats: bool = False,
        privacy: bool = False,
        retention: bool = False,
        bundles: bool = False,
        audits: bool = False,
    ) -> None:
        """`gaps` says what the set-up lacks, `alarms` what is wrong with the key that signs, `waiting` how many papers
        wait for somebody who is signed in.

        Every page with somebody signed in shows them; without `waiting` nothing leads to papers and licences, without
        `chats` nothing to conversations, without `privacy` nothing to requests about personal data and incidents,
        without `retention` nothing to classes, holds and destruction lists,
        without `bundles` nothing to evidence bundles, without `audits` nothing to the audit.
        """
        self._environment = Environment(
            loader=PackageLoader("mailroom.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_finalized,
        )
        self._environment.globals.update(
            agency=agency,
            texts=texts,
            setup_gaps=gaps,
            signing_alarms=alarms,
            papers_waiting=waiting,
            has_chats=chats,
            has_privacy=privacy,
            has_retention=retention,
            has_bundles=bundles,
            has_audits=audits,
            day=thai_date,
        )
        self._environment.filters.update(bangkok=bangkok, file_size=file_size, by=buddhist)

    def text(self, name: str, **context: Any) -> str:
        return self._environment.get_template(name).render(**context)

    def show(self, name: str, *, session: Session | None = None, status: int = 200, **context: Any) -> HTMLResponse:
        """The page, with the clerk's name and anti-forgery token where someone is signed in."""
        return HTMLResponse(self.text(name, session=session, **context), status_code=status)


def visible(text: str) -> str:
    """The text with control characters, direction overrides and lone surrogates written out."""
    return _DECEPTIVE.sub(lambda match: _written_out(match[0]), text)


def _written_out(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else f"⟨U+{code:04X}⟩"


def _finalized(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def bangkok(at: datetime) -> datetime:
    """The same instant on a Thai clock."""
    return at.astimezone(BANGKOK)


def buddhist(at: datetime) -> int:
    return at.year + BUDDHIST_ERA


def file_size(size: int) -> str:
    """A size as people read it, in binary units."""
    if size < 1 << 10:
        return f"{size} B"
    if size < 1 << 20:
        return f"{size / (1 << 10):.0f} KB"
    return f"{size / (1 << 20):.1f} MB"
