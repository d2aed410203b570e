"""What a file's bytes are known by: one sha256, of a large file taken over its blocks, so that cores share the work."""

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BLOCK = 4 << 20  # bytes; a file of at most one block has the sha256 that every other program gives it
PIECE = 1 << 20
THREADS = 4  # more only wait for the disk


class Digest:
    """Takes bytes in order, and knows at every moment the digest of what it was given."""

    def __init__(self) -> None:
        self._blocks = bytearray()  # the hashes of the full ones
        self._last = hashlib.sha256()
        self._length = 0  # of the last block

    def update(self, piece: bytes) -> None:
        view = memoryview(piece)
        while view:
            if self._length == BLOCK:
                self._blocks += self._last.digest()
                self._last, self._length = hashlib.sha256(), 0
            taken = view[: BLOCK - self._length]
            self._last.update(taken)
            self._length += len(taken)
            view = view[len(taken) :]

    def hexdigest(self) -> str:
        if not self._blocks:
            return self._last.hexdigest()
        return hashlib.sha256(self._blocks + self._last.digest()).hexdigest()


def digests_of(path: Path, *sizes: int) -> list[str]:
    """The digests of a file's first bytes, as many as each of `sizes`. Raises OSError, also where it is shorter."""
    with path.open("rb") as file:
        whole = _blocks(file.fileno(), max(sizes))
        return [_joined(_first(whole, file.fileno(), size, longest=max(sizes))) for size in sizes]


def _blocks(descriptor: int, size: int) -> list[bytes]:
    """The hash of each block."""
    spans = [(start, min(BLOCK, size - start)) for start in range(0, size, BLOCK)]
    if len(spans) < 2:  # a thread takes longer to start than most files take to read
        return [_hash(descriptor, *span) for span in spans]
    with ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as threads:
        return list(threads.map(lambda span: _hash(descriptor, *span), spans))


def _first(whole: list[bytes], descriptor: int, size: int, *, longest: int) -> list[bytes]:
    """The hashes of the blocks of the first `size` bytes: the last of them may end before the file's own does."""
    if size == longest:
        return whole
    start = max(0, size - 1) // BLOCK * BLOCK
    return [*whole[: start // BLOCK], _hash(descriptor, start, size - start)]


def _joined(blocks: Iterable[bytes]) -> str:
    held = list(blocks) or [hashlib.sha256().digest()]
    return held[0].hex() if len(held) == 1 else hashlib.sha256(b"".join(held)).hexdigest()


def _hash(descriptor: int, start: int, length: int) -> bytes:
    hashed = hashlib.sha256()
    while length:
        piece = os.pread(descriptor, min(PIECE, length), start)
        if not piece:
            raise OSError("is shorter than it was")
        hashed.update(piece)
        start, length = start + len(piece), length - len(piece)
    return hashed.digest()
