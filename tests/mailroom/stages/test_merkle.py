"""Trees of hashes are those of RFC 6962, and their proofs prove that and nothing else."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.stages.merkle import consistency, extends, includes, inclusion, root

# The eight entries of the test data that come with Certificate Transparency's reference implementation.
ENTRIES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
KNOWN = [sha256(b"\0" + bytes.fromhex(one)).digest() for one in ENTRIES]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
SIZES = st.integers(1, 70)


def leaves(count: int) -> list[bytes]:
    return [sha256(b"\0%d" % n).digest() for n in range(count)]


def plain(tree: list[bytes]) -> bytes:
    """Word for word as RFC 6962 defines it."""
    if len(tree) == 1:
        return tree[0]
    split = 1
    while split * 2 < len(tree):
        split *= 2
    return sha256(b"\x01" + plain(tree[:split]) + plain(tree[split:])).digest()


@pytest.mark.parametrize("size", ROOTS)
def test_known_roots(size: int) -> None:
    """Of entries that other implementations of the RFC are tested with."""
    assert root(KNOWN[:size]).hex() == ROOTS[size]


@given(SIZES)
def test_the_root_is_that_of_the_definition(size: int) -> None:
    """Of any number of leaves, although they are gone through once."""
    assert root(iter(leaves(size))) == plain(leaves(size))


@given(SIZES, st.data())
def test_a_leaf_is_proven_by_its_path_alone(size: int, data: st.DataObject) -> None:
    """Not at another place, not in another tree, not by a path that was changed, shortened or extended."""
    tree, index = leaves(size), data.draw(st.integers(0, size - 1))
    [(_, path)] = inclusion(iter(tree), [index], size).items()
    top = root(tree)
    assert includes(top, tree[index], index, size, path)
    assert not any(includes(top, tree[index], other, size, path) for other in range(-1, size + 1) if other != index)
    assert not includes(top, sha256(b"other").digest(), index, size, path)
    assert not includes(top, tree[index], index, size, [*path, bytes(32)])
    for n, step in enumerate(path):
        wrong = bytes([step[0] ^ 1]) + step[1:]
        assert not includes(top, tree[index], index, size, [*path[:n], wrong, *path[n + 1 :]])
    assert not path or not includes(top, tree[index], index, size, path[:-1])


@given(SIZES, st.data())
def test_many_leaves_are_proven_in_one_pass(size: int, data: st.DataObject) -> None:
    """Each as it would be alone, also when more leaves follow than the tree has."""
    indexes = data.draw(st.lists(st.integers(0, size - 1), unique=True))
    found = inclusion(iter(leaves(size + 3)), indexes, size)
    assert found == {index: inclusion(leaves(size), [index], size)[index] for index in indexes}


@given(SIZES, st.data())
def test_an_older_tree_is_proven_to_be_the_beginning(size: int, data: st.DataObject) -> None:
    """And a tree with another past is not."""
    old = data.draw(st.integers(1, size))
    tree = leaves(size)
    path = consistency(iter(tree), old, size)
    before, top = root(tree[:old]), root(tree)
    assert extends(before, old, top, size, path)
    assert not extends(bytes(32), old, top, size, path)
    assert not extends(before, old, bytes(32), size, path)
    assert not extends(before, old, top, size, [*path, bytes(32)])
    for n, step in enumerate(path):
        wrong = bytes([step[0] ^ 1]) + step[1:]
        assert not extends(before, old, top, size, [*path[:n], wrong, *path[n + 1 :]])


def test_what_no_tree_has_is_refused() -> None:
    """A leaf after the last, an older tree that is larger or empty, and leaves that are missing."""
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion(leaves(3), [3], 3)
    with pytest.raises(ValueError, match="cannot be the beginning"):
        consistency(leaves(3), 4, 3)
    with pytest.raises(ValueError, match="cannot be the beginning"):
        consistency(leaves(3), 0, 3)
    with pytest.raises(ValueError, match="fewer than"):
        inclusion(leaves(3), [0], 5)
    assert not includes(bytes(32), bytes(32), 3, 3, [])
    assert not extends(bytes(32), 0, bytes(32), 3, [])
