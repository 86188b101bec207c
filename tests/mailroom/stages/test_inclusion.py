"""Inclusions put in place render as jinja2 itself renders them."""

import jinja2
import pytest

from mailroom.stages.inclusion import Templates

FILES = {
    "a.html": "x\n  {% include 'b.html' %}\n{% set y = 1 %}{{ y }}{% for n in '12' %}{% include 'b.html' %}{% endfor %}\nz\n",
    "b.html": "{% set y = 2 %}{% if name %}\n  {{ name }}{{ y }}\n{% endif %}\n",
    "c.html": "{% extends 'd.html' %}{% block in %}{% include 'b.html' %}{% endblock %}",
    "d.html": "<{% block in %}{% endblock %}>{% include 'none.html' ignore missing %}",
    "itself.html": "{% include 'round.html' %}",
    "round.html": "{% include 'itself.html' %}",
    "missing.html": "{% include 'none.html' %}",
    "broken.html": "{% include 'bad.html' %}",
    "bad.html": "\n{% if %}",
}
ENVIRONMENT = jinja2.Environment(
    loader=jinja2.DictLoader(FILES),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@pytest.mark.parametrize("name", ["a.html", "b.html", "c.html", "d.html"])
def test_the_same_is_rendered(name: str) -> None:
    """White space, escaping, scopes, loops and blocks come out alike."""
    values = {"name": "<ก>"}
    assert Templates(ENVIRONMENT).whole(name).render(values) == ENVIRONMENT.get_template(name).render(values)


@pytest.mark.parametrize(("name", "words"), [("itself", "itself.html includes itself"), ("missing", "none.html")])
def test_what_cannot_be_put_in_place_is_named(name: str, words: str) -> None:
    """Before the first letter, not with it."""
    with pytest.raises(jinja2.TemplateError, match=words):
        Templates(ENVIRONMENT).whole(f"{name}.html")


def test_a_mistake_in_an_inclusion_is_shown_where_it_is() -> None:
    """File and line are those of the included template."""
    with pytest.raises(jinja2.TemplateSyntaxError) as caught:
        Templates(ENVIRONMENT).whole("broken.html")
    assert (caught.value.name, caught.value.lineno) == ("bad.html", 2)
