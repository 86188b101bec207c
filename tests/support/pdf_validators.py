"""Validators that are not ours: poppler with NSS, pyHanko's command line, qpdf, openssl."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding


@dataclass(frozen=True, slots=True)
class Poppler:
    """What pdfsig says of each signature, in its order."""

    valid: tuple[bool, ...]
    trusted: tuple[bool, ...]
    whole: tuple[bool, ...]
    """'Total document signed'."""
    names: tuple[str, ...]


def trust_database(folder: Path, *certificates: x509.Certificate) -> Path:
    """An NSS database that trusts the first certificate as a root."""
    database = folder / "nss"
    database.mkdir()
    run("certutil", "-N", "-d", f"sql:{database}", "--empty-password")
    for number, certificate in enumerate(certificates):
        file = folder / f"nss{number}.pem"
        file.write_bytes(certificate.public_bytes(Encoding.PEM))
        trust = ",," if number else "CT,C,C"
        run("certutil", "-A", "-d", f"sql:{database}", "-n", f"authority {number}", "-t", trust, "-i", str(file))
    return database


def pdfsig(pdf: Path, database: Path) -> Poppler:
    output = run("pdfsig", "-nssdir", f"sql:{database}", str(pdf), check=False).stdout
    return Poppler(
        tuple(word == "Signature is Valid." for word in re.findall(r"Signature Validation: (.*)", output)),
        tuple(word == "Certificate is Trusted." for word in re.findall(r"Certificate Validation: (.*)", output)),
        tuple(word == "Total" for word in re.findall(r"- (Total|Not total) document signed", output)),
        tuple(re.findall(r"Common Name: (.*)", output)),
    )


def pyhanko(pdf: Path, root: Path, *options: str) -> tuple[bool, str]:
    """Whether pyHanko's command accepts every signature, and what it says of them."""
    program = Path(sys.executable).with_name("pyhanko")
    done = run(
        str(program), "sign", "validate", "--trust", str(root), "--trust-replace", *options, str(pdf), check=False
    )
    return done.returncode == 0 and "INTACT" in done.stdout, done.stdout


def qpdf_accepts(pdf: Path) -> bool:
    return run("qpdf", "--check", str(pdf), check=False).returncode == 0


def openssl_accepts_cades(pdf: bytes, folder: Path, root: Path) -> bool:
    """The signature inside a PDF by openssl with the rules of CAdES."""
    found = re.search(rb"/ByteRange \[\s*(\d+) (\d+) (\d+) (\d+)", pdf)
    assert found is not None
    _, hole, after, size = (int(number) for number in found.groups())
    signature, content = folder / "signature.der", folder / "content.bin"
    signature.write_bytes(_without_padding(bytes.fromhex(pdf[hole + 1 : after - 1].decode())))
    content.write_bytes(pdf[:hole] + pdf[after : after + size])
    done = run(
        *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", str(signature)),
        *("-content", str(content), "-CAfile", str(root), "-purpose", "any", "-out", os.devnull),
        check=False,
    )
    return done.returncode == 0 and "successful" in done.stderr


def _without_padding(encoded: bytes) -> bytes:
    width = encoded[1] & 0x7F
    return encoded[: 2 + width + int.from_bytes(encoded[2 : 2 + width], "big")]


def run(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
    return subprocess.run(
        command, check=check, capture_output=True, text=True, timeout=60, env=environment, errors="replace"
    )
