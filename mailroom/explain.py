"""What every setting is for, read off the settings themselves, so that example, comments and reference cannot drift."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

WORDS: Mapping[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    date: "date",
    time: 'time of day, "HH:MM"',
    Path: "path",
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table."""

    name: str
    description: str
    kind: str
    """What may stand there, in words."""
    required: bool
    default: str
    """As TOML; empty where there is none."""
    table: type[BaseModel] | None
    """The table that stands there, where it is one."""


def keys(model: type[BaseModel]) -> Iterator[Key]:
    """The keys of a table in the order in which they are declared."""
    for name, field in model.model_fields.items():
        yield Key(
            name=field.alias or name,
            description=field.description or "",
            kind=_kind(field.annotation),
            required=field.is_required(),
            default="" if field.is_required() else toml(_default(field)),
            table=_table(field.annotation),
        )


def toml(value: Any) -> str:
    """A value as it is written in TOML; empty for None and for tables."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Enum():
            return toml(value.value)
        case int() | float():
            return f"{value:g}" if isinstance(value, float) else str(value)
        case time():
            return f'"{value:%H:%M}"'
        case date():
            return value.isoformat()
        case tuple() | list():
            return "[" + ", ".join(toml(item) for item in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{name} = {toml(item)}" for name, item in value.items()) + " }" if value else "{}"
        case BaseModel():
            return ""
        case _:
            text = str(value).replace("\\", "\\\\").replace('"', '\\"')
            return f'"{text}"'


def _default(field: FieldInfo) -> Any:
    value = field.get_default(call_default_factory=True, validated_data={})
    return None if value is PydanticUndefined else value


def _parts(annotation: Any) -> tuple[Any, ...]:
    return tuple(part for part in get_args(annotation) if part is not type(None))


def _bare(annotation: Any) -> Any:
    """The type without Annotated and without `| None`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in (Union, types.UnionType) and len(_parts(annotation)) == 1:
        return _bare(_parts(annotation)[0])
    return annotation


def _table(annotation: Any) -> type[BaseModel] | None:
    bare = _bare(annotation)
    if get_origin(bare) is tuple:
        bare = _bare(get_args(bare)[0])
    return bare if isinstance(bare, type) and issubclass(bare, BaseModel) else None


def _kind(annotation: Any) -> str:
    bare = _bare(annotation)
    if get_origin(bare) is Literal:
        return " or ".join(toml(value) for value in get_args(bare))
    if get_origin(bare) is tuple:
        return f"list of {_kind(get_args(bare)[0])}"
    if _table(bare) is not None:
        return "table"
    if get_origin(bare) is dict:
        return "tables" if get_origin(get_args(bare)[1]) is dict else "table"
    return WORDS.get(bare, "text")
