r"""Where private keys stand in a text, whatever stands around them: a note, a chat, a quoted mail, a JSON string."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

LONGEST = 20_000  # code points between the first and the last line of a key
FEW = 200  # letters and signs, some forty words: a text that says less beside a key is the key's

_SIGNS = ("PRIVATE KEY", "Static key V1", "AGE-SECRET-KEY-1", "PuTTY-User-Key-File-", "PrivateKey")
_NAME = r"(?:[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1) ?-{4,5}"
_BEGIN = re.compile(rf"-{{4,5}} ?BEGIN {_NAME}")
_END = re.compile(rf"-{{4,5}} ?END {_NAME}")
_APART = r"(?:[\s>|\"',]|\\[nr])*+"  # what stands between the lines of a key, in JSON too, where they end in "\n"
# Key material right below, or below headers ("Proc-Type: 4,ENCRYPTED"): without it the words only speak of a key.
_ABOVE = rf"{_APART}(?:[A-Za-z-]+: (?:[^\n\\]|\\(?![nr]))*+{_APART})*+"
_MATERIAL = re.compile(rf"{_ABOVE}[A-Za-z0-9+/=]{{40}}")
# Of a key that is cut off: its full lines, and a last one that is no word.
_LINES = re.compile(
    rf"(?:{_APART}[A-Za-z0-9+/=]{{40,}}+)++(?:[ \t]*\n[\s>|]*+(?=[A-Za-z]*[0-9+/=])[A-Za-z0-9+/]+={{0,2}}(?=\s|$))?"
)
_HEADERS = re.compile(_ABOVE)
_PUTTY = re.compile(r"PuTTY-User-Key-File-\d")
_PUTTY_END = re.compile(r"Private-(?:MAC|Hash): \w+|\n[ \t>]*\n|\Z")
_AGE = re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{20,}")
_INTERFACE = re.compile(r"\[(?:Interface|WireGuard)\]", re.IGNORECASE)
_WIREGUARD = re.compile(r"\bPrivateKey[ \t]*=[ \t]*(?P<secret>[A-Za-z0-9+/]{43}=)", re.IGNORECASE)
# What says nothing of its own: comments, certificates and other lines that only programs read.
_UNSAID = re.compile(r"^[ \t]*(?:#.*|-{4,5}.*|[A-Za-z0-9+/=]{40,}[ \t]*)$", re.MULTILINE)


class Key(NamedTuple):
    """A key in a text: all of it, and the part between its first and last line that nobody may see."""

    start: int  # code points
    end: int
    first: int
    last: int


def keys_in(text: str) -> list[Key]:
    """The keys in order, none within another."""
    if not any(sign in text for sign in _SIGNS):
        return []
    found = [*_blocks(text), *_of_putty(text)]
    found += [Key(*one.span(), *one.span()) for one in _AGE.finditer(text)]
    if _INTERFACE.search(text):
        found += [Key(*one.span("secret"), *one.span("secret")) for one in _WIREGUARD.finditer(text)]
    kept: list[Key] = []
    for key in sorted(found):
        if not kept or key.start >= kept[-1].end:
            kept.append(key)
    return kept


def are_most_of(keys: Sequence[Key], text: str) -> bool:
    """Whether a text says little but keys; of data (JSON), whether keys are the greater part of it."""
    outside, at = [], 0
    for key in keys:
        outside.append(text[at : key.start])
        at = key.end
    outside.append(text[at:])
    said = sum(len("".join(_UNSAID.sub("", one).split())) for one in outside)
    of_keys = sum(len("".join(text[key.start : key.end].split())) for key in keys)
    return of_keys > said and (said < FEW or text.lstrip().startswith(("{", "[")))


def masked(text: str, keys: Sequence[Key]) -> str:
    """The text with a star for each letter of the keys: it is as long as before, and so are its lines."""
    pieces, at = [], 0
    for key in keys:
        pieces += [text[at : key.first], re.sub(r"\S", "*", text[key.first : key.last])]
        at = key.last
    return "".join([*pieces, text[at:]])


def _blocks(text: str) -> Iterator[Key]:
    for begin, limit in _each(_BEGIN, text):
        material = _MATERIAL.match(text, begin.end(), limit)
        if not material:
            continue
        end = _END.search(text, material.end(), limit)
        if end:
            yield Key(begin.start(), end.end(), begin.end(), end.start())
            continue
        headers = _HEADERS.match(text, begin.end())
        lines = _LINES.match(text, headers.end() if headers else begin.end())
        last = lines.end() if lines else material.end()
        yield Key(begin.start(), last, begin.end(), last)


def _of_putty(text: str) -> Iterator[Key]:
    for begin, limit in _each(_PUTTY, text):
        end = _PUTTY_END.search(text, begin.end(), limit)
        last = end.end() if end else limit
        yield Key(begin.start(), last, begin.end(), last)


def _each(sign: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Where a sign stands, and how far what it begins may reach: to the next at most, so that all costs one look."""
    found = [*sign.finditer(text)]
    for one, after in zip_longest(found, found[1:]):
        yield one, min(one.end() + LONGEST, after.start() if after else len(text))
