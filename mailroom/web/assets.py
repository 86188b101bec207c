"""Style, scripts and fonts, as the server gives them."""

from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from mailroom.paths import CONFIG

STATIC = Path(__file__).parent / "static"
FONTS = CONFIG / "fonts"


class FontFiles(StaticFiles):
    """Fonts are large and never change: a browser may keep them, unlike everything else here."""

    def file_response(self, *arguments: Any, **more: Any) -> Response:
        response = super().file_response(*arguments, **more)
        response.headers["Cache-Control"] = "public, max-age=604800"
        return response


def static_routes() -> list[BaseRoute]:
    """Everything under /static."""
    return [
        Mount("/static/fonts", FontFiles(directory=FONTS)),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
