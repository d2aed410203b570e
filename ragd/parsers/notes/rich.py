"""A note that is kept as HTML: its text with what is ticked in it, and the notes that it points to."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ragd.parsers.notes.vault import is_elsewhere
from ragd.parsers.reading import fact
from ragd.parsers.web.html import Page, read_page

OPEN, DONE = "[ ] ", "[x] "
TAGGED = r"<(?:p|li|span)\b[^>]*\bdata-tag=\"[^\"]*"
BOXES = (  # how a box to tick is written: by Evernote in two ways, by Notion, OneNote, and in plain HTML
    (re.compile(r"""<en-todo\b[^>]*\bchecked\s*=\s*["']?true[^>]*>(?:\s*</en-todo>)?""", re.IGNORECASE), DONE),
    (re.compile(r"<en-todo\b[^>]*>(?:\s*</en-todo>)?", re.IGNORECASE), OPEN),
    (re.compile(r"(<li\b[^>]*--en-checked:\s*true[^>]*>(?:\s*<div\b[^>]*>)?)", re.IGNORECASE), rf"\1{DONE}"),
    (re.compile(r"(<li\b[^>]*--en-checked:\s*false[^>]*>(?:\s*<div\b[^>]*>)?)", re.IGNORECASE), rf"\1{OPEN}"),
    (re.compile(r"""<div\b[^>]*class="checkbox checkbox-on"[^>]*>\s*</div>""", re.IGNORECASE), DONE),
    (re.compile(r"""<div\b[^>]*class="checkbox checkbox-off"[^>]*>\s*</div>""", re.IGNORECASE), OPEN),
    (re.compile(rf"({TAGGED}\bto-do:completed\b[^>]*>(?:\s*<p\b[^>]*>)?)", re.IGNORECASE), rf"\1{DONE}"),
    (re.compile(rf"({TAGGED}\bto-do\b(?!:)[^>]*>(?:\s*<p\b[^>]*>)?)", re.IGNORECASE), rf"\1{OPEN}"),
    (re.compile(r"(</span>)(?=<span class=\"selected-value)"), r"\1, "),  # Notion: one of several values
    (re.compile(r"<input\b(?=[^>]*type=[\"']?checkbox)(?=[^>]*\bchecked\b)[^>]*>", re.IGNORECASE), DONE),
    (re.compile(r"<input\b(?=[^>]*type=[\"']?checkbox)[^>]*>", re.IGNORECASE), OPEN),
)  # fmt: skip
# what is encrypted, what Evernote read in a picture, and its word to older programs where the tasks stand
HIDDEN = re.compile(
    r"<div style=\"--en-task-group:true.{0,4000}?</div>.{0,1000}?</div>\s*</div>"
    r"|<en-crypt\b[^>]*>.*?</en-crypt>|<recoIndex\b.*?</recoIndex>",
    re.IGNORECASE | re.DOTALL,
)
PROLOG = re.compile(r"\A\s*(?:<\?xml[^>]*\?>\s*)?(?:<!DOCTYPE[^>]*>)?")
SELF_CLOSED = re.compile(r"<(div|p|span|en-media|a|b|i|td|li)\b([^<>]*)/>", re.IGNORECASE)
TO_A_NOTE = ("evernote:", "onenote:", "joplin:", ":/", "bear:", "applenotes:", "mobilenotes:")
MOST = 1000  # links that are kept


@dataclass(frozen=True, slots=True)
class Note:
    """A page, and the notes and files that it points to: by name where a program's own address says nothing."""

    page: Page
    links: tuple[str, ...]


def read_note(markup: str) -> Note:
    """Read a note as its program keeps it. What is encrypted in it is left out."""
    markup = SELF_CLOSED.sub(r"<\1\2></\1>", HIDDEN.sub("", PROLOG.sub("", markup)))
    for pattern, box in BOXES:
        markup = pattern.sub(box, markup)
    return Note(read_page(markup, meant_as="mail"), _links(markup))


def _links(markup: str) -> tuple[str, ...]:
    from selectolax.lexbor import LexborHTMLParser

    if "<a" not in markup:
        return ()
    found = (_target(anchor) for anchor in LexborHTMLParser(markup).css("a[href]"))
    return tuple(dict.fromkeys(filter(None, found)))[:MOST]


def _target(anchor: Any) -> str:
    address = (anchor.attributes.get("href") or "").strip()
    if address.lower().startswith(TO_A_NOTE):
        return fact(anchor.text()) or ""
    if is_elsewhere(address):
        return ""
    return fact(unquote(address.partition("#")[0].partition("?")[0])) or ""
