"""The menu under the field that people type in: made of a file and a picture, kept at LINE."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from channels.line.api import LineApi
from channels.line.errors import visible
from channels.line.messages import Json, action, web_address
from mailroom.domain.card import Choice
from mailroom.domain.errors import ConfigurationError, PermanentChannelError
from mailroom.settings.section import Section
from mailroom.settings_files import read_toml, validated

FILE = "rich_menu.toml"
LARGEST_PICTURE = 1_000_000
_PNG = b"\x89PNG\r\n\x1a\n"


class Area(Section):
    """One field of the menu, from left to right; all are of one width."""

    label: Annotated[str, Field(min_length=1, max_length=40)]
    english: str = ""
    says: Annotated[str, Field(max_length=300)] = ""
    page: Annotated[str, Field(pattern=r"^(/[!-~]*)?$")] = ""

    @model_validator(mode="after")
    def _one_purpose(self) -> Self:
        if bool(self.says) == bool(self.page):
            raise ValueError("write either says or page")
        return self


class MenuFile(Section):
    """The menu as a file describes it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    chat_bar_text: Annotated[str, Field(min_length=1, max_length=14)]
    picture: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")]
    width: Annotated[int, Field(ge=800, le=2500)]
    height: Annotated[int, Field(ge=250, le=1724)]
    area: Annotated[tuple[Area, ...], Field(min_length=1, max_length=20)]


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu, ready for LINE."""

    name: str
    body: Json
    picture: bytes


@dataclass(frozen=True, slots=True)
class InstalledMenu:
    """A menu as it is at LINE."""

    id: str
    name: str
    is_default: bool
    says: tuple[str, ...]
    """What its fields say or open."""


def read_menu_file(folder: Path) -> MenuFile:
    """Raises ConfigurationError naming file, key and remedy."""
    return validated(MenuFile, read_toml(folder / FILE), source=folder / FILE)


def load_menu(folder: Path, base_url: str) -> Menu:
    """The menu of a folder; its pages lie under that address. Raises ConfigurationError."""
    file = read_menu_file(folder)
    path = folder / file.picture
    try:
        picture = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); put the menu's picture there") from error
    _check_picture(path, picture, (file.width, file.height))
    body = {
        "size": {"width": file.width, "height": file.height},
        "selected": True,
        "name": file.name,
        "chatBarText": file.chat_bar_text,
        "areas": _areas(file, base_url.rstrip("/")),
    }
    return Menu(file.name, body, picture)


def install(api: LineApi, menu: Menu) -> str:
    """Show it to everybody; the id that LINE gave it. Menus of that name from before go once it is shown.

    Safe to repeat: after a crash on the way the earlier menu is still shown. Raises ChannelError.
    """
    earlier = [one.id for one in installed(api) if one.name == menu.name]
    created = api.order("create_rich_menu", "RichMenuRequest", menu.body).get("richMenuId")
    if not isinstance(created, str) or not created:
        raise PermanentChannelError(f"{api.place}: the answer does not name the menu; install it again")
    api.upload_menu_picture(created, menu.picture)
    api.ask("set_default_rich_menu", created)
    for one in earlier:
        _delete(api, one)
    return created


def remove(api: LineApi, name: str) -> int:
    """Take away all menus of that name; how many there were. Raises ChannelError."""
    found = [one for one in installed(api) if one.name == name]
    if any(one.is_default for one in found):
        api.ask("cancel_default_rich_menu")
    for one in found:
        _delete(api, one.id)
    return len(found)


def installed(api: LineApi) -> list[InstalledMenu]:
    """All menus at LINE, ours and others. Raises ChannelError."""
    listed = api.ask("get_rich_menu_list").get("richmenus")
    default = _default(api)
    menus = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [_installed(one, default) for one in menus]


def _installed(menu: Json, default: str) -> InstalledMenu:
    name = str(menu.get("richMenuId", ""))
    actions = [area.get("action") or {} for area in menu.get("areas") or []]
    says = [str(one.get("text") or one.get("uri") or one.get("data") or "") for one in actions]
    return InstalledMenu(name, visible(str(menu.get("name", ""))), name == default, tuple(visible(one) for one in says))


def _default(api: LineApi) -> str:
    """The id of the one that everybody sees; empty where there is none."""
    try:
        return str(api.ask("get_default_rich_menu_id").get("richMenuId", ""))
    except PermanentChannelError:
        return ""


def _delete(api: LineApi, menu: str) -> None:
    answer = api.tell("delete_rich_menu", menu)
    if not answer.good and answer.status != 404:
        api.demand(answer)


def _areas(file: MenuFile, base_url: str) -> list[Json]:
    """Fields of one width; the last takes what division leaves over."""
    width = file.width // len(file.area)
    areas: list[Json] = []
    for number, area in enumerate(file.area):
        left = number * width
        right = file.width if number == len(file.area) - 1 else left + width
        bounds = {"x": left, "y": 0, "width": right - left, "height": file.height}
        areas.append({"bounds": bounds, "action": _tap(area, base_url)})
    return areas


def _tap(area: Area, base_url: str) -> Json:
    if area.page and not web_address(base_url + area.page):
        raise ConfigurationError(f"{base_url}{area.page} is no address of the web; set [web] base_url")
    return action(Choice(area.label, says=area.says, url=base_url + area.page if area.page else ""))


def _check_picture(path: Path, picture: bytes, size: tuple[int, int]) -> None:
    if not picture.startswith(_PNG) or len(picture) > LARGEST_PICTURE:
        raise ConfigurationError(f"{path}: must be a PNG of at most 1 MB; it has {len(picture):,} bytes")
    found = int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
    if found != size:
        raise ConfigurationError(
            f"{path}: has {found[0]} × {found[1]} pixels, and {FILE} says {size[0]} × {size[1]}; make them agree"
        )
