"""Which of several formats a file is whose name leaves that open: a table of signs in its first kilobytes.

A sign is a family of the table, the suffixes under which it is looked for ("": a suffix that says nothing) and a
pattern of the first HEAD bytes. Signs are cheap and may err: a parser that finds something else in the file raises
`AnotherFormat`, and the file is read as what its name says.
"""

import re
from functools import lru_cache
from typing import NamedTuple

HEAD = 8192  # bytes that are looked at


class Sign(NamedTuple):
    """One way in which a format shows itself."""

    family: str
    suffixes: str  # separated by blanks; "*" stands for a name that says nothing
    pattern: re.Pattern[bytes]


def _sign(family: str, suffixes: str, pattern: str) -> Sign:
    return Sign(family, suffixes, re.compile(pattern.encode(), re.DOTALL | re.VERBOSE | re.IGNORECASE))


SIGNS: tuple[Sign, ...] = ()


def recognised(suffix: str, head: bytes, *, unknown: bool) -> str | None:
    """The family that the first bytes show; None where they show nothing, and the name decides."""
    signs = (*_signs().get(suffix, ()), *(_signs().get("*", ()) if unknown else ()))
    return next((sign.family for sign in signs if sign.pattern.search(head, 0, HEAD)), None)


def families_of(suffix: str, *, unknown: bool) -> tuple[str, ...]:
    """The families that a file with this suffix may turn out to be."""
    signs = (*_signs().get(suffix, ()), *(_signs().get("*", ()) if unknown else ()))
    return tuple(sorted({sign.family for sign in signs}))


@lru_cache(maxsize=1)
def _signs() -> dict[str, tuple[Sign, ...]]:
    found: dict[str, tuple[Sign, ...]] = {}
    for sign in SIGNS:
        for suffix in sign.suffixes.split():
            found[suffix] = (*found.get(suffix, ()), sign)
    return found
