"""Which stretches of a text are cut by themselves: a writer's own words, each quote with who is quoted, what ends it.

Every stretch depends on its document alone, so that passages are the same in whatever order messages come; which quotes
are shown is the catalog's to say.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ragd.records import AsideKind, Document, Role

ENDS: dict[AsideKind, tuple[Role, bool]] = {  # what they are as passages, and whether they are quoted
    "signature": ("signature", False),
    "quoted signature": ("signature", True),
    "closing": ("foot", False),
    "footer": ("foot", False),
}


class Region(NamedTuple):
    """A stretch of a document's text; `quoted`: the words of somebody else's message."""

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
    return [*own, *_quotes(document), *_ends(document)]


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
