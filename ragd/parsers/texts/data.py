"""JSON and XML files: the text untouched, what their makers named as places."""

import re
from collections.abc import Iterator

from ragd.parsers import dates
from ragd.parsers.decode import decode, is_binary, unix_lines
from ragd.parsers.reading import fact
from ragd.parsers.source import NothingInIt, Source, Unreadable
from ragd.parsers.texts.text import lined_member, lined_text
from ragd.parsers.web.html import stated_charset
from ragd.records import Mark, Member

# Of JSON: a string with what follows it, or a bracket. Strings are passed over whole, so no bracket in one counts.
JSON = re.compile(r'"((?:[^"\\\n]|\\.)*+)"?+(\s*:\s*[\[{])?|([\[{])|([\]}])')
DEEPEST = 3  # of the keys that are places
MOST = 5_000  # places in a file
LONGEST_NAME = 80
LARGE = 20_000_000  # characters: no places are looked for in more
ELEMENT = re.compile(
    r"<(/?)([\w:.-]+)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>"
    r"|<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<[?!][^>]*>",
    re.DOTALL,
)
TITLE = re.compile(r"\s{0,300}+(?:<!\[CDATA\[)?([^<]{1,300}?)(?:\]\]>)?\s{0,300}+</")
TITLES = frozenset(("title", "head", "dc:title", "booktitle", "article-title", "heading"))
XML_DATES = re.compile(r"<(?:dc:date|dcterms:created|pubDate|published|updated)\b[^>]*>([^<]{4,40})<")
XML_AUTHOR = re.compile(r"<(?:dc:creator|author)\b[^>]*>\s*(?:<name>)?([^<]{2,100})<")


def json(source: Source) -> Iterator[Member]:
    """Keys that hold more than one value are headings; a file of a record a line has lines and needs none."""
    text = lined_text(source)
    marks = tuple(_keys(text)) if len(text) <= LARGE and source.name.rpartition(".")[2] in ("json", "jsonc") else ()
    yield lined_member(source, text, marks)


def xml(source: Source) -> Iterator[Member]:
    """What stands in <title> or <head> is a heading, as deep as its element."""
    if is_binary(source.data):
        raise Unreadable("is not text (binary content)")
    text = unix_lines(decode(source.data, stated_charset(source.data)))
    if not text or text.isspace():
        raise NothingInIt("no text in it")
    marks = tuple(_titles(text)) if len(text) <= LARGE else ()
    head = text[:20_000]
    date, author = XML_DATES.search(head), XML_AUTHOR.search(head)
    title = next((mark.label for mark in marks if mark.level == 1), None)
    yield lined_member(
        source,
        text,
        marks,
        title=title,
        date=dates.iso(date[1]) if date else None,
        author=fact(author[1]) if author else None,
    )


def _keys(text: str) -> Iterator[Mark]:
    """The keys above which there are only keys: those in a list come again in each of its records."""
    opened: list[str] = []
    count, lists = 0, 0
    for found in JSON.finditer(text):
        key, opens, bracket, closes = found.groups()
        is_place = opens and key and len(key) <= LONGEST_NAME and len(opened) <= DEEPEST and not lists
        if is_place and _first_on_line(text, found.start()):
            count += 1
            yield Mark(found.start(), "heading", key, len(opened) or 1)
        if opens or bracket:
            opened.append((opens or bracket)[-1])
            lists += opened[-1] == "["
        elif closes and opened:
            lists -= opened.pop() == "["
        if count >= MOST:
            return


def _first_on_line(text: str, offset: int) -> bool:
    """In a file on one line every key would be a place: only those count that a person finds by looking."""
    return not text[text.rfind("\n", 0, offset) + 1 : offset].strip()


def _titles(text: str) -> Iterator[Mark]:
    depth, count = 0, 0
    for found in ELEMENT.finditer(text):
        closes, name, _, alone = found.groups()
        if not name:
            continue
        if closes:
            depth = max(depth - 1, 0)
        elif not alone:
            depth += 1
            label = TITLE.match(text, found.end()) if name.lower() in TITLES else None
            if label and fact(label[1]):
                count += 1
                yield Mark(found.start(), "heading", fact(label[1]) or "", min(max(depth - 1, 1), 6))
        if count >= MOST:
            return
