"""What an examination may rely on: trusted roots, certificates and revocation data, at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko_certvalidator import ValidationContext

_TOLERANCE: Final = timedelta(minutes=5)
_MOST_ITEMS: Final = 200
"""Certificates and answers that a document may bring along."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    roots: tuple[x509.Certificate, ...]
    others: tuple[x509.Certificate, ...]
    ocsps: tuple[ocsp.OCSPResponse, ...]
    crls: tuple[crl.CertificateList, ...]

    def context(self, moment: datetime, revocation: Literal["hard-fail", "soft-fail"]) -> ValidationContext:
        """Nothing is fetched. Data of later than `moment` count as well: who is not revoked now was not so then."""
        return ValidationContext(
            trust_roots=list(self.roots),
            other_certs=list(self.others),
            moment=moment,
            allow_fetching=False,
            crls=list(self.crls),
            ocsps=list(self.ocsps),
            revocation_mode=revocation,
            time_tolerance=_TOLERANCE,
            retroactive_revinfo=True,
        )

    def without_revocation(self) -> "Knowledge":
        return replace(self, ocsps=(), crls=())

    def with_store(self, reader: PdfFileReader) -> "Knowledge":
        """With what the document brings along (EN 319 142-1 section 5.4). What cannot be read is left out."""
        if "/DSS" not in reader.root:
            return self
        store = reader.root["/DSS"]  # brackets follow references, get() does not
        return replace(
            self,
            others=(*self.others, *_loaded(store, "/Certs", x509.Certificate)),
            ocsps=(*self.ocsps, *_loaded(store, "/OCSPs", ocsp.OCSPResponse)),
            crls=(*self.crls, *_loaded(store, "/CRLs", crl.CertificateList)),
        )


def _loaded(store: Any, key: str, kind: Any) -> Iterable[Any]:
    for stream in list(store[key])[:_MOST_ITEMS] if key in store else ():
        try:
            loaded = kind.load(stream.get_object().data)
            loaded.native  # noqa: B018 - parsing is lazy; what is broken shows here
        except Exception:  # noqa: S112 - a stranger's data, read for what it is worth
            continue
        yield loaded
