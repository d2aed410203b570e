"""The objects in an IWA file, in which Pages, Numbers and Keynote keep what was written: Snappy, then Protocol Buffers.

No kept library reads Pages, and numbers-parser brings ten others for Numbers; of what Apple wrote down nowhere only
this much is needed. https://github.com/obriensp/iWorkFileFormat tells of the layout.
"""

from collections.abc import Iterator

from ragd.parsers.source import Unreadable

DAMAGED = "damaged iWork document"
LONGEST = 1 << 16  # bytes that a chunk unpacks to
Fields = list[tuple[int, int | bytes]]


def objects(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The number, the type and the message of every object. Raises Unreadable where the file is damaged."""
    try:
        yield from _objects(b"".join(_chunks(data)))
    except (IndexError, ValueError) as error:
        raise Unreadable(DAMAGED) from error


def fields(message: bytes) -> Fields:
    """The fields of a message in its order: numbers as numbers, all else as bytes. Raises IndexError or ValueError."""
    found: Fields = []
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        kind = key & 7
        if kind == 0:
            value, at = _number(message, at)
            found.append((key >> 3, value))
            continue
        if kind == 2:
            length, at = _number(message, at)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"a field of kind {kind}")
        if at + length > len(message):
            raise ValueError("a field that is longer than its message")
        found.append((key >> 3, message[at : at + length]))
        at += length
    return found


def _objects(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at < len(stream):
        length, at = _number(stream, at)
        head = fields(stream[at : at + length])
        told = [value for name, value in head if name == 2 and isinstance(value, bytes)]
        number = next((value for name, value in head if name == 1 and isinstance(value, int)), 0)
        at += length
        for info in map(dict, map(fields, told)):
            kind, size = info.get(1), info.get(3)
            if not isinstance(kind, int) or not isinstance(size, int):
                raise ValueError("an object without type or length")
            yield number, kind, stream[at : at + size]
            at += size


def _chunks(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at + 1 : at + 4], "little")
        if data[at] != 0 or not length:
            raise ValueError("no chunk of Snappy")
        yield _unpacked(data[at + 4 : at + 4 + length])
        at += 4 + length


def _unpacked(packed: bytes) -> bytes:
    """Snappy's block format: literals, and copies of what stands before. (google/snappy, format_description.txt.)"""
    size, at = _number(packed, 0)
    if size > LONGEST:
        raise ValueError("a chunk that is too long")
    out = bytearray()
    while at < len(packed):
        tag, at = packed[at], at + 1
        if not tag & 3:
            length, at = _literal(packed, at, tag >> 2)
            out += packed[at : at + length]
            at += length
        else:
            length, back, at = _copy(packed, at, tag)
            if not 0 < back <= len(out):
                raise ValueError("a copy of nothing")
            start = len(out) - back
            for step in range(length):  # it may copy what it is writing
                out.append(out[start + step])
        if len(out) > size:
            raise ValueError("a chunk that is longer than it says")
    return bytes(out)


def _literal(packed: bytes, at: int, length: int) -> tuple[int, int]:
    if length < 60:
        return length + 1, at
    count = length - 59
    return int.from_bytes(packed[at : at + count], "little") + 1, at + count


def _copy(packed: bytes, at: int, tag: int) -> tuple[int, int, int]:
    """How many bytes, from how far back, and where the next tag stands."""
    if tag & 3 == 1:
        return (tag >> 2 & 7) + 4, tag >> 5 << 8 | packed[at], at + 1
    count = 2 if tag & 3 == 2 else 4
    return (tag >> 2) + 1, int.from_bytes(packed[at : at + count], "little"), at + count


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the low ones first, and where it ends."""
    value = shift = 0
    while True:
        byte, at = data[at], at + 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
        if shift > 63:
            raise ValueError("a number without an end")
