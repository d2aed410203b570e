"""The verb that tells what became of one path, and why."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ragd import wire
from ragd.cli.open_library import library
from ragd.cli.safe import as_json, line, path_line
from ragd.records import Fate, Outcome, ReadPart

MOST = 10  # documents, and parts of one reason, that are named
FEW = 3  # other places that are named

PathAsked = Annotated[Path, typer.Argument(metavar="PATH", help="A file or folder.", show_default=False)]
PartAsked = Annotated[
    str | None, typer.Argument(metavar="PART", help="A part of the file, named as in results.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def why(path: PathAsked, part: PartAsked = None, as_object: Json = False) -> int:
    """Say what became of a file: read or not and why, what of it, and where else it is."""
    with library() as opened:
        fate = opened.why(path, part)
        if as_object:
            print(as_json(wire.fate(fate)))
        else:
            _show(fate)
    return 0 if fate.status == "indexed" else 1


def _show(fate: Fate) -> None:
    from rich.text import Text

    from ragd.cli.screen import put, results, short

    console = results()
    put(console, Text(short(fate.path) + (f" > {path_line(fate.part)}" if fate.part else ""), style="bold"))
    for fact in _facts(fate):
        put(console, fact, indent=2)
    for one in fate.parts[:MOST]:
        put(console, _document(one), indent=4)
    if len(fate.parts) > MOST:
        put(console, f"and {len(fate.parts) - MOST:,} more (`--json` lists all)", indent=4)
    for heading, names in _troubles(fate.problems):
        put(console, heading, indent=2)
        put(console, names, indent=4)
    for status, note, example, files in sorted(fate.below, key=lambda group: _ORDER.index(group[0])):
        what = _WORDS.get(status, status) + (f": {line(note)}" if note else "")
        put(console, Text.assemble(what, (f"  {files:,}", "cyan"), (f"  {short(example)}", "dim")), indent=2)


def _troubles(problems: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    """The parts that were not read, under their reason."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one in problems:
        groups[one.status, line(one.note or "no reason was given")].append(path_line(one.part or ""))
    for (status, note), names in sorted(groups.items(), key=lambda group: -len(group[1])):
        more = f" and {len(names) - MOST:,} more (`--json` lists all)" if len(names) > MOST else ""
        yield f"{len(names):,} {_WORDS[status]}: {note}", ", ".join(names[:MOST]) + more


_WORDS = {"indexed": "read", "failed": "could not be read", "skipped": "left out", "pending": "not read yet"}
_PARTS = {"part failed": "parts of files that could not be read", "part skipped": "parts of files that were left out"}
_WORDS |= _PARTS
_ORDER = tuple(_WORDS)


def _facts(fate: Fate) -> list[str]:
    from ragd.cli.screen import count, short

    facts = []
    if fate.what != "folder" or fate.note:
        read = f" by {fate.reader}" if fate.reader and fate.status == "indexed" else ""
        when = f" on {fate.read_at[:16].replace('T', ' at ')}" if fate.read_at else ""
        reason = f": {line(fate.note)}" if fate.note else ""
        partly = " in part" if fate.status == "indexed" and any(one.status == "failed" for one in fate.problems) else ""
        facts.append(f"{_WORDS.get(fate.status, 'not indexed')}{partly}{when}{read}{reason}")
    if fate.remedy:
        facts.append(line(fate.remedy))
    if fate.root and fate.root != fate.path:
        facts.append(f"below {short(fate.root)}, which was added")
    if fate.same_bytes:
        more = f" and {len(fate.same_bytes) - FEW:,} more" if len(fate.same_bytes) > FEW else ""
        facts.append(f"the same bytes at {', '.join(map(short, fate.same_bytes[:FEW]))}{more}")
    if fate.parts:
        documents = {one.id: one for one in fate.parts}.values()
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in Counter(p.kind for p in documents).most_common())
        passages, meant = sum(p.passages for p in documents), sum(p.with_meaning for p in documents)
        found = "found by words and meaning"
        if meant < passages:
            found = f"{passages - meant:,} of them found by words only"
        further = len(fate.parts) - len(documents)
        copies = f" and {count(further, 'further copy', 'further copies')}" if further else ""
        facts.append(f"{count(len(documents), 'document')} ({kinds}){copies}, {count(passages, 'passage')}, {found}")
    return facts


def _document(one: ReadPart) -> str:
    from ragd.cli.screen import count, short

    name = path_line(one.part) if one.part else "the file itself"
    title = f" {line(one.title)!r}" if one.title else ""
    places = [short(path) + (f" > {path_line(part)}" if part else "") for path, part in one.also_at]
    also = f"; also at {', '.join(places[:FEW])}{' ...' if len(places) > FEW else ''}" if places else ""
    dated = f", {one.date[:10]}" if one.date else ""
    quotes = f" and {count(one.quotes, 'quote')} found in another message" if one.quotes else ""
    length = f"{one.characters:,} characters, {count(one.passages, 'passage')}{quotes}"
    return f"{name}{title}: {one.family}{dated}, {length}{also}"
