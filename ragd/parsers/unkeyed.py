"""A document without the private keys in it: each is masked letter by letter, and belongs to no passage."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ragd.keys import Key, are_most_of, keys_in, masked
from ragd.records import Aside, Document, Mark, Member, Outcome
from ragd.rules import SECRETS

WHAT = "private key"
SAYING = ("heading", "clause", "table", "beside")  # marks whose labels are words of the text


def unkeyed(
    member: Member, left_out: Callable[[str | None, str], Outcome], unique: Callable[[str], str]
) -> Iterator[Member | Outcome]:
    """The member without its keys, and each as a part that was left out; of one that is little but keys the latter."""
    document = member.document
    keys = keys_in(document.text)
    if not keys:
        yield member
    elif document.kind != "mail" and are_most_of(keys, document.text):
        yield left_out(member.part, SECRETS.format(WHAT))
    else:
        yield replace(member, document=_without(document, keys))
        for key in keys:
            name = WHAT + (_lines(document.text, key) if document.lined else "")
            yield left_out(unique(f"{member.part} > {name}" if member.part else name), SECRETS.format(WHAT))


def _without(document: Document, keys: Sequence[Key]) -> Document:
    return replace(
        document,
        text=masked(document.text, keys),
        marks=tuple(mark for mark in document.marks if not _is_of_key(mark, keys)),
        asides=tuple(_carved(document.asides, keys)),
    )


def _is_of_key(mark: Mark, keys: Sequence[Key]) -> bool:
    return mark.kind in SAYING and any(key.start <= mark.offset < key.end for key in keys)


def _carved(asides: Sequence[Aside], keys: Sequence[Key]) -> list[Aside]:
    """The asides and the keys in order, none within another: a quote with a key in it becomes two quotes."""
    pieces = [Aside(key.start, key.end, "secret") for key in keys]
    for aside in asides:
        at = aside.start
        for key in keys:
            if key.end > at and key.start < aside.end:
                pieces.append(Aside(at, max(at, key.start), aside.kind))
                at = key.end
        pieces.append(Aside(at, max(at, aside.end), aside.kind))
    return sorted((one for one in pieces if one.start < one.end), key=lambda one: one.start)


def _lines(text: str, key: Key) -> str:
    first = text.count("\n", 0, key.start) + 1
    last = first + text.count("\n", key.start, key.end)
    return f", line {first}" if first == last else f", lines {first}-{last}"
