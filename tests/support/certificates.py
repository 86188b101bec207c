"""Throw-away certificates for loopback servers, made by the openssl command line."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

_AUTHORITY = """
[ca]
default_ca = own
[own]
dir = .
new_certs_dir = .
database = index.txt
serial = serial
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
[v3_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[v3_end]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, both PEM files."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority that lives in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "ca.cnf").write_text(_AUTHORITY)
        (folder / "index.txt").write_text("")
        (folder / "serial").write_text("1000\n")
        self._openssl(
            "req -x509 -config ca.cnf -extensions v3_ca -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes",
            "-keyout ca.key -out ca.pem -days 30 -subj /CN=mailroom-test-authority",
        )

    @property
    def file(self) -> Path:
        """What a client has to trust."""
        return self._folder / "ca.pem"

    def issue(self, name: str = "localhost", *, expired: bool = False) -> Certificate:
        """A server certificate for `name`; one for localhost is good for 127.0.0.1 too."""
        stem = f"{name}-expired" if expired else name
        names = "DNS:localhost,IP:127.0.0.1" if name == "localhost" else f"DNS:{name}"
        self._openssl(
            "req -config ca.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes",
            f"-keyout {stem}.key -out {stem}.csr -subj /CN={name} -addext subjectAltName={names}",
        )
        span = "-startdate 20200101000000Z -enddate 20200201000000Z" if expired else "-days 30"
        self._openssl(
            f"ca -batch -notext -config ca.cnf -extensions v3_end -cert ca.pem -keyfile ca.key {span}",
            f"-in {stem}.csr -out {stem}.pem",
        )
        return Certificate(self._folder / f"{stem}.pem", self._folder / f"{stem}.key")

    def _openssl(self, *parts: str) -> None:
        arguments = " ".join(parts).split()
        done = subprocess.run(["openssl", *arguments], cwd=self._folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
