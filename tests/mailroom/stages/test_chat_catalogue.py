"""The catalogue of all that is said in conversations: nothing is missing, nothing left over."""

import re

import pytest

from mailroom.domain.case import CaseState
from mailroom.domain.texts import Texts
from mailroom.paths import CONFIG
from mailroom.stages.chat_words import Verb
from tests.support.chat_talk import both_texts

PLACES = ("stages/dialogue*.py", "stages/status_words.py", "stages/chat_*.py", "services/chat_*.py")
CODE = "\n".join(
    path.read_text("utf-8") for place in PLACES for path in sorted((CONFIG.parent / "mailroom").glob(place))
)
KEYS = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', CODE))
MADE = {f"choice-{verb}" for verb in Verb} | {f"choice-edit-{step}" for step in ("documents", "name", "email")}
UNLABELLED = {f"choice-{verb}" for verb in (Verb.SERVICE, Verb.EDIT)}
"""A service is named by its own name, an edit by what is edited."""


@pytest.mark.parametrize("texts", both_texts(), ids=lambda one: one.language)
def test_every_sentence_is_said_somewhere(texts: Texts) -> None:
    """And every button has its label."""
    table = set(texts.tables["chat"])
    assert table - KEYS - MADE == set()
    assert table >= MADE - UNLABELLED


@pytest.mark.parametrize("texts", both_texts(), ids=lambda one: one.language)
def test_every_sentence_that_is_said_exists(texts: Texts) -> None:
    """A key that the catalogue lacks would be shown as it is."""
    said = set(re.findall(r'(?:say|answers|simple)\(\s*(?:\w+, )*"([a-z-]+)"', CODE))
    assert len(said) > 30
    assert said <= set(texts.tables["chat"])


@pytest.mark.parametrize("texts", both_texts(), ids=lambda one: one.language)
def test_labels_fit_what_the_platform_shows(texts: Texts) -> None:
    """Twenty characters."""
    for key, text in texts.tables["chat"].items():
        assert not key.startswith(("choice-", "button-")) or len(text) <= 20, key


@pytest.mark.parametrize("texts", both_texts(), ids=lambda one: one.language)
def test_every_state_of_a_case_has_words_for_citizens(texts: Texts) -> None:
    assert set(texts.tables["chat_states"]) == {str(one) for one in CaseState}
