"""TextBundle, which Bear and others export: a folder a note, with its text, what the program knows of it, its files."""

import re
from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import Any

from ragd.parsers import dates
from ragd.parsers.notes.markdown import note_of
from ragd.parsers.packed.unpacked import Entry, part_of, read_entry
from ragd.parsers.source import AnotherFormat, NothingInIt, Parsed, Source, guard
from ragd.parsers.table import Format
from ragd.parsers.texts.jsons import loaded
from ragd.parsers.texts.text import lined_text
from ragd.records import Member

BUNDLE = Format("textbundle/1", "", "note", "")
FOLDER = re.compile(r"(?:\.textbundle(?=/)|\A(?=(?:text\.\w+|info\.json|assets/.*)\Z))", re.IGNORECASE)
TEXT = re.compile(r"text\.(?:md|markdown|txt)", re.IGNORECASE)
SPACED_TAG = re.compile(r"(?:^|(?<=\s))#([^\s#/](?:[^#\n]{0,100}[^\s#])?)#(?=\s|$)", re.MULTILINE)  # #two words#
FLAGS = {"trashed": "trash", "archived": "archived", "pinned": "pinned"}
LISTS = ("tags.json", "backup.json")


def read(source: Source, entries: list[Entry]) -> Parsed:
    bundles: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        folder = FOLDER.search(entry.name)
        if folder:
            bundles[entry.name[: folder.end()]].append(entry)
        elif entry.base not in LISTS:
            yield from read_entry(source, entry)
    for name, files in bundles.items():
        part = source.unique(part_of(source, name)) if name else source.part or "text.md"
        yield from guard(source.inner(name, b"", part, BUNDLE), partial(_bundle, name, files))


def _bundle(folder: str, files: list[Entry], source: Source) -> Parsed:
    by_name = {entry.name[len(folder) :].strip("/"): entry for entry in files}
    text = next((entry for name, entry in by_name.items() if TEXT.fullmatch(name)), None)
    facts = _facts(source, by_name.get("info.json"))
    if facts.get("encrypted"):
        raise NothingInIt("encrypted by the program that wrote it")
    if text is not None:
        yield _note(source, text, facts)
    for name, entry in by_name.items():
        if entry is not text and name != "info.json":
            yield from read_entry(source, entry, called=name.removeprefix("assets/"))


def _note(source: Source, text: Entry, facts: dict[str, Any]) -> Member:
    inner = source.inner(text.base, text.open, source.part or "", BUNDLE)
    when = dates.iso(facts.get("creationDate")) or dates.iso(facts.get("modificationDate"))
    note = note_of(lined_text(inner), id=inner.identity("note", when or ""), kind="note", family=BUNDLE.family)
    spaced = [tag for tag in SPACED_TAG.findall(note.text) if " " in tag]
    halves = {tag.split(" ", maxsplit=1)[0] for tag in spaced}  # "#two" of "#two words#"
    tags = tuple(dict.fromkeys((*(tag for tag in note.tags if tag not in halves), *spaced)))
    labels = tuple(label for name, label in FLAGS.items() if facts.get(name))
    return Member(source.part, replace(note, tags=tags, date=note.date or when), labels)


def _facts(source: Source, info: Entry | None) -> dict[str, Any]:
    """What info.json says, that of the program itself within it."""
    if info is None:
        return {}
    try:
        told = loaded(source.inner(info.base, info.open, source.part or "", BUNDLE))
    except AnotherFormat:
        return {}
    own = [value for value in told.values() if isinstance(value, dict)] if isinstance(told, dict) else []
    return {name: value for facts in own for name, value in facts.items()}
