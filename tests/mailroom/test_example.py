"""The example configuration is valid and explains every key that exists."""

import tomllib

from channels.email.settings import EmailSettings
from channels.line.settings import LineSettings
from mailroom.settings import Settings
from mailroom.settings_files import read_toml, validated
from mailroom.starter import agency_toml
from tests.support.stage_values import CONFIG

EXAMPLE = CONFIG / "agency.example.toml"
ANSWERS = {
    "agency.key": "tuayang",
    "agency.name": "เทศบาลเมืองตัวอย่าง",
    "agency.name_en": "Tuayang Town Municipality",
    "agency.aliases": ["เทศบาลตัวอย่าง", "ทม.ตัวอย่าง"],
    "agency.letter_prefix": "อท 52301",
    "agency.phone": "0 2000 0100",
    "agency.place.tambon": "ตลาดตัวอย่าง",
    "agency.place.amphoe": "เมืองอ่างทอง",
    "agency.place.changwat": "อ่างทอง",
    "channels.email.address": "saraban@agency.example",
    "channels.email.own_addresses": ["noreply@agency.example"],
    "channels.email.officer_addresses": ["palad@agency.example"],
    "channels.email.imap.host": "imap.agency.example",
    "channels.email.imap.username": "saraban@agency.example",
    "channels.email.smtp.host": "smtp.agency.example",
    "channels.email.smtp.username": "saraban@agency.example",
}


def test_the_example_is_valid() -> None:
    """The example can be taken as it is, names and passwords apart."""
    settings = validated(Settings, read_toml(EXAMPLE), source=EXAMPLE)
    email = validated(EmailSettings, settings.channels["email"], source=EXAMPLE, prefix="channels.email")
    assert settings.agency.key == "tuayang"
    assert email.address == "saraban@agency.example"


def test_the_example_explains_every_key() -> None:
    """The example is what `mailroom init` writes, so that no key can be missing from it."""
    assert EXAMPLE.read_text(encoding="utf-8") == agency_toml(ANSWERS)


def test_the_table_of_line_is_valid_once_its_marks_are_taken_away() -> None:
    """LINE is off until somebody wants it, and the text of the example switches it on."""
    assert "line" not in validated(Settings, read_toml(EXAMPLE), source=EXAMPLE).channels
    text = EXAMPLE.read_text(encoding="utf-8").partition("# [channels.line]")[2]
    for key, value in {"line_id": '"@tuayang"', "channel_secret": "", "channel_id": '"12345"'}.items():
        assert text.count(f"\n# {key} = ") == 1
        text = text.replace(f"\n# {key} = ", f"\n{key} = {value}#" if value else f"\n{key} = ")
    line = validated(LineSettings, tomllib.loads(text), source=EXAMPLE, prefix="channels.line")
    assert (line.line_id, line.webhook_path) == ("@tuayang", "/line/webhook")
    assert line.channel_secret.env == "MAILROOM_LINE_SECRET"
