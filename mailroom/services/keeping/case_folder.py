"""One case as a folder of files: what a restore of it brings out of a copy."""

import json
from contextlib import closing
from pathlib import Path

from mailroom.domain.errors import StorageError
from mailroom.ports import Archive, Json
from mailroom.services.evidence.matter import Matter
from mailroom.services.register_rows import rfc3339

PIECE = 1 << 20


def folder_name(found: Matter) -> str:
    return f"case-{found.number.year}-{found.number.number:06}"


def write_case(found: Matter, archive: Archive, folder: Path) -> int:
    """Raw messages, letters as they were sent, documents, and `case.json` with the register's words; how many files.

    `folder` is made for it. Raises ArchiveDamagedError, StorageError.
    """
    files = 0
    try:
        for name, place, digest in found.files():
            target = folder / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(archive.open(place, digest)) as source, target.open("wb") as out:
                while piece := source.read(PIECE):
                    out.write(piece)
            files += 1
        text = json.dumps(case_object(found), ensure_ascii=False, indent=1) + "\n"
        (folder / "case.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{folder} cannot be written ({error}); check the folder and the disk") from error
    return files + 1


def case_object(found: Matter) -> dict[str, Json]:
    """The register's own words about a case, what came, what went, and what was done; times of Thailand."""
    draft = found.entry.draft
    return {
        "register_number": str(found.number),
        "letter_no": draft.letter_no,
        "dated": draft.dated.isoformat() if draft.dated else None,
        "from": draft.sender,
        "to": draft.addressee,
        "subject": draft.subject,
        "entered_system_at": rfc3339(draft.entered_system_at),
        "deemed_received_at": rfc3339(draft.deemed_received_at),
        "registered_at": rfc3339(draft.registered_at),
        "messages": [
            {"id": one.logged.id, "channel": one.logged.envelope.channel, "sha256": one.logged.digest}
            for one in found.messages
        ],
        "letters": [
            {
                "id": item.id,
                "letter": item.letter.value,
                "to": item.to,
                "state": item.state.value,
                "sent_at": rfc3339(item.sent_at) if item.sent_at else None,
                "reply": item.reply,
            }
            for item, _ in found.letters
        ],
        "events": [
            {"at": rfc3339(one.at), "name": one.name, "actor": one.actor, "detail": one.detail} for one in found.events
        ],
    }
