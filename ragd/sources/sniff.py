"""What the first bytes of a file give away: that it is no text, or that it holds a key."""

# ruff: noqa: PTH119, PTH122 (a path is a string here, as in walk)

import os
from collections.abc import Callable, Set

from ragd import rules
from ragd.vaults import HEAD as SMALL
from ragd.vaults import secret_in

HEAD = 8_192  # bytes that tell text from binary

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # UTF-8, UTF-16 and UTF-32 begin so
_TEXT = bytes({7, 8, 9, 10, 11, 12, 13, 27} | set(range(0x20, 0x100)))
_MAGIC = (b"%PDF-", b"%!PS", b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\x89PNG", b"GIF8", b"\xff\xd8\xff")
_DOCUMENTS = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # PDF, new and old office files
_KEEP = (b'"isTrashed"', b'"isPinned"', b'"isArchived"')
CACHE_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55"  # bford.info/cachedir


def content_rule(path: str, size: int, *, known: bool) -> str | None:
    """The rule that leaves a file out for what is in it; `known`: a parser knows its name, so it may be binary.

    Raises OSError where it cannot be read.
    """
    if known and size > SMALL and rules.content_rule(path):
        return None  # a picture, a recording: not text, and there are many
    data = first_bytes(path, SMALL)
    if rule := secret_in(data, whole=size <= SMALL):
        return rule
    if not known and not os.path.splitext(path)[1] and data.startswith(_DOCUMENTS):
        return None
    return None if known or is_text(data[:HEAD]) else rules.BINARY


def twin_rule(path: str, beside: Callable[[], Set[str]]) -> str | None:
    """The rule for a page that Google Keep wrote beside the JSON of the same note, which says more of it.

    Raises OSError where the JSON cannot be read.
    """
    stem, suffix = os.path.splitext(path)
    twin = f"{os.path.basename(stem)}.json"
    if suffix != ".html" or twin not in beside():
        return None
    head = first_bytes(f"{stem}.json", HEAD)
    return rules.TWIN.format(twin) if all(sign in head for sign in _KEEP) else None


def is_text(head: bytes) -> bool:
    """Whether these first bytes are text in any usual encoding: no NUL without a byte-order mark, few controls."""
    if head.startswith(_MARKS) or not head:
        return True
    if b"\0" in head or head.startswith(_MAGIC):
        return False
    return len(head.translate(None, _TEXT)) <= len(head) // 50


def first_bytes(path: str, count: int) -> bytes:
    """At most `count` bytes from the start; never waits, even if the file has become a pipe meanwhile."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(handle, count)
    finally:
        os.close(handle)
