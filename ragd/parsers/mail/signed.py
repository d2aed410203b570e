"""What an S/MIME signature is wrapped around (RFC 5652): the signed content, found in the DER or BER bytes."""

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # the object identifier, as it is written
DATA = bytes.fromhex("06092a864886f70d010701")
NESTED = 8


def content_of_signed(sealed: bytes) -> bytes | None:
    """The content that was signed; None where the bytes hold something else, which is encrypted."""
    start = sealed[:64].find(SIGNED_DATA)
    if start < 0:
        return None
    content = sealed.find(DATA, start)
    if content < 0:
        return None
    pieces = b"".join(_octets(sealed, content + len(DATA), len(sealed), NESTED, first=True))
    return pieces or None


def _octets(sealed: bytes, position: int, end: int, depth: int, *, first: bool = False) -> list[bytes]:
    """The octet strings from a position on: in one piece, or (BER) in many; with `first` only of the first element."""
    found: list[bytes] = []
    while depth and position + 2 <= end:
        tag = sealed[position]
        length, body = _length(sealed, position + 1)
        if (tag, length) == (0, 0):  # the end of an element of open length
            break
        until = end if length is None else min(body + length, end)
        if tag == 0x04:
            found.append(sealed[body:until])
        elif tag in (0xA0, 0x24):
            found += _octets(sealed, body, until, depth - 1)
        else:
            break
        if first or length is None:
            break
        position = until
    return found


def _length(sealed: bytes, position: int) -> tuple[int | None, int]:
    """An element's length (None: open) and where its content begins."""
    first = sealed[position]
    if first < 0x80:
        return first, position + 1
    count = first & 0x7F
    if count == 0:
        return None, position + 1
    return int.from_bytes(sealed[position + 1 : position + 1 + count], "big"), position + 1 + count
