"""Announcements and orders of the head."""

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.errors import StorageError
from mailroom.domain.instrument import (
    ChannelRule,
    GazetteReference,
    Instrument,
    InstrumentKind,
    InstrumentState,
    Signatory,
)
from storage.tables import INSTRUMENT
from storage.transaction import Transaction

ADD = sa.insert(INSTRUMENT).returning(INSTRUMENT.c.id)
PLAIN = (
    "number",
    "title",
    "dated",
    "effective_on",
    "rendition",
    "document",
    "code",
    "prepared_by",
    "signed_by",
    "changed_at",
    "published_at",
)
"""Fields that are a column each, as they are."""


class SqlInstrumentBook:
    """`ports.InstrumentBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._ours = INSTRUMENT.c.agency == transaction.agency

    def add(self, instrument: Instrument) -> Instrument:
        row = _columns(instrument) | {"agency": self._transaction.agency}
        return replace(instrument, id=self._transaction.run(ADD, row).scalar_one())

    def save(self, instrument: Instrument, was: InstrumentState) -> None:
        same = sa.and_(self._ours, INSTRUMENT.c.id == instrument.id, INSTRUMENT.c.state == was.value)
        if self._transaction.run(sa.update(INSTRUMENT).where(same), _columns(instrument)).rowcount != 1:
            raise StorageError(
                f"instrument {instrument.id} is no longer {was.value}: somebody was faster; look at it again"
            )

    def get(self, instrument_id: int) -> Instrument | None:
        return next(iter(self._all(INSTRUMENT.c.id == instrument_id)), None)

    def by_code(self, code: str) -> Instrument | None:
        return next(iter(self._all(INSTRUMENT.c.code == code)), None) if code else None

    def every(self, kind: InstrumentKind | None = None) -> list[Instrument]:
        return self._all(*([INSTRUMENT.c.kind == kind.value] if kind is not None else []))

    def in_force(self, kind: InstrumentKind, at: datetime) -> Instrument | None:
        published = INSTRUMENT.c.state == InstrumentState.PUBLISHED.value
        holding = [one for one in self._all(INSTRUMENT.c.kind == kind.value, published) if one.in_force(at)]
        return max(holding, key=lambda one: (one.effective_on or date.min, one.id), default=None)

    def _all(self, *conditions: sa.ColumnElement[bool]) -> list[Instrument]:
        query = sa.select(INSTRUMENT).where(self._ours, *conditions).order_by(INSTRUMENT.c.id.desc())
        return [_instrument(row) for row in self._transaction.all(query)]


def _columns(instrument: Instrument) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(instrument, name) for name in PLAIN}
    gazette = instrument.gazette
    return columns | {
        "kind": instrument.kind.value,
        "state": instrument.state.value,
        "rules": [_rule_column(rule) for rule in instrument.rules],
        "phones": list(instrument.phones),
        "details": [list(pair) for pair in instrument.details],
        "signatory": asdict(instrument.signatory) if instrument.signatory else None,
        "gazette": asdict(gazette) | {"dated": gazette.dated.isoformat()} if gazette else None,
    }


def _rule_column(rule: ChannelRule) -> dict[str, Any]:
    days = {name: day.isoformat() if day else None for name, day in _days(rule).items()}
    return asdict(rule) | {"services": list(rule.services)} | days


def _days(rule: ChannelRule) -> dict[str, date | None]:
    return {"starts_on": rule.starts_on, "ends_on": rule.ends_on}


def _instrument(row: Row[Any]) -> Instrument:
    fields: dict[str, Any] = {name: getattr(row, name) for name in PLAIN}
    gazette = row.gazette
    return Instrument(
        id=row.id,
        kind=InstrumentKind(row.kind),
        state=InstrumentState(row.state),
        rules=tuple(map(_rule, row.rules)),
        phones=tuple(row.phones),
        details=tuple((key, text) for key, text in row.details),
        signatory=Signatory(**row.signatory) if row.signatory else None,
        gazette=GazetteReference(**gazette | {"dated": date.fromisoformat(gazette["dated"])}) if gazette else None,
        **fields,
    )


def _rule(column: dict[str, Any]) -> ChannelRule:
    days = {name: date.fromisoformat(column[name]) if column[name] else None for name in ("starts_on", "ends_on")}
    return ChannelRule(**column | {"services": tuple(column["services"])} | days)
