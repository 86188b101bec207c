"""Writes DER (ITU-T X.690), as far as signatures need it: reading is left to asn1crypto."""

from functools import cache

from asn1crypto.core import ObjectIdentifier

_LONG_FORM = 0x80
NULL = b"\x05\x00"
TRUE = b"\x01\x01\xff"


def tlv(tag: int, *content: bytes) -> bytes:
    """One element: tag, length, and the contents one after the other."""
    body = b"".join(content)
    return bytes((tag,)) + _length(len(body)) + body


def _length(size: int) -> bytes:
    if size < _LONG_FORM:
        return bytes((size,))
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((_LONG_FORM | len(digits),)) + digits


def sequence(*content: bytes) -> bytes:
    return tlv(0x30, *content)


def set_of(*content: bytes) -> bytes:
    """A set in the order that DER wants (X.690 section 11.6)."""
    return tlv(0x31, *sorted(content))


def octets(content: bytes) -> bytes:
    return tlv(0x04, content)


def integer(value: int) -> bytes:
    """A number that is not negative."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def tagged(number: int, *content: bytes) -> bytes:
    """Context-specific and constructed."""
    return tlv(0xA0 | number, *content)


@cache
def oid(dotted: str) -> bytes:
    encoded: bytes = ObjectIdentifier(dotted).dump()
    return encoded
