"""What the recovery sheet prints."""

from urllib.parse import quote

from mailroom.domain.agency import BANGKOK
from mailroom.domain.keys import Sheet
from mailroom.ports import Json
from mailroom.stages.thai import thai_date

TEMPLATE = "recovery-sheet.v1"
GROUP = 5
GROUPS_IN_LINE = 4


def sheet_data(sheet: Sheet) -> dict[str, Json]:
    """For the template of the sheet. The commands are those of Debian's restic and age, and need nothing of ours."""
    made = sheet.made_at.astimezone(BANGKOK)
    address = next((target.address for target in sheet.targets if target.restic), "ADDRESS")
    return {
        "agency": sheet.agency,
        "installation": sheet.installation,
        "made": f"{thai_date(made.date())} {made:%H:%M}",
        "key_lines": [list(line) for line in grouped(sheet.new.recovery_key)],
        "qr": {"qr": sheet.new.recovery_key},
        "recipient": sheet.new.recipient,
        "targets": [
            {"name": target.name, "address": target.address, "password": target.password} for target in sheet.targets
        ],
        "apart": any(target.restic and not target.password for target in sheet.targets),
        "commands": [
            "age-keygen -y key.txt",
            f"restic -r {address} restore latest --host {quote(sheet.installation, safe='')} --target copy",
            "find copy -name keyring.age -exec age -d -i key.txt -o keyring {} +",
        ],
        "public": sheet.new.public,
    }


def grouped(key: str) -> list[tuple[str, ...]]:
    """The word that every key begins with, then lines of groups that a person can type without losing the place."""
    word, one, rest = key.partition("1")
    groups = [rest[at : at + GROUP] for at in range(0, len(rest), GROUP)]
    lines = [tuple(groups[at : at + GROUPS_IN_LINE]) for at in range(0, len(groups), GROUPS_IN_LINE)]
    return [(word + one,), *lines]
