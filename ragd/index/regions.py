"""Which stretches of a text are cut by themselves: a writer's own words, each quote with who is quoted, what ends it.

A short answer goes with the question above it: "Yes, at three" alone answers nothing. Every stretch depends on its
document alone, so that passages are the same in whatever order messages come; which quotes are shown is the catalog's
to say.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ragd.records import AsideKind, Document, Role

ENDS: dict[AsideKind, tuple[Role, bool]] = {  # what they are as passages, and whether they are quoted
    "signature": ("signature", False),
    "quoted signature": ("signature", True),
    "closing": ("foot", False),
    "footer": ("foot", False),
}
BRIEF = {True: 25, False: 8}  # words from which on an answer is understood without the question, or the remark
QUESTION = (3, 300)  # lines and code points that a quote may have to be shown with its answer
WORD = re.compile(r"[^\W_]+")
SAID = re.compile(r"^[>|\s]*[^>|\s]", re.MULTILINE)  # where a line says more than that it is quoted


class Region(NamedTuple):
    """A stretch of a document's text; `quoted`: all of it is the words of somebody else's message."""

    start: int
    end: int
    quoted: bool
    role: Role = "body"


def regions(document: Document) -> list[Region]:
    """The stretches in the order of their passages. A mail without words of its own has an empty one at its start."""
    if not document.asides:
        whole = Region(0, len(document.text), quoted=False)
        return [whole] if document.text.strip() or not _is_mail(document) else [Region(0, 0, quoted=False)]
    own = [one for one in _between(document) if document.text[one.start : one.end].strip()]
    if not own and _is_mail(document):
        own = [Region(0, 0, quoted=False)]  # by its subject and its sender it is found all the same
    quotes = list(_quotes(document))
    answered = {one.end: one for one in quotes if _is_question(document, one)}
    above = {
        one: answered[one.start]
        for one in own
        if one.start in answered and _is_brief(document, one, answered[one.start])
    }
    own = [one._replace(start=above[one].start) if one in above else one for one in own]
    taken = set(above.values())
    return [*own, *(one for one in quotes if one not in taken), *_ends(document)]


def _is_brief(document: Document, own: Region, above: Region) -> bool:
    asked = "?" in document.text[above.start : above.end] or "？" in document.text[above.start : above.end]
    return 0 < len(WORD.findall(document.text[own.start : own.end])) < BRIEF[asked]


def _is_question(document: Document, quote: Region) -> bool:
    lines, length = QUESTION
    names = (one for one in document.asides if one.kind == "attribution" and quote.start <= one.start < quote.end)
    text = document.text[max((one.end for one in names), default=quote.start) : quote.end]
    return len(text) <= length and 0 < len(SAID.findall(text)) <= lines


def _is_mail(document: Document) -> bool:
    return document.kind == "mail" and bool(document.title or document.author)


def _between(document: Document) -> Iterator[Region]:
    at = 0
    for aside in document.asides:
        yield Region(at, aside.start, quoted=False)
        at = aside.end
    yield Region(at, len(document.text), quoted=False)


def _ends(document: Document) -> Iterator[Region]:
    """Signatures and feet, each by itself: the same below many mails, it is the same passage in all of them."""
    for aside in document.asides:
        if aside.kind in ENDS and any(map(str.isalnum, document.text[aside.start : aside.end])):
            role, quoted = ENDS[aside.kind]
            yield Region(aside.start, aside.end, quoted, role)


def _quotes(document: Document) -> Iterator[Region]:
    start = end = -1  # of the attribution above, where one ends just here
    for aside in document.asides:
        follows = end >= 0 and not document.text[end : aside.start].strip()
        if aside.kind == "attribution":
            start, end = (start if follows else aside.start), aside.end
            continue
        if aside.kind == "quote":
            yield Region(start if follows else aside.start, aside.end, quoted=True)
        start = end = -1
