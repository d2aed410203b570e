"""What in a query was probably meant otherwise: a filter that is spelt wrong, a quote that is not closed."""

import re
from difflib import get_close_matches

from ragd.search.query import EXAMPLES, QUOTES, TOKEN

NEAR = 0.7  # how alike a filter must be to be offered (difflib's ratio)
# What other programs call our filters.
ELSEWHERE = {
    **{"subject": "title", "sender": "from", "author": "from", "recipient": "to", "since": "after", "until": "before"},
    **{"cc": "to", "bcc": "to", "date": "after", "on": "after", "year": "after", "newer": "after", "older": "before"},
    **{"has": "type", "attachment": "type", "filename": "in", "thread": "title", "mailbox": "in", "category": "tag"},
    **{"folder": "in", "path": "in", "file": "in", "kind": "type", "filetype": "type", "ext": "type", "is": "label"},
}

_FILTER = re.compile(r"-?([a-z]{2,10}):[^\s/]\S*", re.IGNORECASE)
_OPENED = re.compile(r'(?:^|[\s:-])"[^"]*$')


def hints(text: str) -> list[str]:
    """One line for each thing in a query that looks like a slip; it is searched as it stands."""
    plain = text.translate(QUOTES)
    tokens = (token["plain"] for token in TOKEN.finditer(plain) if token["plain"])
    names = dict.fromkeys(found[1].lower() for token in tokens if (found := _FILTER.fullmatch(token)))
    told = [_hint(name, meant) for name in names if (meant := _meant(name))]
    if plain.count('"') % 2 and _OPENED.search(plain):
        told.append('a quote is opened and not closed: write "two words" to find them side by side')
    return told


def _meant(name: str) -> str | None:
    near = get_close_matches(name, EXAMPLES, n=1, cutoff=NEAR)
    return ELSEWHERE.get(name) or (near[0] if near else None)


def _hint(name: str, meant: str) -> str:
    there = " ".join(f"{one}:" for one in EXAMPLES)
    return f"{name}: is no filter and is searched as a word; do you mean {meant}:? There are {there}"
