"""Letter templates with what they include put in place once: rendering one is then a single call."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.visitor import NodeTransformer


class Whole:
    """A template in which an inclusion keeps a scope of its own, but escapes as the whole letter does.

    It is compiled for the first letter: to compile all takes long, and a start needs few of them or none.
    """

    def __init__(self, environment: jinja2.Environment, name: str) -> None:
        self._environment = environment
        self._name = name

    def render(self, values: Mapping[str, Any]) -> str:
        return self._compiled.render(values)

    @cached_property
    def _compiled(self) -> jinja2.Template:
        tree = _Inclusion(self._environment).tree(self._name)
        code = self._environment.compile(tree, self._name, self._name)
        return self._environment.template_class.from_code(self._environment, code, {})


class Templates:
    """Looks into each template of an environment once, before the first letter."""

    def __init__(self, environment: jinja2.Environment) -> None:
        self._environment = environment
        self._included: dict[str, tuple[str, ...]] = {}

    def whole(self, name: str) -> Whole:
        """Raises jinja2.TemplateError for broken syntax, a template that is missing, and one that includes itself."""
        self._look(name, ())
        return Whole(self._environment, name)

    def _look(self, name: str, around: tuple[str, ...]) -> None:
        if name in around:
            raise jinja2.TemplateError(f"{name} includes itself")
        if name not in self._included:
            found = _parsed(self._environment, name).find_all(nodes.Include)
            self._included[name] = tuple(included for one in found if (included := _to_put_in_place(one)))
        for included in self._included[name]:
            self._look(included, (*around, name))


class _Inclusion(NodeTransformer):
    """Puts the parsed template in the place of each `{% include "name" %}`."""

    def __init__(self, environment: jinja2.Environment) -> None:
        self._environment = environment

    def tree(self, name: str) -> nodes.Template:
        parsed = _parsed(self._environment, name)
        self.generic_visit(parsed)
        return parsed

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        if name := _to_put_in_place(node):
            return nodes.Scope(self.tree(name).body, lineno=node.lineno)
        return super().visit(node, *args, **kwargs)


def _parsed(environment: jinja2.Environment, name: str) -> nodes.Template:
    if environment.loader is None:
        raise jinja2.TemplateNotFound(name)
    return environment.parse(environment.loader.get_source(environment, name)[0], name, name)


def _to_put_in_place(node: nodes.Node) -> str:
    """Name of the template that is included here; empty where jinja2 itself is to look for it."""
    if isinstance(node, nodes.Include) and isinstance(node.template, nodes.Const) and not node.ignore_missing:
        return str(node.template.value)
    return ""
