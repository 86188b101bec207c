"""Pictures of documents as SVG: QR codes drawn from their text, and drawings that an agency hands in."""

import base64
import struct
from collections.abc import Callable, Mapping
from typing import Any

import zxingcpp

from mailroom.domain.errors import RenderingError
from mailroom.ports import Json

_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}">{2}</svg>'
_EMBEDDED = '<image width="{0}" height="{1}" href="data:image/png;base64,{2}"/>'


def qr_svg(text: str, *, correction: str = "M") -> str:
    """A QR code (ISO/IEC 18004) with its quiet zone of four modules, one user unit for each module.

    `correction` is the level of error correction: M bears the loss of 15 % of the code, Q of 25 %. Raises
    RenderingError when the text is too long for a code.
    """
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=correction)
    except (ValueError, RuntimeError) as error:
        raise RenderingError(f"no QR code holds a text of {len(text)} characters ({error}); shorten it") from error
    drawn: Any = zxingcpp.write_barcode_to_svg(code, add_quiet_zones=True)
    return str(drawn)


def png_svg(content: str) -> str:
    """A drawing that consists of one PNG, given in base64. Raises RenderingError when it is none."""
    try:
        width, height = _size(base64.b64decode(content, validate=True))
    except (ValueError, struct.error) as error:
        raise RenderingError(f"a picture is no PNG in base64 ({error}); mend it in the settings") from error
    return _SVG.format(width, height, _EMBEDDED.format(width, height, content))


def _size(picture: bytes) -> tuple[int, int]:
    """Width and height in dots (ISO/IEC 15948, IHDR)."""
    if not picture.startswith(_PNG):
        raise ValueError("no PNG signature")
    width, height = struct.unpack_from(">II", picture, 16)
    return width, height


def drawn(value: Mapping[str, Json]) -> str | None:
    """What stands in place of a picture in data: `{"qr": text}`, `{"svg": drawing}` or `{"png": base64}`.

    None for anything else. Raises RenderingError for a picture that is broken.
    """
    if len(value) != 1:
        return None
    ((kind, content),) = value.items()
    drawer = _DRAWERS.get(kind)
    return drawer(content) if drawer and isinstance(content, str) else None


_DRAWERS: dict[str, Callable[[str], str]] = {"qr": qr_svg, "svg": str, "png": png_svg}
