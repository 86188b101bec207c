"""`explain`: why a message was taken for what it is."""

from typing import Annotated, Any

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap import guidance
from mailroom.bootstrap.parts import texts
from mailroom.cli.keeping_parts import say
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.cli.read_table import note_read
from mailroom.domain.decision import Classification, Secrecy, Urgency
from mailroom.domain.errors import StorageError
from mailroom.domain.learning import Head
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Catalogue
from mailroom.domain.texts import Texts
from mailroom.ports import UnitOfWork
from mailroom.services.understanding import Understood
from mailroom.stages.explaining import By, Considered

LEAST_DIGITS = 6


def add_to(app: typer.Typer) -> None:
    app.command()(explain)


def explain(
    digest: Annotated[str, typer.Argument(help="SHA-256 of the raw message, or its first digits.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say why a message was taken for what it is: reasons, candidates, words that weighed, thresholds, model."""
    start = digest.strip().lower()
    if len(start) < LEAST_DIGITS or not set(start) <= set("0123456789abcdef"):
        raise typer.BadParameter(f"write at least {LEAST_DIGITS} hexadecimal digits of the digest")
    loaded = bootstrap.load(config)
    logs.configure("error")
    with bootstrap.open_books(loaded) as books:
        with books.look() as uow:
            record = _the_one(uow, start)
            understood = guidance.understanding(loaded).of(uow, record)
        if understood is None:
            raise StorageError(f"{start}: it is not read yet, or marked secret; open it in the queue")
        note_read(books, "explain", record.logged.digest)
    say(_object(understood), _lines(understood, loaded.catalogue, texts("en")), as_json=as_json)


def _the_one(uow: UnitOfWork, start: str) -> MessageRecord:
    """Raises StorageError where there is none, or more than one message."""
    rows = uow.learning.with_digest(start)
    records = [record for row in rows if (record := uow.messages.get(row))]
    if not records:
        raise StorageError(f"{start}: no message in sight has this digest; see: mailroom export messages")
    if len({one.logged.digest for one in records}) > 1:
        raise StorageError(f"{start}: several messages begin so; write more of the digest")
    return records[0]


def _object(one: Understood) -> dict[str, Any]:
    found, now = one.record.classification, one.explained.now
    return {
        "digest": one.record.logged.digest,
        "recorded": _classified(found) if found else None,
        "now": _classified(now),
        "considered": [
            {
                "head": each.head,
                "by": each.version or each.by,
                "threshold": each.threshold,
                "asks": each.asks,
                "candidates": [
                    {"answer": c.answer, "weight": c.weight, "words": list(c.words)} for c in each.candidates
                ],
                "places": [[place.before, place.marked, place.after] for place in each.excerpts],
            }
            for each in one.explained.considered
        ],
        "corrections": [{"head": c.head, "value": c.value, "was": c.was, "by": c.by} for c in one.corrections],
    }


def _classified(found: Classification) -> dict[str, Any]:
    return {
        "kind": found.kind.value,
        "service": found.service,
        "agency": found.agency,
        "urgency": found.marks.urgency.value,
        "model": found.model,
        "reasons": [[one.code, one.detail] for one in found.reasons],
    }


def _lines(one: Understood, catalogue: Catalogue, words: Texts) -> list[str]:
    found = one.record.classification
    lines = [one.record.logged.digest]
    if found is not None:
        lines += ["recorded:", *_classified_lines(found, catalogue, words)]
    if found is None or _classified(found) != _classified(one.explained.now):
        lines += ["as it would be understood now:", *_classified_lines(one.explained.now, catalogue, words)]
    for each in one.explained.considered:
        lines += _considered_lines(each, catalogue)
    for said in one.corrections:
        lines.append(f"{said.by} said: {said.head} {_named(said.head, said.value, catalogue)}")
    return lines


def _classified_lines(found: Classification, catalogue: Catalogue, words: Texts) -> list[str]:
    service = catalogue.service(found.service)
    urgency = words.label("urgency", found.marks.urgency) if found.marks.urgency is not Urgency.NORMAL else "none"
    lines = [
        f"  kind     {words.label('kinds', found.kind)}",
        f"  service  {service.name if service else 'none'}",
        f"  agency   {found.agency or 'ours'}",
        f"  urgency  {urgency}",
        f"  by       {f'model {found.model}' if found.model else 'rules and catalogue'}",
    ]
    if found.marks.secrecy is not Secrecy.NONE:
        lines.append(f"  secrecy  {words.label('secrecy', found.marks.secrecy)}")
    return [*lines, *(f"  because  {words.reason(one)}" for one in found.reasons)]


def _considered_lines(each: Considered, catalogue: Catalogue) -> list[str]:
    by = f"model {each.version}" if each.by is By.MODEL else f"the {each.by}"
    sure = (
        f", sure from {each.threshold:.3f}"
        if each.threshold is not None
        else ", never sure yet"
        if each.by is By.MODEL
        else ""
    )
    lines = [f"{each.head} by {by}{sure}{', but a clerk is asked' if each.asks else ''}:"]
    for one in each.candidates:
        weight = f"{one.weight:6.1f}" if each.by is By.CATALOGUE else f"{one.weight:6.3f}"
        words = f"  ({' · '.join(one.words)})" if one.words else ""
        lines.append(f"  {weight}  {_named(each.head, one.answer, catalogue)}{words}")
    return [*lines, *(f"          {place.before}[{place.marked}]{place.after}" for place in each.excerpts)]


def _named(head: Head, answer: str, catalogue: Catalogue) -> str:
    if head is Head.SERVICE:
        service = catalogue.service(answer)
        return service.name if service else answer or "none"
    return answer or "ours"
