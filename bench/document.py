"""Puts what was measured into a document, between two marks of its own."""

from pathlib import Path


def put(text: str, path: Path, marks: tuple[str, str], heading: str = "") -> str:
    """Replace what stands between the marks; the text itself.

    A document without them gets them at its end, below the heading where one is given.
    """
    begin, end = marks
    content = path.read_text(encoding="utf-8")
    if heading and begin not in content:
        content = f"{content.rstrip()}\n\n## {heading}\n\n{begin}\n{end}\n"
    before, _, rest = content.partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")
    return text
