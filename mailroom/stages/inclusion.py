"""Letter templates with what they include put in place when they are loaded: rendering one is then a single call."""

from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.visitor import NodeTransformer


def load_whole(environment: jinja2.Environment, name: str) -> jinja2.Template:
    """The template, compiled. An inclusion keeps a scope of its own, but escapes as the whole letter does.

    Raises jinja2.TemplateError for broken syntax, a template that is missing, and one that includes itself.
    """
    tree = _Inclusion(environment).tree(name)
    return environment.template_class.from_code(environment, environment.compile(tree, name, name), {})


class _Inclusion(NodeTransformer):
    """Puts the parsed template in the place of each `{% include "name" %}`."""

    def __init__(self, environment: jinja2.Environment) -> None:
        self._environment = environment
        self._open: list[str] = []

    def tree(self, name: str) -> nodes.Template:
        if name in self._open:
            raise jinja2.TemplateError(f"{name} includes itself")
        loader = self._environment.loader
        if loader is None:
            raise jinja2.TemplateNotFound(name)
        self._open.append(name)
        parsed = self._environment.parse(loader.get_source(self._environment, name)[0], name, name)
        self.generic_visit(parsed)
        self._open.pop()
        return parsed

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        if isinstance(node, nodes.Include) and isinstance(node.template, nodes.Const) and not node.ignore_missing:
            return nodes.Scope(self.tree(node.template.value).body, lineno=node.lineno)
        return super().visit(node, *args, **kwargs)
