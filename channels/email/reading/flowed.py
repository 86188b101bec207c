"""Joins the lines of format=flowed text (RFC 3676)."""


def unflowed(text: str, *, delete_space: bool) -> str:
    """The text with its soft line ends undone, within one depth of quoting each; `delete_space` is DelSp=yes."""
    lines: list[str] = []
    pieces: list[str] = []
    depth_before = 0
    for line in text.replace("\r\n", "\n").split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if pieces and depth != depth_before:
            lines.append(_quoted(depth_before, pieces))
            pieces = []
        depth_before = depth
        if content.endswith(" ") and content != "-- ":
            pieces.append(content[:-1] if delete_space else content)
            continue
        lines.append(_quoted(depth, [*pieces, content]))
        pieces = []
    if pieces:
        lines.append(_quoted(depth_before, pieces))
    return "\n".join(lines)


def _quoted(depth: int, pieces: list[str]) -> str:
    text = "".join(pieces)
    return f"{'>' * depth} {text}" if depth else text
