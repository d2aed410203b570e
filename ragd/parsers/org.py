"""Org: the text untouched, its headings as marks, the facts, tags and links that Emacs would see in it."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from ragd.parsers import dates
from ragd.parsers.reading import fact
from ragd.parsers.source import Source
from ragd.parsers.text import lined_text
from ragd.records import Document, Mark, Member

HEADING = re.compile(r"^(\*+)[ \t]+(?:([A-Z][A-Z_-]{2,20})[ \t]+)?(?:\[#[A-Za-z0-9]\][ \t]+)?(.*?)(?:[ \t]+(:[\w@#%:]+:))?[ \t]*$", re.MULTILINE)  # fmt: skip  # noqa: E501
KEYWORD = re.compile(r"^[ \t]*#\+(\w+):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
PROPERTY = re.compile(r"^[ \t]*:([\w-]+):[ \t]+(.*?)[ \t]*$", re.MULTILINE)
STATES = re.compile(r"\b[A-Z][A-Z_-]+\b")
DEFAULT_STATES = frozenset(("TODO", "DONE", "NEXT", "WAITING", "HOLD", "CANCELLED", "CANCELED", "PROJ", "STARTED", "LATER", "NOW", "DOING", "SOMEDAY"))  # fmt: skip  # noqa: E501
STAMP = re.compile(r"[<\[](\d{4}-\d\d-\d\d)(?: \w+\.?)?(?: (\d\d?:\d\d))?[^>\]\n]*[>\]]")
LINK = re.compile(r"\[\[([^\]\n]+)\](?:\[([^\]\n]*)\])?\]")
SHOWN = re.compile(r"\[\[(?:[^\]\n]+\]\[)?([^\]\n]*)\]\]|([*/_=~+])(\S(?:[^\n]*?\S)?)\2(?=\W|$)")
TO_A_FILE = ("file:", "./", "../", "/", "~/", "attachment:", "id:", "denote:", "roam:")
MOST = 1000  # tags or links of one file that are kept


def parse(source: Source) -> Iterator[Member]:
    text = lined_text(source)
    keywords = {name.lower(): value for name, value in reversed(KEYWORD.findall(text)) if value}
    states = DEFAULT_STATES | {
        state
        for name, value in KEYWORD.findall(text)
        if name.lower() in ("todo", "seq_todo", "typ_todo")
        for state in STATES.findall(value)
    }
    headings = [(found, _label(found, states)) for found in HEADING.finditer(text)]
    marks = tuple(Mark(found.start(), "heading", label, len(found[1])) for found, label in headings if label)
    start = headings[0][0].start() if headings else len(text)
    properties = {name.lower(): value for name, value in reversed(PROPERTY.findall(text[:start])) if value}
    tags = (
        tag
        for value in (keywords.get("filetags", ""), *(found[4] or "" for found, _ in headings))
        for tag in re.split(r"[:\s]+", value)
    )
    yield Member(
        source.part,
        Document(
            id=source.identity(source.kind),
            text=text,
            kind="note",
            family=source.family,
            marks=marks,
            title=fact(_plain(keywords.get("title", "")))
            or next((mark.label for mark in marks if mark.level == 1), None),
            author=fact(keywords.get("author")),
            date=_date(keywords.get("date", "")) or _date(properties.get("created", "")),
            tags=tuple(dict.fromkeys(filter(None, tags)))[:MOST],
            links=tuple(dict.fromkeys(filter(None, map(_target, LINK.findall(text)))))[:MOST],
            aliases=tuple(_aliases(properties.get("roam_aliases", ""))),
            language=fact(keywords.get("language")),
            lined=True,
        ),
    )


def _label(found: re.Match[str], states: frozenset[str]) -> str | None:
    """The heading without its state, priority and tags; a first word in capitals may be no state."""
    words = found[3] if not found[2] or found[2] in states else f"{found[2]} {found[3]}"
    return fact(_plain(words)) or fact(found[2])


def _plain(words: str) -> str:
    return SHOWN.sub(lambda found: found[1] if found[1] is not None else found[3], words)


def _date(stated: str) -> str | None:
    found = STAMP.search(stated)
    if found:
        return dates.iso(f"{found[1]}T{found[2].zfill(5)}" if found[2] else found[1])
    return dates.iso(stated)


def _target(link: tuple[str, str]) -> str:
    """The file that a link names; of an id, which says nothing, the words that are shown."""
    address, shown = link
    if address.startswith("id:"):
        return fact(shown) or ""
    if not address.startswith(TO_A_FILE):
        return ""
    return unquote(re.sub(r"^(?:file|attachment|denote|roam):", "", address).partition("::")[0])


def _aliases(stated: str) -> Iterator[str]:
    """`"an alias" another`."""
    for quoted, bare in re.findall(r'"([^"]+)"|(\S+)', stated):
        alias = fact(quoted or bare)
        if alias:
            yield alias
