"""Pictures: what they are, the codes in them, and their grey form in which OCR reads them."""

import io
import warnings
from collections.abc import Iterator

import zxingcpp
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFilter,
    ImageMath,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from mailroom.attachments.found import PICTURES, Found
from mailroom.domain.attachment_reading import ReadingState

_LOADED = (
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
"""Before the process is confined: Pillow would load them late, and forty others with them."""
_FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")
_PIXELS = 80_000_000
"""A photo of a good telephone has 50 million."""
_LONGEST = 2600
"""Points of the longer side that are looked at: a page at 200 dpi has 2340."""
_SMALLEST = 40
"""A picture that is narrower holds no words: a mark, a rule."""
_CODES = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.MicroQRCode,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.Aztec,
        zxingcpp.BarcodeFormat.PDF417,
        zxingcpp.BarcodeFormat.Code128,
    ]
)
"""Those of forms and bills. The short ones of goods are found in any pattern of lines."""
_COARSE = 8
_STROKE = 5
_BLUR = 4


def read_picture(content: bytes, found: Found) -> None:
    """Only its head: whether it may be unfolded, and how many pictures it holds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                width, height = image.size
                found.pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        except Image.DecompressionBombError:
            return found.stop(ReadingState.TOO_LARGE, "picture-bomb")
    if width * height > _PIXELS:
        return found.stop(ReadingState.TOO_LARGE, "picture-bomb", f"{width} × {height}")
    found.has_pictures = min(width, height) >= _SMALLEST
    return None


def grey_pictures(content: bytes) -> Iterator[Image.Image]:
    """The pictures of a file, upright, on white, in grey. Raises OSError and others on what is damaged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > _PIXELS:
                return
            image.draft("L", (_LONGEST, _LONGEST))
            frames = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            for number in range(min(frames, PICTURES)):
                if number:
                    image.seek(number)
                if image.width * image.height <= _PIXELS:
                    yield _grey(image)


def _grey(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        coloured = upright.convert("RGBA")
        upright = Image.new("RGBA", coloured.size, "white")
        upright.alpha_composite(coloured)
    grey = upright.convert("L")
    grey.thumbnail((_LONGEST, _LONGEST))
    return grey


def codes_in(grey: Image.Image) -> Iterator[str]:
    """Texts of the codes in a picture, as they are: a bill's bar code holds carriage returns."""
    if min(grey.size) < _SMALLEST:
        return
    for code in zxingcpp.read_barcodes(grey, formats=_CODES, text_mode=zxingcpp.TextMode.Plain):
        yield str(code.text)


def evened(grey: Image.Image) -> Image.Image:
    """The picture divided by its own light, so that a shadow over a photographed page goes away.

    The light is the brightest of the neighbourhood, wider than strokes are, and blurred.
    """
    if min(grey.size) < _SMALLEST:
        return grey
    small = grey.reduce(_COARSE).filter(ImageFilter.MaxFilter(_STROKE)).filter(ImageFilter.GaussianBlur(_BLUR))
    light = small.resize(grey.size, Image.Resampling.BILINEAR)
    divided: Image.Image = ImageMath.lambda_eval(
        lambda given: given["convert"](
            given["min"](given["grey"] * 255 / given["max"](given["light"], 1), 255),
            "L",
        ),
        grey=grey,
        light=light,
    )
    return divided


def to_pgm(grey: Image.Image) -> bytes:
    """The plainest form of a picture: nothing in it can be unfolded."""
    return b"P5 %d %d 255\n" % grey.size + grey.tobytes()
