"""Signed mail: openssl accepts it, and what was in the mail stands in it unchanged."""

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from signing.demo_authority import Wanted
from signing.smime import MailSigner
from tests.support.pdf_validators import run
from tests.support.signed_samples import Office, document, written

KINDS = ("p-256", "rsa-3072")


def mail() -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP.clone(cte_type="7bit"))
    message["From"] = "saraban@agency.example"
    message["To"] = "somchai@example.com"
    message["Subject"] = "ใบอนุญาตของท่าน " * 6
    message["Message-ID"] = "<1@agency.example>"
    message.set_content("เรียน ผู้รับใบอนุญาต\nแนบใบอนุญาตมาด้วยแล้ว\n")
    message.add_attachment(document(), maintype="application", subtype="pdf", filename="ใบอนุญาต.pdf")
    return message


def accepted(raw: bytes, office: Office, folder: Path) -> bool:
    root = written(folder, "root.pem", office.authority.root.certificate.public_bytes(Encoding.PEM))
    file = written(folder, "mail.eml", raw)
    done = run(
        *("openssl", "cms", "-verify", "-in", str(file), "-CAfile", str(root), "-out", str(folder / "inner.eml")),
        check=False,
    )
    return done.returncode == 0 and "successful" in done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_signed_mail_satisfies_openssl_and_keeps_its_content(kind: str, office: Office, tmp_path: Path) -> None:
    key = office.authority.issue(Wanted(name="สารบรรณ", key=kind, email="saraban@agency.example"))
    raw = mail().as_bytes()
    signed = MailSigner(key).sign_mail(raw)
    assert accepted(signed, office, tmp_path)
    outer = email.message_from_bytes(signed, policy=email.policy.SMTP)
    assert outer.get_content_type() == "multipart/signed"
    assert outer["Subject"] == mail()["Subject"]
    assert [part.get_content_type() for part in outer.iter_parts()] == [
        "multipart/mixed",
        "application/pkcs7-signature",
    ]
    assert raw[raw.index(b"\r\n\r\n") :] in signed
    (attachment,) = next(outer.iter_parts()).iter_attachments()
    assert attachment.get_content() == document()


def test_changed_mail_is_noticed(office: Office, tmp_path: Path) -> None:
    signed = MailSigner(office.authority.signer).sign_mail(mail().as_bytes())
    assert not accepted(signed.replace(b"multipart/mixed", b"multipart/Mixed"), office, tmp_path)


def test_mail_of_plain_text_with_bare_line_ends_or_eight_bits_survives_relays(office: Office, tmp_path: Path) -> None:
    signer = MailSigner(office.authority.signer)
    plain = signer.sign_mail(b"From: a@b.example\nSubject: x\n\nhello\n.\nFrom here\n")
    eight = signer.sign_mail(
        "From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nสวัสดี\r\n".encode()
    )
    for raw in (plain, eight):
        assert raw.isascii()
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert b"MIME-Version: 1.0\r\n" in raw
        assert accepted(raw, office, tmp_path)
