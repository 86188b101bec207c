"""What was learned from clerks, joined to what reads and judges mail, and to the pages and commands about it."""

from collections.abc import Mapping, MutableMapping

from mailroom.bootstrap.parts import SystemClock
from mailroom.configuration import Configuration
from mailroom.ports import Books, Clock, Reader
from mailroom.services.audit import Audit
from mailroom.services.corrections import Corrections
from mailroom.services.guide import Guide
from mailroom.services.learning import Learning
from mailroom.services.model_shelf import FOLDER, ModelShelf
from mailroom.services.understanding import Understanding
from mailroom.stages.judge import Judge


def shelf(configuration: Configuration) -> ModelShelf:
    return ModelShelf(configuration.data_dir / FOLDER)


def guide(configuration: Configuration, judges: MutableMapping[str, Judge], readers: Mapping[str, Reader]) -> Guide:
    """Judges and readers by channel; they are told from then on."""
    return Guide(shelf=shelf(configuration), catalogue=configuration.catalogue, judges=judges, readers=readers)


def learning(configuration: Configuration, books: Books, clock: Clock | None = None) -> Learning:
    return Learning(
        books=books,
        clock=clock or SystemClock(),
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        settings=configuration.settings.learning,
        shelf=shelf(configuration),
    )


def audit(configuration: Configuration, books: Books, clock: Clock | None = None) -> Audit:
    return Audit(
        books=books,
        clock=clock or SystemClock(),
        agency=configuration.agency.key,
        catalogue=configuration.catalogue,
        settings=configuration.settings.learning,
    )


def corrections(configuration: Configuration, books: Books, clock: Clock | None = None) -> Corrections:
    return Corrections(books=books, clock=clock or SystemClock(), catalogue=configuration.catalogue)


def understanding(configuration: Configuration) -> Understanding:
    return Understanding(agency=configuration.agency, catalogue=configuration.catalogue, shelf=shelf(configuration))
