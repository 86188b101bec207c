"""Every published way to change a signed document unnoticed is noticed, and no validator is stricter than we are."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from pyhanko.sign.fields import MDPPerm

from mailroom.domain.signature import DocumentVerdict, Soundness
from signing.examiner import PdfExaminer
from tests.support import pdf_attacks
from tests.support.foreign_signer import signed_by_pyhanko
from tests.support.pdf_attacks import ATTACKS, FORGERIES, forged, sizes, with_flipped_byte, with_shadow
from tests.support.pdf_validators import pdfsig, pyhanko
from tests.support.signed_samples import Office, document, written

GOOD = (Soundness.SOUND,)


@pytest.fixture(scope="module")
def prepared(office: Office) -> bytes:
    """Signed and certified, with what a shadow attack prepares inside."""
    return office.signed("B-LT", pdf=with_shadow(document()))


def judged(examiner: PdfExaminer, pdf: bytes) -> DocumentVerdict:
    return examiner.examine(pdf, at=datetime.now(UTC))


def test_document_is_sound_before_it_is_attacked(examiner: PdfExaminer, prepared: bytes) -> None:
    assert judged(examiner, prepared).soundness is Soundness.SOUND


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_is_noticed(attack: str, examiner: PdfExaminer, prepared: bytes) -> None:
    assert judged(examiner, ATTACKS[attack](prepared)).soundness is Soundness.ALTERED


@pytest.mark.parametrize("attack", ATTACKS)
def test_pyhanko_rejects_the_attack_too(attack: str, prepared: bytes, root_file: Path, tmp_path: Path) -> None:
    assert not pyhanko(written(tmp_path, "attacked.pdf", ATTACKS[attack](prepared)), root_file)[0]


@pytest.mark.parametrize("attack", ATTACKS)
def test_pdfsig_misses_additions_but_no_longer_says_total_document_signed(
    attack: str, prepared: bytes, nss: Path, tmp_path: Path
) -> None:
    """pdfsig calls the signature of an extended document valid: only its line on coverage tells."""
    found = pdfsig(written(tmp_path, "attacked.pdf", ATTACKS[attack](prepared)), nss)
    assert not (all(found.valid) and all(found.whole) and found.valid)


@pytest.mark.parametrize("kind", FORGERIES)
def test_signature_without_what_would_have_to_be_verified_is_none(
    kind: str, examiner: PdfExaminer, prepared: bytes, root_file: Path, nss: Path, tmp_path: Path
) -> None:
    hole, after, _ = sizes(prepared)
    forgery = forged(document(), bytes.fromhex(prepared[hole + 1 : after - 1].decode()), **FORGERIES[kind])
    assert judged(examiner, forgery).soundness is Soundness.ALTERED
    file = written(tmp_path, "forged.pdf", forgery)
    assert not pyhanko(file, root_file)[0]
    assert not any(pdfsig(file, nss).valid)


def test_any_flipped_byte_is_noticed(examiner: PdfExaminer, prepared: bytes) -> None:
    """Outside of the hole. In it, certificates and padding are signed by nobody, or by others."""
    hole, after, _ = sizes(prepared)
    places = (*range(1, hole, 1999), hole - 3, after + 3, *range(after + 1, len(prepared), 97))
    for place in places:
        assert judged(examiner, with_flipped_byte(prepared, place)).soundness not in GOOD, place


def test_byte_of_the_padding_is_nobodys_and_only_the_digest_of_the_register_tells(
    examiner: PdfExaminer, prepared: bytes, root_file: Path, tmp_path: Path
) -> None:
    changed = pdf_attacks.with_other_padding(prepared)
    assert judged(examiner, changed).soundness is Soundness.SOUND
    assert pyhanko(written(tmp_path, "padded.pdf", changed), root_file)[0]


def test_update_that_changes_nothing_is_named_and_does_no_harm(
    examiner: PdfExaminer, prepared: bytes, root_file: Path, nss: Path, tmp_path: Path
) -> None:
    changed = pdf_attacks.with_same_objects_again(prepared)
    verdict = judged(examiner, changed)
    (finding,) = verdict.signatures
    assert (verdict.soundness, finding.covers_document) == (Soundness.SOUND, False)
    assert [reason.code for reason in finding.reasons] == ["added-after"]
    file = written(tmp_path, "appended.pdf", changed)
    assert pyhanko(file, root_file)[0]
    assert pdfsig(file, nss).whole == (False,)


@pytest.mark.parametrize("permission", [None, *MDPPerm])
@pytest.mark.parametrize(
    "attack", ["saved with other content", "shadow hidden", "shadow replaced", "with annotation", "wrapped by range"]
)
def test_attack_is_noticed_whatever_the_signature_permits(
    attack: str, permission: MDPPerm | None, office: Office, examiner: PdfExaminer
) -> None:
    """Also where annotations are permitted: the evil annotation covers what was certified."""
    signed = signed_by_pyhanko(with_shadow(document()), office.authority.signer, permission=permission)
    assert judged(examiner, signed).soundness is Soundness.UNDECIDED
    assert judged(examiner, ATTACKS[attack](signed)).soundness is Soundness.ALTERED


@pytest.mark.parametrize("permission", [None, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_signature_field_that_covers_the_page_is_never_part_of_a_sound_document(
    permission: MDPPerm | None, office: Office, examiner: PdfExaminer
) -> None:
    signed = signed_by_pyhanko(with_shadow(document()), office.authority.signer, permission=permission)
    attacked = ATTACKS["with covering signature field"](signed)
    verdict = judged(examiner, attacked)
    codes = {reason.code for finding in verdict.signatures for reason in finding.reasons}
    assert verdict.soundness in (Soundness.ALTERED, Soundness.UNDECIDED)
    assert codes & {"changed-after", "filled-after"}


def test_text_of_a_form_that_is_filled_after_signing_is_not_sound(office: Office, examiner: PdfExaminer) -> None:
    """The shadow attack by replacement shows another value in a field; readers call that filling a form."""
    signed = signed_by_pyhanko(_with_text_field(document()), office.authority.signer)

    def fill(opened: pikepdf.Pdf) -> pdf_attacks.Changes:
        field = opened.Root.AcroForm.Fields[0]
        field.V = pikepdf.String("EVIL")
        return [(field, None)]

    verdict = judged(examiner, pdf_attacks.updated(signed, pdf_attacks.objects(signed, fill)))
    assert verdict.soundness in (Soundness.ALTERED, Soundness.UNDECIDED)
    assert {reason.code for reason in verdict.signatures[0].reasons} & {"filled-after", "changed-after"}


def _with_text_field(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        page = opened.pages[0].obj
        field = opened.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String("value"),
                V=pikepdf.String("100"),
                Rect=pikepdf.Array([10, 10, 200, 40]),
                P=page,
            )
        )
        page.Annots = pikepdf.Array([field])
        opened.Root.AcroForm = opened.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array([field])))
        made = io.BytesIO()
        opened.save(made, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return made.getvalue()
