"""The menu: made of a file and a picture, shown to all, replaced without a gap, taken away."""

import re
import shutil
from pathlib import Path

import pytest

from channels.line.api import LineApi
from channels.line.rich_menu import FILE, install, installed, load_menu, read_menu_file, remove
from mailroom.domain.errors import ChannelError, ConfigurationError
from mailroom.paths import CONFIG
from mailroom.stages.chat_words import command
from tests.support import line_description, line_limits
from tests.support.line_end import LineEnd, ServerError
from tools.build_rich_menu import draw

BASE = "https://saraban.example"
SHIPPED = CONFIG / "line"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A menu of an agency's own."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "menu"))


def changed(folder: Path, pattern: str, to: str) -> None:
    path = folder / FILE
    text, count = re.subn(pattern, to, path.read_text("utf-8"), count=1)
    assert count == 1
    path.write_text(text, "utf-8")


def test_the_shipped_menu_is_within_description_and_limits() -> None:
    """Fields without gap or overlap; a picture of its size, under a megabyte."""
    menu = load_menu(SHIPPED, BASE + "/")
    assert line_description.faults("RichMenuRequest", menu.body) == []
    assert list(line_limits.menu_faults(menu.body)) == []
    bounds = [area["bounds"] for area in menu.body["areas"]]
    assert [one["x"] for one in bounds] == [0, *(one["x"] + one["width"] for one in bounds[:-1])]
    assert bounds[-1]["x"] + bounds[-1]["width"] == 2500
    assert f"{BASE}/licences" in [area["action"].get("uri") for area in menu.body["areas"]]


def test_the_program_understands_what_the_menu_says() -> None:
    """Each field says a word that is a command of the dialogue."""
    says = [area.says for area in read_menu_file(SHIPPED).area if area.says]
    assert says
    assert all(command(word) for word in says)


def test_the_picture_is_the_one_that_the_tool_draws() -> None:
    """From the words in the file and the shipped font, byte for byte."""
    assert draw(read_menu_file(SHIPPED)) == (SHIPPED / "rich_menu.png").read_bytes()


def test_a_menu_is_shown_to_all(api: LineApi, line: LineEnd) -> None:
    """Made, given its picture, then shown."""
    menu = load_menu(SHIPPED, BASE)
    name = install(api, menu)
    assert line.default_menu == name
    assert line.menu_pictures[name] == menu.picture
    [one] = installed(api)
    assert (one.name, one.is_default, one.says[1]) == ("mailroom", True, "สถานะ")


def test_installing_again_leaves_one(api: LineApi, line: LineEnd) -> None:
    """The earlier menu goes when the new one is shown; menus of others stay."""
    line.menus["richmenu-other"] = {"name": "of somebody else", "areas": []}
    first = install(api, load_menu(SHIPPED, BASE))
    second = install(api, load_menu(SHIPPED, BASE))
    assert first != second
    assert set(line.menus) == {"richmenu-other", second}
    assert line.default_menu == second


@pytest.mark.parametrize("route", ["menu-create", "menu-picture", "menu-delete"])
def test_a_failure_on_the_way_leaves_a_menu_to_see(api: LineApi, line: LineEnd, route: str) -> None:
    """Whatever fails, people see a complete menu, and the next try cleans up."""
    install(api, load_menu(SHIPPED, BASE))
    line.script(route, ServerError(500))
    with pytest.raises(ChannelError):
        install(api, load_menu(SHIPPED, BASE))
    assert line.default_menu in line.menu_pictures
    last = install(api, load_menu(SHIPPED, BASE))
    assert set(line.menus) == {last} == {line.default_menu}


def test_a_menu_is_taken_away(api: LineApi, line: LineEnd) -> None:
    """With what was shown of it; a second time there is none."""
    line.menus["richmenu-other"] = {"name": "of somebody else", "areas": []}
    install(api, load_menu(SHIPPED, BASE))
    assert remove(api, "mailroom") == 1
    assert (set(line.menus), line.default_menu) == ({"richmenu-other"}, "")
    assert remove(api, "mailroom") == 0


@pytest.mark.parametrize(
    ("pattern", "to", "words"),
    [
        (r"height = 843", "height = 844", "pixels"),
        (r'says = "สถานะ"', 'says = "สถานะ"\npage = "/x"', "either says or page"),
        (r'says = "สถานะ"', "", "either says or page"),
        (r'page = "/licences"', 'page = "javascript:x"', "page"),
        (r'picture = "rich_menu.png"', 'picture = "../x.png"', "picture"),
        (r'picture = "rich_menu.png"', 'picture = "none.png"', "none.png"),
        (r'picture = "rich_menu.png"', f'picture = "{FILE}"', "PNG"),
        (r'chat_bar_text = "เมนู"', f'chat_bar_text = "{"ก" * 15}"', "chat_bar_text"),
        (r"width = 2500", "wide = 2500", "wide"),
    ],
)
def test_a_menu_that_line_would_refuse_is_named(folder: Path, pattern: str, to: str, words: str) -> None:
    """File, key and remedy, before anything is asked of LINE."""
    changed(folder, pattern, to)
    with pytest.raises(ConfigurationError, match=words):
        load_menu(folder, BASE)


def test_a_folder_without_a_menu_is_named(tmp_path: Path) -> None:
    """As every other file of the configuration."""
    with pytest.raises(ConfigurationError, match=FILE):
        load_menu(tmp_path, BASE)
