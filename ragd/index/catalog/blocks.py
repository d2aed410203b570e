"""A document's text, kept once and compressed, in blocks that can be read one by one."""

import zlib
from collections.abc import Iterable, Iterator

BLOCK = 65_536  # code points: a slice of a long document decompresses one or two of these


def packed(text: str) -> Iterator[tuple[int, bytes]]:
    """The text's blocks, numbered."""
    for number, start in enumerate(range(0, len(text), BLOCK)):
        yield number, zlib.compress(text[start : start + BLOCK].encode(), 6)


def numbers(start: int, end: int) -> tuple[int, int]:
    """First and last block of a span."""
    return start // BLOCK, max(start, end - 1) // BLOCK


def unpacked(blocks: Iterable[tuple[int, bytes]], start: int, end: int) -> str:
    """The span, of the blocks that hold it, in order."""
    rows = list(blocks)
    if not rows:
        return ""
    first = rows[0][0] * BLOCK
    text = "".join(zlib.decompress(data).decode() for _, data in rows)
    return text[start - first : end - first]
