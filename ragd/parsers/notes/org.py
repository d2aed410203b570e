"""Org: the text untouched, its headings as marks, the facts, tags and links that Emacs would see in it."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from ragd.parsers import dates
from ragd.parsers.notes.diary import days_of
from ragd.parsers.reading import fact
from ragd.parsers.source import Source
from ragd.parsers.texts.text import lined_text
from ragd.records import Document, Mark, Member

HEADING = re.compile(r"^(\*+)[ \t]+(?:([A-Z][A-Z_-]{2,20})[ \t]+)?(?:\[#[A-Za-z0-9]\][ \t]+)?(.*)$", re.MULTILINE)
KEYWORD = re.compile(r"^[ \t]*#\+(\w+):(.*)$", re.MULTILINE)
PROPERTY = re.compile(r"^[ \t]*:([\w-]+):[ \t](.*)$", re.MULTILINE)
STATES = re.compile(r"\b[A-Z][A-Z_-]+\b")
DEFAULT_STATES = frozenset(("TODO", "DONE", "NEXT", "WAITING", "HOLD", "CANCELLED", "CANCELED", "PROJ", "STARTED", "LATER", "NOW", "DOING", "SOMEDAY"))  # fmt: skip  # noqa: E501
STAMP = re.compile(r"[<\[](\d{4}-\d\d-\d\d)(?: \w+\.?)?(?: (\d\d?:\d\d))?[^<>\[\]\n]*[>\]]")
TAGS = re.compile(r":[\w@#%:]+:")
LINK = re.compile(r"\[\[([^\[\]\n]+)\](?:\[([^\[\]\n]*)\])?\]")
SHOWN = re.compile(r"\[\[(?:[^\]\n]+\]\[)?([^\]\n]*)\]\]|([*/_=~+])(\S(?:[^\n]*?\S)?)\2(?=\W|$)")
TO_A_FILE = ("file:", "./", "../", "/", "~/", "attachment:", "id:", "denote:", "roam:")
LONGEST = 1000  # characters of a heading that are looked at
MOST = 1000  # tags or links of one file that are kept


def parse(source: Source) -> Iterator[Member]:
    text = lined_text(source)
    keywords = _first_stated(KEYWORD, text)
    states = DEFAULT_STATES | {
        state
        for name, value in KEYWORD.findall(text)
        if name.lower() in ("todo", "seq_todo", "typ_todo")
        for state in STATES.findall(value)
    }
    headings = [(found, *_parted(found[3])) for found in HEADING.finditer(text)]
    labels = ((found, _label(found[2], words, states)) for found, words, _ in headings)
    marks = tuple(Mark(found.start(), "heading", label, len(found[1])) for found, label in labels if label)
    start = headings[0][0].start() if headings else len(text)
    properties = _first_stated(PROPERTY, text[:start])
    tags = (
        tag
        for value in (keywords.get("filetags", ""), *(tags for _, _, tags in headings))
        for tag in re.split(r"[:\s]+", value)
    )
    yield Member(
        source.part,
        Document(
            id=source.identity(source.kind),
            text=text,
            kind="note",
            family=source.family,
            marks=tuple(sorted((*days_of(marks), *marks), key=lambda mark: mark.offset)),
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


def _first_stated(pattern: re.Pattern[str], text: str) -> dict[str, str]:
    """Facts by their names in lower case; of a name that is stated twice the first."""
    stated = ((name.lower(), value.strip()) for name, value in reversed(pattern.findall(text)))
    return {name: value for name, value in stated if value}


def _parted(heading: str) -> tuple[str, str]:
    """The words of a heading, and the tags at its end."""
    words = heading.rsplit(maxsplit=1)
    return (words[0], words[1]) if len(words) == 2 and TAGS.fullmatch(words[1]) else (heading.strip(), "")


def _label(state: str | None, words: str, states: frozenset[str]) -> str | None:
    """The heading without its state and priority; a first word in capitals may be no state."""
    return fact(_plain(words if not state or state in states else f"{state} {words}")) or fact(state)


def _plain(words: str) -> str:
    return SHOWN.sub(lambda found: found[1] if found[1] is not None else found[3], words[:LONGEST])


def _date(stated: str) -> str | None:
    found = STAMP.search(stated[:LONGEST])
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
