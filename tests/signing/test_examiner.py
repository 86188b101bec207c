"""Examining: what is said of a document, by whom it was signed, when, and what is not known."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest

from mailroom.domain.signature import DocumentVerdict, SignatureLevel, Soundness
from mailroom.paths import CONFIG
from mailroom.texts import LANGUAGES, load_texts
from signing.confined import ConfinedLimits
from signing.demo_authority import DemoAuthority, Wanted
from signing.examiner import PdfExaminer
from signing.revocation import RevocationSource
from tests.support.foreign_signer import signed_by_pyhanko
from tests.support.pdf_validators import pdfsig, pyhanko
from tests.support.signed_samples import Office, document, spec, written

LEVELS = tuple(SignatureLevel)


def now() -> datetime:
    return datetime.now(UTC)


def codes(verdict: DocumentVerdict) -> set[str]:
    return {reason.code for each in (verdict, *verdict.signatures) for reason in each.reasons}


@pytest.mark.parametrize("level", [SignatureLevel.B_LT, SignatureLevel.B_LTA])
def test_document_with_all_that_it_takes_is_sound_without_a_network(
    level: SignatureLevel, office: Office, examiner: PdfExaminer
) -> None:
    at = now()
    verdict = examiner.examine(office.signer().sign(document(), spec(level), at=at), at=at)
    assert verdict.soundness is Soundness.SOUND
    (finding,) = verdict.signatures
    assert finding.level is level
    assert finding.chain == (office.authority.signer_name, "DEMO ตัวอย่าง Issuing", "DEMO ตัวอย่าง Root")
    assert finding.certificate == office.signer().certificate
    assert finding.claimed_at == at.replace(microsecond=0)
    assert finding.stamped_at is not None
    assert abs(finding.stamped_at - at) < timedelta(seconds=30)
    assert finding.stamped_by == "DEMO Time Stamps tsa"
    assert finding.covers_document == (level is SignatureLevel.B_LT)


@pytest.mark.parametrize("level", [SignatureLevel.B_B, SignatureLevel.B_T])
def test_document_without_revocation_data_is_undecided_until_the_authority_is_asked(
    level: SignatureLevel, office: Office, examiner: PdfExaminer
) -> None:
    signed = office.signed(level)
    verdict = examiner.examine(signed, at=now())
    assert (verdict.soundness, verdict.signatures[0].level) == (Soundness.UNDECIDED, level)
    assert "revocation-unknown" in codes(verdict)
    asking = PdfExaminer([office.authority.root.certificate], source=RevocationSource())
    verdict = asking.examine(signed, at=now())
    asking.close()
    assert verdict.soundness is Soundness.SOUND
    assert "revocation-unknown" not in codes(verdict)


def test_revoked_signer_is_found_when_the_authority_is_asked(office: Office, examiner: PdfExaminer) -> None:
    key = office.authority.issue(Wanted(name="ผู้ถูกเพิกถอน"))
    signed = office.signer(key).sign(document(), spec("B-B"), at=now())
    office.authority.revoke(key.certificate, now() - timedelta(seconds=30))
    asking = PdfExaminer([office.authority.root.certificate], source=RevocationSource())
    verdict = asking.examine(signed, at=now())
    asking.close()
    assert verdict.soundness is Soundness.REVOKED
    assert "revoked" in codes(verdict)


def test_signature_that_was_stamped_before_the_revocation_stays_sound(office: Office, root_file: Path) -> None:
    key = office.authority.issue(Wanted(name="เพิกถอนภายหลัง"))
    signed = office.signer(key).sign(document(), spec("B-LT"), at=now())
    office.authority.revoke(key.certificate, now() + timedelta(seconds=5))
    asking = PdfExaminer([office.authority.root.certificate], source=RevocationSource())
    verdict = asking.examine(signed, at=now() + timedelta(seconds=10))
    asking.close()
    assert verdict.soundness is Soundness.SOUND


def test_expired_certificate_is_told_and_a_time_stamp_saves_the_signature(
    office: Office, examiner: PdfExaminer
) -> None:
    key = office.authority.issue(Wanted(name="อายุสั้น", not_after=now() + timedelta(hours=1)))
    later = now() + timedelta(days=2)
    plain = examiner.examine(office.signer(key).sign(document(), spec("B-B"), at=now()), at=later)
    assert plain.soundness is Soundness.EXPIRED
    stamped = examiner.examine(office.signer(key).sign(document(), spec("B-LT"), at=now()), at=later)
    assert stamped.soundness is Soundness.SOUND


def test_archive_time_stamp_saves_the_signature_when_the_other_authority_expires() -> None:
    with DemoAuthority(years=3) as authority:
        office, root = Office(authority), authority.root.certificate
        short = authority.add_time_stamps("short", Wanted(name="DEMO short", not_after=now() + timedelta(days=1)))
        long = authority.add_time_stamps("long")
        plain = office.signer(urls=[short]).sign(document(), spec("B-LT"), at=now())
        switching = office.signer(urls=[short, long])
        answer = authority.server.answers["/short"]
        given = iter([answer, answer])
        authority.server.answers["/short"] = lambda body: next(given, lambda _: None)(body)
        archived = switching.sign(document(), spec("B-LTA"), at=now())
        examiner = PdfExaminer([root])
        later = now() + timedelta(days=400)
        verdicts = [examiner.examine(pdf, at=later) for pdf in (plain, archived)]
        examiner.close()
    assert verdicts[0].soundness is not Soundness.SOUND
    assert "stamp-untrusted" in codes(verdicts[0])
    assert verdicts[1].signatures[0].stamped_at is not None


def test_chain_to_a_root_that_is_not_trusted_is_untrusted(
    examiner: PdfExaminer, root_file: Path, nss: Path, tmp_path: Path
) -> None:
    with DemoAuthority() as other:
        signed = Office(other).signed("B-LT")
        file = written(tmp_path, "other.pdf", signed)
        assert not pyhanko(file, root_file)[0]
        assert pdfsig(file, nss).trusted == (False,)
    verdict = examiner.examine(signed, at=now())
    assert verdict.soundness is Soundness.UNTRUSTED
    assert "untrusted-root" in codes(verdict)
    assert verdict.signatures[0].certificate is not None


def test_second_signature_keeps_the_first_sound_and_the_worst_one_counts(office: Office) -> None:
    authority = office.authority
    once = signed_by_pyhanko(document(), authority.signer, field="First")
    asking = PdfExaminer([authority.root.certificate], source=RevocationSource())
    twice = asking.examine(signed_by_pyhanko(once, authority.signer, field="Second"), at=now())
    with DemoAuthority() as other:
        mixed = asking.examine(signed_by_pyhanko(once, other.signer, field="Second"), at=now())
    asking.close()
    assert [each.soundness for each in twice.signatures] == [Soundness.SOUND, Soundness.SOUND]
    assert [each.covers_document for each in twice.signatures] == [False, True]
    assert twice.soundness is Soundness.SOUND
    assert mixed.soundness is Soundness.UNTRUSTED


def test_document_without_signature_says_so(examiner: PdfExaminer) -> None:
    assert examiner.examine(document(), at=now()) == DocumentVerdict(Soundness.UNSIGNED)


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7\n", b"<html>", b"\0" * 4096, b"%PDF-1.4\n1 0 obj\n<<" + b"[" * 100000, document()[:3000]],
    ids=["empty", "head", "page", "zeros", "deep", "cut"],
)
def test_what_is_no_document_is_unreadable_and_never_an_error(content: bytes, examiner: PdfExaminer) -> None:
    verdict = examiner.examine(content, at=now())
    assert verdict.soundness is Soundness.UNREADABLE
    assert len(verdict.reasons) == 1
    assert examiner.examine(document(), at=now()).soundness is Soundness.UNSIGNED


def test_encrypted_document_is_unreadable(examiner: PdfExaminer, tmp_path: Path) -> None:
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="a", user="b"))
    verdict = examiner.examine((tmp_path / "locked.pdf").read_bytes(), at=now())
    assert (verdict.soundness, codes(verdict)) == (Soundness.UNREADABLE, {"encrypted"})


def test_document_that_takes_too_long_is_given_up_and_the_next_one_is_read(office: Office) -> None:
    examiner = PdfExaminer([office.authority.root.certificate], limits=ConfinedLimits(seconds=0.001))
    verdict = examiner.examine(office.signed("B-LT"), at=now())
    examiner.close()
    assert (verdict.soundness, codes(verdict)) == (Soundness.UNREADABLE, {"time-limit"})


def test_document_that_takes_too_much_memory_is_given_up(office: Office) -> None:
    examiner = PdfExaminer([office.authority.root.certificate], limits=ConfinedLimits(memory=400 << 20))
    verdict = examiner.examine(b"%PDF-1.7\n" + b"x" * (300 << 20), at=now())
    after = examiner.examine(document(), at=now())
    examiner.close()
    assert (verdict.soundness, codes(verdict)) == (Soundness.UNREADABLE, {"memory-limit"})
    assert after.soundness is Soundness.UNSIGNED


def test_examiner_is_shared_between_threads(office: Office, examiner: PdfExaminer) -> None:
    signed, found = office.signed("B-LT"), list[Soundness]()

    def examine() -> None:
        found.append(examiner.examine(signed, at=now()).soundness)

    threads = [threading.Thread(target=examine) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [Soundness.SOUND] * 4


def test_every_reason_and_every_verdict_has_words_in_every_language() -> None:
    sources = "".join(
        (Path(__file__).parents[2] / "signing" / name).read_text(encoding="utf-8")
        for name in ("examination.py", "examined_signature.py", "confined.py")
    )
    used = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|unsupported|encrypted|revoked|expired|crash)"', sources))
    used -= {"hard-fail", "soft-fail", "utf-8"}
    for language in LANGUAGES:
        tables = load_texts(CONFIG, language).tables
        assert used <= set(tables["signatures"]), used - set(tables["signatures"])
        assert set(tables["soundness"]) == set(Soundness)


AGREED: dict[str, Callable[[Office], bytes]] = {
    **{f"own {level}": (lambda office, level=level: office.signed(level)) for level in LEVELS},
    "own, seal": lambda office: office.signed("B-LT"),
    "pyHanko": lambda office: signed_by_pyhanko(document(), office.authority.signer),
}


@pytest.mark.parametrize("name", AGREED)
def test_three_validators_agree_on_sound_documents(
    name: str, office: Office, nss: Path, root_file: Path, tmp_path: Path
) -> None:
    signed = AGREED[name](office)
    asking = PdfExaminer([office.authority.root.certificate], source=RevocationSource())
    ours = asking.examine(signed, at=now())
    asking.close()
    file = written(tmp_path, "sample.pdf", signed)
    poppler = pdfsig(file, nss)
    assert ours.soundness is Soundness.SOUND
    assert pyhanko(file, root_file)[0]
    assert (poppler.valid[0], poppler.trusted[0], poppler.whole[-1]) == (True, True, True)
