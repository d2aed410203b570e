"""Joplin's notes: a file a note with its facts in the last lines, alone or with notebooks and tags in a JEX archive."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from ragd.parsers import dates
from ragd.parsers.notes.markdown import label_of, note_of
from ragd.parsers.notes.rich import read_note
from ragd.parsers.packed.unpacked import Entry, part_of, read_entry
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import AnotherFormat, NothingInIt, Parsed, Source, guard
from ragd.parsers.table import Format
from ragd.parsers.texts.text import lined_text
from ragd.records import Document, Member

JOPLIN = Format("joplin/1", "", "note", "")
FACTS = re.compile(
    r"(?:\A|\n\n)((?:[a-z_]+:(?: [^\n]*)?\n)*id: [0-9a-f]{32}\n(?:[a-z_]+:(?: [^\n]*)?\n)*type_: (\d+))\s*\Z"
)
LINE = re.compile(r"^([a-z_]+): ?(.*)$", re.MULTILINE)
TO = re.compile(r"\(:/([0-9a-f]{32})")
HASHES = re.compile(r"^#{1,6}[ \t]+")
HTML = "2"  # of markup_language
NOTE, NOTEBOOK, FILE, TAG, TAGGED = "1", "2", "4", "5", "6"
THINGS = {NOTEBOOK: "a notebook", FILE: "what is known of an attached file", TAG: "a tag", TAGGED: "a tag's place"}

Item = tuple[str, dict[str, str]]  # its text, without the facts, and these


def parse(source: Source) -> Iterator[Member]:
    """A note of a folder that Joplin exported raw: which notebook holds it stands in another file, unread."""
    text, facts = _item(source)
    if facts["type_"] != NOTE:
        raise NothingInIt(f"holds no text of its own ({THINGS.get(facts['type_'], 'one of Joplin’s own records')})")
    yield Member(source.part, _document(source, text, facts, _Held({})))


def read(source: Source, entries: list[Entry]) -> Parsed:
    """A JEX archive: notes with their notebook and tags; an attached file is a part of the first note that shows it."""
    held = _Held(files={entry.base.partition(".")[0]: entry for entry in entries if "resources/" in entry.name})
    for entry in entries:
        if entry.base.endswith(".md"):
            inner = source.inner(entry.base, entry.open, part_of(source, entry.name), JOPLIN)
            yield from guard(inner, partial(_keep, held))
    held.sort_tags()
    for identity, (text, facts) in held.items.items():
        if facts["type_"] == NOTE:
            part = source.unique(part_of(source, _title(text) or identity))
            yield from guard(source.inner(identity, text.encode(), part, JOPLIN), partial(_note, held, facts))
    for identity, entry in held.files.items():
        yield from read_entry(source, entry, called=held.file_name(identity, entry))


@dataclass(slots=True)
class _Held:
    """What an archive holds: records by their ids, attached files by theirs, the tags of each note."""

    files: dict[str, Entry]
    items: dict[str, Item] = field(default_factory=dict)
    tags: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def sort_tags(self) -> None:
        for _, facts in self.items.values():
            name = self.title(facts.get("tag_id", ""))
            if facts["type_"] == TAGGED and name:
                self.tags[facts.get("note_id", "")].append(name)

    def title(self, identity: str) -> str | None:
        return _title(self.items[identity][0]) if identity in self.items else None

    def notebook(self, identity: str) -> tuple[str, ...]:
        """The notebook as a label, with those above it: "House/Papers"."""
        names: list[str] = []
        while identity in self.items and len(names) < 20:
            names.insert(0, self.title(identity) or "")
            identity = self.items[identity][1].get("parent_id", "")
        return ("/".join(filter(None, names)),) if any(names) else ()

    def file_name(self, identity: str, entry: Entry) -> str:
        """The name that a person gave an attached file, if it says of what kind it is."""
        name = self.title(identity)
        return name if name and "." in name else entry.base


def _keep(held: _Held, source: Source) -> Parsed:
    text, facts = _item(source)
    held.items[facts["id"]] = (text, facts)
    yield from ()


def _note(held: _Held, facts: dict[str, str], source: Source) -> Parsed:
    text = lined_text(source)
    yield Member(source.part, _document(source, text, facts, held), held.notebook(facts.get("parent_id", "")))
    for identity in dict.fromkeys(TO.findall(text)):
        entry = held.files.pop(identity, None)
        if entry is not None:
            yield from read_entry(source, entry, called=held.file_name(identity, entry))


def _item(source: Source) -> Item:
    """The text before the facts, which is how its file begins, so that its lines are the file's own."""
    text = lined_text(source)
    found = FACTS.search(text)
    if not found:
        raise AnotherFormat
    return text[: found.start()], dict(LINE.findall(found[1]))


def _document(source: Source, text: str, facts: dict[str, str], held: _Held) -> Document:
    if not text.strip():
        raise NothingInIt("an empty note")
    when = dates.iso(facts.get("user_created_time") or facts.get("created_time"))
    author, title = fact(facts.get("author")), _title(text)
    tags = held.tags[facts["id"]]
    stated = (facts["id"], title or "", when or "", author or "", *tags)
    identity = source.identity(*stated)
    if facts.get("markup_language") == HTML:
        note = _from_html(text, title, identity, source)
    else:
        note = note_of(text, id=identity, kind="note", family=source.family)
    linked = filter(None, map(held.title, TO.findall(text)))
    return replace(
        note,
        title=title,
        date=note.date or when,
        author=note.author or author,
        tags=tuple(dict.fromkeys((*note.tags, *tags))),
        links=tuple(dict.fromkeys((*(link for link in note.links if not link.startswith(":/")), *linked))),
    )


def _from_html(text: str, title: str | None, identity: str, source: Source) -> Document:
    """A note that was clipped from the web, or came from Evernote as it was: below its title it is HTML."""
    note = read_note(text.partition("\n")[2])
    reading = Reading()
    reading.heading(title or "", 1)
    reading.graft(note.page.text, note.page.marks)
    return Document(
        id=identity,
        text=reading.text,
        kind="note",
        family=source.family,
        marks=tuple(reading.marks),
        links=note.links,
    )


def _title(text: str) -> str | None:
    """The first line, without the markup that notes from other programs have in it."""
    return label_of(HASHES.sub("", text.partition("\n")[0]))
