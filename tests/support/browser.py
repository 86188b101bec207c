"""A real Chromium, windows that remember what should not have happened, and a look at their pictures."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.web_site import CHROMIUM

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
PATIENCE_MS = 60_000
"""How long a page may take to show what is expected of it, on a machine that does much else."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that reaches the loopback and nothing else."""
    assert CHROMIUM, "install the Debian package chromium"
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class Visitor:
    """One browser window that remembers everything that should not have happened."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base = base
        self.strange: list[str] = []
        context.set_default_timeout(PATIENCE_MS)
        context.set_default_navigation_timeout(PATIENCE_MS)
        context.on("request", lambda request: self._requested(request.url))
        context.on("console", lambda message: self._said(message.type, message.text))
        context.on("weberror", lambda error: self.strange.append(f"error: {error.error}"))
        context.on("dialog", lambda dialog: (self.strange.append("dialog"), dialog.dismiss()))
        self.page: Page = context.new_page()

    def _requested(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "about:")):
            self.strange.append(f"request: {url}")

    def _said(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.strange.append(f"console: {text}")

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page


def fits(page: Page) -> bool:
    """Nothing makes the page wider than the window; measured once its styles are there, which a click does not await."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def check_picture(page: Page, path: Path, size: dict[str, int]) -> None:
    """The screenshot has the size of the window and shows something: many colours, not one blank sheet."""
    page.wait_for_load_state()
    page.screenshot(path=path)
    picture = page.context.new_page()
    picture.goto("about:blank")
    width, height, colours = picture.evaluate(
        """async (data) => {
          const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + data)).blob());
          const canvas = new OffscreenCanvas(bitmap.width, bitmap.height), brush = canvas.getContext("2d");
          brush.drawImage(bitmap, 0, 0);
          const pixels = new Uint32Array(brush.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
          return [bitmap.width, bitmap.height, new Set(pixels).size];
        }""",
        b64encode(path.read_bytes()).decode(),
    )
    picture.close()
    assert (width, height) == (size["width"], size["height"])
    assert colours > 200
