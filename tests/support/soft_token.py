"""A SoftHSM token in a folder of its own."""

import os
import subprocess
from pathlib import Path

import pkcs11
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute
from pkcs11.util.x509 import decode_x509_certificate

from signing.keys import HeldKey

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
TOKEN, PIN = "office", "2468"


class SoftToken:
    """Holds keys under labels. The library reads its configuration once: one token for each run of the tests."""

    def __init__(self, folder: Path) -> None:
        (folder / "tokens").mkdir()
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(configuration)
        self._folder = folder
        self._run("--init-token", "--free", "--label", TOKEN, "--so-pin", "13579", "--pin", PIN)

    def add(self, label: str, holder: HeldKey, *, with_certificate: bool = True) -> None:
        file = self._folder / f"{label}.pem"
        file.write_bytes(holder.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        number = label.encode().hex()
        self._run("--import", str(file), "--token", TOKEN, "--label", label, "--id", number, "--pin", PIN)
        if not with_certificate:
            return
        token = pkcs11.lib(str(MODULE)).get_token(token_label=TOKEN)
        with token.open(user_pin=PIN, rw=True) as session:
            for name, certificate in ((label, holder.certificate), *(("issuer", each) for each in holder.chain)):
                known = decode_x509_certificate(certificate.public_bytes(Encoding.DER))
                session.create_object({**known, Attribute.TOKEN: True, Attribute.LABEL: name})

    def _run(self, *words: str) -> None:
        subprocess.run(["softhsm2-util", *words], check=True, capture_output=True, timeout=60)
