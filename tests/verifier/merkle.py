"""The RFC 6962 Merkle tree over the entries' hashes."""

from hashlib import sha256


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def perfect_subtrees(size: int) -> list[tuple[int, int]]:
    """The (level, index) of the perfect subtrees that a tree of `size` leaves falls into, largest first."""
    subtrees, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            subtrees.append((level, start >> level))
            start += 1 << level
    return subtrees


class Tree:
    """A growing tree, of which the leaves before `first` are known by the roots of their perfect subtrees only."""

    def __init__(self, first: int = 0, frontier: list[bytes] = ()):
        subtrees = perfect_subtrees(first)
        if len(subtrees) != len(frontier):
            raise ValueError(f"{len(subtrees)} roots for {first} entries, not {len(frontier)}")
        self.first = first
        self.size = first
        self._nodes = dict(zip(subtrees, frontier))

    def append(self, leaf: bytes):
        level, index, node = 0, self.size, leaf
        self._nodes[level, index] = node
        while index & 1:
            node = node_hash(self._nodes[level, index - 1], node)
            level, index = level + 1, index >> 1
            self._nodes[level, index] = node
        self.size += 1

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves; `first` <= `size` <= `self.size`."""
        subtrees = self.frontier(size)
        if not subtrees:
            return sha256().digest()
        root = subtrees.pop()
        while subtrees:
            root = node_hash(subtrees.pop(), root)
        return root

    def frontier(self, size: int) -> list[bytes]:
        return [self._nodes[subtree] for subtree in perfect_subtrees(size)]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """The root that an inclusion proof (RFC 9162, 2.1.3.2) leads to; None where its length is wrong."""
    if not 0 <= index < size:
        return None
    last, node = size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if index & 1 or index == last:
            node = node_hash(sibling, node)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return node if last == 0 else None
