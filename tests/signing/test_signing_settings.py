"""The table [signing]: what it opens works, what is wrong in it is said, and `doctor` tries all of it."""

import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mailroom.domain.errors import ConfigurationError
from mailroom.domain.signature import SignatureLevel, Soundness
from mailroom.settings.signing import SigningSection
from signing import check, open_examiner, open_mail_signer, open_signer
from signing.demo_authority import Wanted
from tests.support.signed_samples import Office, document, spec


@pytest.fixture
def table(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("SIGNING_PASSWORD", "demo")
    key, root = office.authority.write(tmp_path, "demo")
    return {
        "key": {"pkcs12": {"file": key.name, "password": {"env": "SIGNING_PASSWORD"}}},
        "trust": [root.name],
        "time_stamps": [office.authority.time_stamps],
    }


def test_settings_open_a_signer_and_an_examiner_that_agree(table: dict[str, Any], tmp_path: Path) -> None:
    settings = SigningSection.model_validate(table)
    signer, examiner = open_signer(settings, tmp_path), open_examiner(settings, tmp_path)
    signed = signer.sign(document(), spec(settings.level), at=datetime.now(UTC))
    verdict = examiner.examine(signed, at=datetime.now(UTC))
    signer.close()
    examiner.close()
    assert (verdict.soundness, verdict.signatures[0].level) == (Soundness.SOUND, SignatureLevel.B_LT)
    assert open_mail_signer(settings, tmp_path).sign_mail(b"Subject: x\n\ny\n")


def test_key_file_is_written_for_its_owner_alone(table: dict[str, Any], tmp_path: Path) -> None:
    assert (tmp_path / table["key"]["pkcs12"]["file"]).stat().st_mode & 0o077 == 0


def test_without_a_key_documents_are_examined_and_none_is_signed(tmp_path: Path) -> None:
    settings = SigningSection()
    with pytest.raises(ConfigurationError, match=r"add \[signing.key\]"):
        open_signer(settings, tmp_path)
    with closing(open_examiner(settings, tmp_path)) as examiner:
        assert examiner.examine(document(), at=datetime.now(UTC)).soundness is Soundness.UNSIGNED
    assert [finding.ok for finding in check(settings, tmp_path)] == [True]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"trust": []}, "name the root"),
        ({"time_stamps": []}, "needs time_stamps"),
        ({"time_stamps": ["tsa.example"]}, "complete address"),
        ({"key": {}}, "exactly one"),
        ({"key": {"pkcs12": {"file": "x", "password": "secret"}}}, "must not stand in the file"),
        (
            {"key": {"remote": {"url": "http://sign.example", "credential": "x", "token": {"env": "X"}}}},
            "encrypted line",
        ),
    ],
)
def test_wrong_setting_is_named_with_the_remedy(change: dict[str, Any], words: str, table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=words):
        SigningSection.model_validate({**table, **change})


def test_doctor_says_of_everything_whether_it_works(table: dict[str, Any], office: Office, tmp_path: Path) -> None:
    dead = f"{office.authority.url}/nobody"
    settings = SigningSection.model_validate({**table, "time_stamps": [*table["time_stamps"], dead]})
    found = {finding.what: finding for finding in check(settings, tmp_path)}
    assert [finding.ok for finding in found.values()] == [True, True, True, True, False]
    assert "a token or HSM would be safer" in found["signing key"].text
    assert "worth nothing outside a demonstration" in found["signing certificate, dates"].text
    assert "not revoked" in found["signing certificate"].text
    assert "404" in found[f"time-stamps {dead}"].text


def test_doctor_names_a_wrong_password(table: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING_PASSWORD", "other")
    (finding,) = check(SigningSection.model_validate(table), tmp_path)
    assert not finding.ok
    assert "check the password" in finding.text


def test_doctor_warns_of_a_certificate_that_is_about_to_expire(
    table: dict[str, Any], office: Office, tmp_path: Path
) -> None:
    soon = office.authority.issue(Wanted(name="x", not_after=datetime.now(UTC) + timedelta(days=20)))
    office.authority.write(tmp_path, "demo", soon)
    found = {finding.what: finding for finding in check(SigningSection.model_validate(table), tmp_path)}
    assert not found["signing certificate, dates"].ok
    assert "less than 30 days" in found["signing certificate, dates"].text


@pytest.mark.parametrize(
    ("days", "alarm"),
    [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0.1, 7), (0, 0), (-5, 0)],
)
def test_expiry_is_announced_90_30_and_7_days_before(days: float, alarm: int | None, office: Office) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    certificate = replace(office.signer().certificate, not_after=at + timedelta(days=days))
    assert certificate.expiry_alarm(at) == alarm


def test_nothing_keeps_running_when_signer_and_examiner_are_closed(table: dict[str, Any], tmp_path: Path) -> None:
    before = set(threading.enumerate())
    settings = SigningSection.model_validate(table)
    signer = open_signer(settings, tmp_path)
    signer.sign(document(), spec("B-LT"), at=datetime.now(UTC))
    signer.close()
    new = set(threading.enumerate()) - before
    assert not [thread for thread in new if not thread.daemon]
