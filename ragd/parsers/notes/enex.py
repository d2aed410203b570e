"""Evernote's ENEX: a document a note, read one by one however large the export is; what is attached is a part of it."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from ragd.parsers import dates
from ragd.parsers.notes.rich import DONE, OPEN, read_note
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable, guard
from ragd.parsers.table import Format
from ragd.records import Document, Member, Outcome

NOTE = Format("enex/1", "", "note", "")
UNTITLED = "Untitled"
STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
HTTP = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class _Resource:
    name: str
    media_type: str
    data: bytes | None  # None: damaged


def parse(source: Source) -> Parsed:
    with source.stream() as stream:
        found = False
        for element in _notes(stream):
            found = True
            title = _text(element, "title") or UNTITLED
            part = source.unique(f"{source.part} > {title}" if source.part else title)
            yield from guard(source.inner(title, b"", part, NOTE), partial(_note, element))
        if not found:
            raise NothingInIt("no note in it")


def _notes(stream: IO[bytes]) -> Iterator[Any]:
    """The notes of an export, each forgotten when the next is asked for; nothing that it names is fetched."""
    from lxml import etree  # type: ignore[import-untyped]

    found = etree.iterparse(
        stream, tag="note", huge_tree=True, recover=True, resolve_entities=False, load_dtd=False, no_network=True
    )
    try:
        for _, element in found:
            yield element
            element.clear()
            above = element.getparent()  # None where a damaged export ends and begins again
            while above is not None and element.getprevious() is not None:
                del above[0]
    except etree.XMLSyntaxError as error:
        raise Unreadable("is not an Evernote export, or is damaged") from error


def _note(element: Any, source: Source) -> Parsed:
    note = read_note(element.findtext("content") or "")
    title = _text(element, "title")
    reading = Reading()
    if title:
        reading.heading(title, 1)
    tasks = "\n".join(map(_task, sorted(element.iter("task"), key=lambda task: _text(task, "sortWeight"))))
    address = next(iter(_attributes(element, "source-url")), "")
    reading.graft(note.page.text, note.page.marks)
    reading.block(tasks)
    reading.block(address if address.startswith(HTTP) else "")
    created, author = _moment(_text(element, "created")) or _moment(_text(element, "updated")), _author(element)
    tags = tuple(dict.fromkeys(filter(None, (fact(tag.text) for tag in element.iterfind("tag")))))
    resources = list(_resources(element))
    digests = (hashlib.sha256(one.data or b"").hexdigest() for one in resources)
    facts = (title, author or "", created or "", *tags, *digests)
    if reading.text:
        yield Member(
            source.part,
            Document(
                id=hashlib.sha256("\0".join(("enex", *facts, reading.text)).encode()).hexdigest(),
                text=reading.text,
                kind="note",
                family=source.family,
                marks=tuple(reading.marks),
                title=title or None,
                author=author,
                date=created,
                tags=tags,
                links=note.links,
            ),
        )
    elif not resources:
        raise NothingInIt("an empty note")
    for one in resources:
        if one.data is None:
            part = source.unique(f"{source.part} > {one.name}")
            yield Outcome(str(source.path), part, "failed", "a damaged attachment")
        else:
            yield from source.child(one.name, one.data, media_type=one.media_type)


def _text(element: Any, name: str) -> str:
    return fact(element.findtext(name)) or ""


def _attributes(element: Any, name: str) -> Iterator[str]:
    return (found for one in element.iterfind(f"note-attributes/{name}") if (found := fact(one.text)))


def _author(element: Any) -> str | None:
    return next(_attributes(element, "author"), None)


def _moment(stamp: str) -> str | None:
    """ISO 8601 of "20240302T140500Z"."""
    found = STAMP.fullmatch(stamp)
    return dates.iso("{}-{}-{}T{}:{}:{}+00:00".format(*found.groups())) if found else dates.iso(stamp)


def _task(task: Any) -> str:
    box = DONE if _text(task, "taskStatus") == "completed" else OPEN
    due = _moment(_text(task, "dueDate"))
    return f"{box}{_text(task, 'title')}{f' (due {due[:10]})' if due else ''}"


def _resources(element: Any) -> Iterator[_Resource]:
    for number, resource in enumerate(element.iterfind("resource"), start=1):
        media_type = (resource.findtext("mime") or "").strip().lower()
        name = fact(resource.findtext("resource-attributes/file-name"))
        try:
            data: bytes | None = base64.b64decode(resource.findtext("data") or "")
        except ValueError:  # not base64, or not even ASCII
            data = None
        if data != b"":
            suffix = media_type.rpartition("/")[2].partition("+")[0] or "bin"
            yield _Resource(name or f"attachment {number}.{suffix}", media_type, data)
