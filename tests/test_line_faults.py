"""docs/line-faults.md: every fault is in its table, and every test that it names exists and says which fault it is about."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FAULTS = {
    *(f"L{number:02}" for number in range(1, 17)),
    "P03",
    *(str(number) for number in range(149, 163)),
}
ROW = re.compile(r"^\| ((?:L|P)\d\d|\d{3}) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TABLE = ROW.findall((ROOT / "docs" / "line-faults.md").read_text("utf-8"))
NAMED = [(fault, test.strip("`")) for fault, _, _, tests in TABLE for test in tests.split("<br>")]


def test_every_fault_is_in_the_table_once() -> None:
    """None is left out, none is told twice, and each says what holds."""
    assert sorted(fault for fault, *_ in TABLE) == sorted(FAULTS)
    assert all(words.strip() and promise.strip() for _, words, promise, _ in TABLE)


@cache
def descriptions(path: str) -> dict[str, str]:
    """Of each test of a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    functions = (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return {one.name: ast.get_docstring(one) or "" for one in functions if one.name.startswith("test_")}


@pytest.mark.parametrize(("fault", "test"), NAMED)
def test_what_the_table_names_is_there(fault: str, test: str) -> None:
    """The test exists, and its description begins with the fault."""
    path, _, name = test.partition("::")
    description = descriptions(path)[name]
    assert fault in description.partition(": ")[0].split(", "), description
