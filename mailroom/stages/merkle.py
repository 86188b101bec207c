"""Trees of hashes after RFC 6962: a root over all leaves, and short proofs that a leaf or an older tree is in it.

Leaves are given as their hashes (SHA-256 over 0x00 and the content), in order, from anything that can be gone through.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice

NODE = b"\x01"
EMPTY = sha256().digest()
"""Root of no leaves."""

Range = tuple[int, int]
"""First leaf, and the one after the last: what one node of the tree covers."""


def root(leaves: Iterable[bytes]) -> bytes:
    """Root over the leaves, in one pass that remembers one hash for each level."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


class Tree:
    """A tree that grows: it remembers one hash for each level, and knows its root at any time."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []
        """Roots of the whole subtrees, from the largest."""

    def add(self, leaf: bytes) -> None:
        self.size = size = self.size + 1
        edge, top = self._edge, leaf
        while size % 2 == 0:
            top = _node(edge.pop(), top)
            size //= 2
        edge.append(top)

    @property
    def root(self) -> bytes:
        whole = self._edge[-1] if self._edge else EMPTY
        for left in self._edge[-2::-1]:
            whole = _node(left, whole)
        return whole


def inclusion(leaves: Iterable[bytes], indexes: Sequence[int], size: int) -> dict[int, tuple[bytes, ...]]:
    """For each leaf (counted from 0) the proof that it is in the tree of the first `size` leaves; in one pass.

    Raises ValueError when a leaf is not in that tree, or there are fewer leaves.
    """
    if any(not 0 <= index < size for index in indexes):
        raise ValueError(f"a tree of {size} leaves has no such leaf")
    paths = {index: tuple(_beside(index, (0, size))) for index in indexes}
    hashes = _hashes(leaves, size, {one for path in paths.values() for one in path})
    return {index: tuple(hashes[one] for one in path) for index, path in paths.items()}


def consistency(leaves: Iterable[bytes], old: int, size: int) -> tuple[bytes, ...]:
    """The proof that the tree of the first `old` leaves was only added to, up to `size`.

    Raises ValueError when there are fewer leaves, or none in the old tree.
    """
    if not 0 < old <= size:
        raise ValueError(f"a tree of {old} leaves cannot be the beginning of one of {size}")
    path = tuple(_between(old, (0, size), whole=True))
    hashes = _hashes(leaves, size, set(path))
    return tuple(hashes[one] for one in path)


def includes(top: bytes, leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the leaf stands at `index` in the tree of `size` leaves with the root `top`."""
    if not 0 <= index < size:
        return False
    first, last = index, size - 1
    found = leaf
    for step in path:
        if last == 0:
            return False
        if first % 2 or first == last:
            found = _node(step, found)
            while first and not first % 2:
                first, last = first // 2, last // 2
        else:
            found = _node(found, step)
        first, last = first // 2, last // 2
    return last == 0 and found == top


def extends(old_top: bytes, old: int, top: bytes, size: int, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the tree of `size` leaves begins with the tree of `old` leaves."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not path and old_top == top
    # An old tree that is one whole node of the new one is not repeated in the proof.
    steps = iter((old_top, *path) if old & (old - 1) == 0 else path)
    first, last = old - 1, size - 1
    while first % 2:
        first, last = first // 2, last // 2
    before = after = next(steps, b"")
    for step in steps:
        if last == 0:
            return False
        if first % 2 or first == last:
            before, after = _node(step, before), _node(step, after)
            while first and not first % 2:
                first, last = first // 2, last // 2
        else:
            after = _node(after, step)
        first, last = first // 2, last // 2
    return last == 0 and (before, after) == (old_top, top)


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(NODE + left + right).digest()


def _split(covered: Range) -> int:
    """Where a node parts: after the largest power of two that is less than what it covers."""
    start, end = covered
    return start + (1 << (end - start - 1).bit_length() - 1)


def _beside(index: int, covered: Range) -> Iterator[Range]:
    """The nodes beside the way from a leaf to the top, from below."""
    start, end = covered
    if end - start > 1:
        middle = _split(covered)
        within, beside = ((start, middle), (middle, end)) if index < middle else ((middle, end), (start, middle))
        yield from _beside(index, within)
        yield beside


def _between(old: int, covered: Range, *, whole: bool) -> Iterator[Range]:
    """SUBPROOF of RFC 6962, 2.1.2. `whole`: the node covers the old tree from its beginning."""
    start, end = covered
    if old == end:
        if not whole:
            yield covered
        return
    middle = _split(covered)
    if old <= middle:
        yield from _between(old, (start, middle), whole=whole)
        yield middle, end
    else:
        yield from _between(old, (middle, end), whole=False)
        yield start, middle


def _hashes(leaves: Iterable[bytes], size: int, wanted: set[Range]) -> dict[Range, bytes]:
    found: dict[Range, bytes] = {}
    _walk(iter(leaves), (0, size), wanted, found)
    return found


def _walk(leaves: Iterator[bytes], covered: Range, wanted: set[Range], found: dict[Range, bytes]) -> bytes:
    """Hash of a node, whose leaves come next; on the way those of the wanted nodes below it are kept."""
    start, end = covered
    if any(start <= first and last <= end and (first, last) != covered for first, last in wanted):
        middle = _split(covered)
        top = _node(_walk(leaves, (start, middle), wanted, found), _walk(leaves, (middle, end), wanted, found))
    else:
        tree = Tree()
        for leaf in islice(leaves, end - start):
            tree.add(leaf)
        if tree.size != end - start:
            raise ValueError(f"there are fewer than {end} leaves")
        top = tree.root
    if covered in wanted:
        found[covered] = top
    return top
