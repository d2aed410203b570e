"""What the first bytes of a file give away: that it is no text, or that it holds a key."""

import os
import re

from ragd.sources.rules import BINARY, SECRETS

HEAD = 8_192  # bytes that tell text from binary
SMALL = 65_536  # bytes: no private key is larger, and a larger file is not searched for one

_KEY = re.compile(
    rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[ \t]*\r?\n(?:[A-Za-z-]+: .*\r?\n)*\s*[A-Za-z0-9+/=]{40}"
    rb"|^PuTTY-User-Key-File-\d|\bAGE-SECRET-KEY-1[A-Z0-9]{20}"
)
_VAULT = re.compile(rb"\$ANSIBLE_VAULT;|age-encryption\.org/v1\n")
_SIGNS = (b"PRIVATE KEY", b"PuTTY-User-Key-File-", b"AGE-SECRET-KEY-1", b"$ANSIBLE_VAULT;", b"age-encryption.org/v1")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # UTF-8, UTF-16 and UTF-32 begin so
_TEXT = bytes({7, 8, 9, 10, 11, 12, 13, 27} | set(range(0x20, 0x100)))
_MAGIC = (b"%PDF-", b"%!PS", b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\x89PNG", b"GIF8", b"\xff\xd8\xff")
CACHE_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55"  # bford.info/cachedir


def content_rule(path: str, size: int, *, known: bool) -> str | None:
    """The rule that leaves a file out for what is in it; `known`: a parser knows its name, so it may be binary.

    Raises OSError where it cannot be read.
    """
    if known and size > SMALL:
        return None
    data = first_bytes(path, SMALL if size <= SMALL else HEAD)
    if size <= SMALL and (rule := _secret(data)):
        return rule
    return None if known or is_text(data[:HEAD]) else BINARY


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


def _secret(data: bytes) -> str | None:
    if not any(sign in data for sign in _SIGNS):
        return None
    if _KEY.search(data):
        return SECRETS.format("private key")
    return SECRETS.format("vault") if _VAULT.match(data) else None
