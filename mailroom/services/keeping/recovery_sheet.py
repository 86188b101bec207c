"""What the recovery sheet prints."""

from mailroom.domain.agency import BANGKOK
from mailroom.domain.keys import Sheet
from mailroom.ports import Json
from mailroom.stages.thai import thai_date

TEMPLATE = "recovery-sheet.v1"
GROUP = 5
GROUPS_IN_LINE = 4


def sheet_data(sheet: Sheet) -> dict[str, Json]:
    """For the template of the sheet."""
    made = sheet.made_at.astimezone(BANGKOK)
    address = sheet.targets[0][1] if sheet.targets else "ADDRESS"
    return {
        "agency": sheet.agency,
        "installation": sheet.installation,
        "made": f"{thai_date(made.date())} {made:%H:%M}",
        "key_lines": [list(line) for line in grouped(sheet.recovery_key)],
        "qr": {"qr": sheet.recovery_key},
        "targets": [{"name": name, "address": place} for name, place in sheet.targets],
        "commands": [
            f"restic -r {address} restore latest --target copy",
            "age -d -i recovery-key.txt -o keyring copy/archive/keyring.age",
            "mailroom verify --config agency.toml",
        ],
        "public": sheet.public,
    }


def grouped(key: str) -> list[tuple[str, ...]]:
    """The word that every key begins with, then lines of groups that a person can type without losing the place."""
    word, one, rest = key.partition("1")
    groups = [rest[at : at + GROUP] for at in range(0, len(rest), GROUP)]
    lines = [tuple(groups[at : at + GROUPS_IN_LINE]) for at in range(0, len(groups), GROUPS_IN_LINE)]
    return [(word + one,), *lines]
