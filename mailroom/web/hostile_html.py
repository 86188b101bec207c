"""A citizen's HTML made harmless: an allow-list without addresses, styles or anything that loads."""

import html
import re
from base64 import b64encode
from hashlib import sha256

import nh3

MAX_LENGTH = 512 << 10
MAX_TAGS = 20_000
"""Cleaning takes time that grows with the square of the depth: 1 s at this bound on a small machine."""

_SHOWN = (
    "a abbr address article b big blockquote br caption center cite code col colgroup dd del details div dl dt em "
    "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q rp rt ruby s "
    "samp section small span strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var"
)
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign"},
    "ol": {"start"},
    "p": {"align"},
    "div": {"align"},
    "table": {"border"},
}
_DROPPED = (
    "applet audio canvas embed iframe math noembed noframes noscript object script select style svg template "
    "textarea title video xmp"
)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_PLAIN_LINK = re.compile(r'<a href="([^"]*)"[^>]*>\1</a>')
_LINK_TAG = re.compile(r'<a(?: href="([^"]*)")?[^>]*>|</a>')

STYLE = (
    "body{font:16px/1.7 'Noto Sans Thai','Sarabun','Leelawadee UI',Thonburi,Loma,sans-serif;color:#1b2733;"
    "margin:1rem;overflow-wrap:anywhere}img{max-width:100%;height:auto}table{border-collapse:collapse;max-width:100%}"
    "td,th{padding:.2rem .4rem;vertical-align:top}blockquote{border-left:3px solid #c6d0da;margin-left:0;"
    "padding-left:1rem}.target{color:#8a1c1c;font:13px monospace;unicode-bidi:isolate}pre{white-space:pre-wrap}"
)
STYLE_DIGEST = b64encode(sha256(STYLE.encode()).digest()).decode()

POLICY = (
    f"default-src 'none'; img-src data:; style-src 'sha256-{STYLE_DIGEST}'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)
"""For the frame: even if something slipped through, it could not run, load, submit or leave."""


class TooComplexError(Exception):
    """The HTML is larger or deeper than is shown; the text and the original mail remain."""


def harmless(hostile: str) -> str:
    """The body as inert HTML. Links become text, each followed by its real target. Raises TooComplexError."""
    if len(hostile) > MAX_LENGTH or hostile.count("<") > MAX_TAGS:
        raise TooComplexError
    clean = nh3.clean(
        hostile.encode("utf-8", "replace").decode(),
        tags=set(_SHOWN.split()),
        clean_content_tags=set(_DROPPED.split()),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "tel", "data"},
        strip_comments=True,
        link_rel="noopener noreferrer",
    )
    return _links_as_text(clean)


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if _PICTURE.fullmatch(value) else None
    if name == "href":
        return None if value.strip().lower().startswith("data:") else value
    return value[:200]


def _links_as_text(clean: str) -> str:
    """No address stays clickable: a clerk sees where a link leads, and copies it if it is wanted."""
    targets: list[str] = []

    def replaced(tag: re.Match[str]) -> str:
        if tag[0] == "</a>":
            return "</u>" + _shown(targets.pop() if targets else "")
        targets.append(html.unescape(tag[1] or "").strip())
        return "<u>"

    return _LINK_TAG.sub(replaced, _PLAIN_LINK.sub(r"<u>\1</u>", clean))


def _shown(target: str) -> str:
    if not target:
        return ""
    shown = target if len(target) <= 500 else target[:500] + "…"
    return f' <bdi class="target">‹{html.escape(shown)}›</bdi>'
