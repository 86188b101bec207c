"""Strict JSON Schemas of LINE's published description, read out of the models that its library is generated with.

`schema_of("PushMessageRequest")` knows what the description says and no more: required properties, types, enumerations,
discriminators, greatest lengths and counts; and it forbids every property that the description does not name.
"""

from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any

import linebot.v3.messaging.models as models
from jsonschema import Draft202012Validator
from pydantic.v1 import BaseModel, StrictBool
from pydantic.v1.fields import SHAPE_DICT, SHAPE_LIST, SHAPE_SINGLETON, ModelField

Schema = dict[str, Any]

_PRIMITIVES: tuple[tuple[type, str], ...] = (
    (StrictBool, "boolean"),
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (dict, "object"),
)
_BOUNDS = {"min_length": "minLength", "max_length": "maxLength", "ge": "minimum", "le": "maximum"}


@cache
def validator(kind: str) -> Draft202012Validator:
    """Of one kind of the description's objects, by its name there."""
    return Draft202012Validator(schema_of(kind))


def faults(kind: str, body: Any) -> list[str]:
    """What is wrong with a body by the description: `path: what`, the deepest causes first."""
    found: list[str] = []
    pending = list(validator(kind).iter_errors(body))
    while pending:
        error = pending.pop(0)
        if error.context:
            pending.extend(error.context)
        else:
            found.append(f"{error.json_path}: {error.message}")
    return found


@cache
def schema_of(kind: str) -> Schema:
    """A whole schema, with a definition for each object that it mentions."""
    definitions: dict[str, Schema] = {}
    return _reference(getattr(models, kind), definitions) | {"$defs": definitions}


def _reference(model: type[BaseModel], definitions: dict[str, Schema]) -> Schema:
    """A pointer at the definition of a model, which is added when it is new."""
    name = model.__name__
    if name not in definitions:
        definitions[name] = {}
        kinds = _kinds(model)
        definitions[name].update(_either(kinds, definitions) if kinds else _object(model, definitions))
    return {"$ref": f"#/$defs/{name}"}


def _kinds(model: type[BaseModel]) -> dict[str, str]:
    """Of a base with a discriminator: the class of each value of `type`. Empty for all others."""
    own = model.__dict__.get(f"_{model.__name__}__discriminator_value_class_map")
    return dict(own) if own else {}


def _either(kinds: dict[str, str], definitions: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": sorted(kinds)}},
        "allOf": [
            {
                "if": {"required": ["type"], "properties": {"type": {"const": value}}},
                "then": _reference(getattr(models, name), definitions),
            }
            for value, name in sorted(kinds.items())
        ],
    }


def _object(model: type[BaseModel], definitions: dict[str, Schema]) -> Schema:
    fields = model.__fields__.values()
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.alias for field in fields if field.required],
        "properties": {field.alias: _field(field, definitions) for field in fields},
    }


def _field(field: ModelField, definitions: dict[str, Schema]) -> Schema:
    shapes = {SHAPE_LIST: _list, SHAPE_DICT: _dict, SHAPE_SINGLETON: lambda one, known: _value(one.type_, known)}
    schema: Schema = shapes[field.shape](field, definitions)
    if values := _enumeration(field):
        schema = schema | {"enum": values}
    return schema


def _list(field: ModelField, definitions: dict[str, Schema]) -> Schema:
    bounds = {"min_items": "minItems", "max_items": "maxItems"}
    found = {name: getattr(field.outer_type_, ours, None) for ours, name in bounds.items()}
    return {"type": "array", "items": _value(field.type_, definitions)} | _given(found)


def _dict(field: ModelField, definitions: dict[str, Schema]) -> Schema:
    return {"type": "object", "additionalProperties": _value(field.type_, definitions)}


def _value(kind: Any, definitions: dict[str, Schema]) -> Schema:
    if not isinstance(kind, type):
        return {}
    if issubclass(kind, BaseModel):
        return _reference(kind, definitions)
    if issubclass(kind, Enum):
        return {"enum": [one.value for one in kind]}
    for primitive, name in _PRIMITIVES:
        if issubclass(kind, primitive):
            return {"type": name} | _given({theirs: getattr(kind, ours, None) for ours, theirs in _BOUNDS.items()})
    return {}


def _given(bounds: dict[str, Any]) -> Schema:
    return {name: value for name, value in bounds.items() if value is not None}


def _enumeration(field: ModelField) -> list[str]:
    """The values that the field's own check compares with; they stand in its code and nowhere else."""
    for check in (field.class_validators or {}).values():
        function: Callable[..., Any] = check.func
        if function.__name__.endswith("_validate_enum"):
            constants = [one for one in function.__code__.co_consts if isinstance(one, tuple)]
            return [*constants[0]] if constants else _single(function)
    return []


def _single(function: Callable[..., Any]) -> list[str]:
    """An enumeration of one value is written without its comma: a string among the constants that is no message."""
    texts = [one for one in function.__code__.co_consts if isinstance(one, str)]
    return [one for one in texts if " " not in one]
