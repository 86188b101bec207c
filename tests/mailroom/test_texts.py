"""Catalogues of texts: complete in both languages, and refused when they are not."""

import re
import shutil
from pathlib import Path

import pytest

from mailroom.domain.case import CaseState
from mailroom.domain.decision import Kind, Letter, Outcome, Reason, Secrecy, Urgency
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.outbox import OutboxState
from mailroom.texts import LANGUAGES, load_composer, load_templates, load_texts
from tests.support.stage_values import CONFIG

ROOT = CONFIG.parent
_REASON = re.compile(r'Reason\(\s*"([a-z-]+)"')
_DEFECT = re.compile(r'defects\.add\(\s*"([a-z-]+)"')
_REFUSAL = re.compile(r'RefusedActionError\(\s*"([a-z-]+)"')


def codes(pattern: re.Pattern[str]) -> set[str]:
    return {code for path in (ROOT / "mailroom").rglob("*.py") for code in pattern.findall(path.read_text("utf-8"))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: str) -> None:
    """Each code that a rule or a clerk's action gives has a sentence, and no sentence is left over."""
    marks = {f"urgency-{one}" for one in Urgency if one != "normal"} | {
        f"secrecy-{one}" for one in Secrecy if one != "none"
    }
    texts = load_texts(CONFIG, language)
    assert set(texts.tables["reasons"]) == codes(_REASON) | marks
    assert codes(_REFUSAL) <= set(texts.tables["refusals"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_domain_has_words(language: str) -> None:
    """Kinds, outcomes, classes, letters and states can all be shown."""
    tables = load_texts(CONFIG, language).tables
    for table, members in (
        ("kinds", Kind),
        ("outcomes", Outcome),
        ("urgency", Urgency),
        ("secrecy", Secrecy),
        ("letters", Letter),
        ("subjects", Letter),
        ("states", [*CaseState, *OutboxState]),
    ):
        assert set(tables[table]) >= {str(one) for one in members}, table


def test_every_defect_has_words() -> None:
    """Each defect that the reader of mail lists can be told to a clerk."""
    found = {code for path in (ROOT / "channels").rglob("*.py") for code in _DEFECT.findall(path.read_text("utf-8"))}
    assert found <= set(load_texts(CONFIG).tables["defects"])


def test_both_languages_say_the_same() -> None:
    """The same codes, with the same places to fill in."""
    thai, english = (load_texts(CONFIG, language).tables for language in ("th", "en"))
    for name, table in english.items():
        assert set(table) == set(thai[name]), name
        for code, text in table.items():
            assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", thai[name][code])), (name, code)


def test_what_was_found_stands_in_the_sentence_literally() -> None:
    """A detail is never read as a place to fill in."""
    texts = load_texts(CONFIG)
    assert texts.reason(Reason("word-found", "{detail}{0}")) == "พบคำว่า “{detail}{0}”"
    assert texts.reason(Reason("no-such-code", "x")) == "no-such-code"
    assert texts.defect("charset-unknown: x-klingon") == "ไม่รู้จักรหัสตัวอักษร: x-klingon"
    assert texts.label("kinds", "request") == "คำขอ"


def copied(folder: Path) -> Path:
    for name in ("texts", "templates"):
        shutil.copytree(CONFIG / name, folder / name)
    return folder


def test_a_missing_letter_stops_the_start(tmp_path: Path) -> None:
    """The missing template is named with its remedy."""
    config = copied(tmp_path)
    (config / "templates/en/held.html").unlink()
    with pytest.raises(ConfigurationError, match=r"held\.html: this letter is missing"):
        load_templates(config)


def test_a_missing_table_or_a_wrong_value_stops_the_start(tmp_path: Path) -> None:
    """File, table and key are named."""
    config = copied(tmp_path)
    catalogue = config / "texts/en.toml"
    catalogue.write_text("[kinds]\nrequest = 5\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"en\.toml: kinds\.request"):
        load_texts(config, "en")
    catalogue.write_text('[kinds]\nrequest = "x"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"\[reasons\] is missing"):
        load_texts(config, "en")
    catalogue.write_text('kinds = "x"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="must stand in a table"):
        load_texts(config, "en")
    with pytest.raises(ConfigurationError, match="this letter is missing"):
        load_composer(config / "nowhere")
