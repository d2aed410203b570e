"""Jupyter notebooks: the words, the code and what it printed, cell by cell."""

import json
from collections.abc import Iterator
from typing import Any

from ragd.parsers.decode import decode
from ragd.parsers.notes.markdown import headings_of
from ragd.parsers.office import properties
from ragd.parsers.reading import Reading
from ragd.parsers.source import NothingInIt, Source, Unreadable
from ragd.records import Document, Member

LONGEST_OUTPUT = 20_000  # characters of one: what follows is a log
SHOWN = ("text/markdown", "text/plain")  # of several forms of one output; HTML and pictures say the same


def parse(source: Source) -> Iterator[Member]:
    try:
        book = json.loads(decode(source.data))
        cells = book.get("cells") or [cell for sheet in book.get("worksheets", ()) for cell in sheet["cells"]]
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError) as error:
        raise Unreadable("is not a notebook (damaged JSON)") from error
    reading = Reading()
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict):
            _cell(reading, number, cell)
    if not reading.text:
        raise NothingInIt("no text in it")
    facts = book.get("metadata")
    facts = facts if isinstance(facts, dict) else {}
    marks = tuple(reading.marks)
    document = Document(
        id=source.identity(),
        text=reading.text,
        kind=source.kind,
        family=source.family,
        marks=marks,
        title=properties.title(_words(facts.get("title")))
        or next((m.label for m in marks if m.kind == "heading"), None),
        author=properties.author(", ".join(_authors(facts.get("authors")))),
    )
    yield Member(source.part, document)


def _authors(stated: Any) -> Iterator[str]:
    for one in stated if isinstance(stated, list) else ():
        name = one.get("name") if isinstance(one, dict) else one
        if isinstance(name, str):
            yield name


def _cell(reading: Reading, number: int, cell: dict[str, Any]) -> None:
    text = _words(cell.get("source", cell.get("input")))
    outputs = [_output(one) for one in cell.get("outputs") or () if isinstance(one, dict)]
    if not text.strip() and not any(one.strip() for one in outputs):
        return
    reading.turn()
    reading.mark("cell", str(number), number)
    if cell.get("cell_type") == "markdown":
        _markdown(reading, text)
    elif cell.get("cell_type") == "heading":  # of notebooks before version 4
        reading.heading(text, int(cell.get("level") or 1))
    else:
        reading.block(text)
    for output in outputs:
        reading.block(output)


def _markdown(reading: Reading, text: str) -> None:
    """The words as they were written, the headings among them as such."""
    last = 0
    for mark in headings_of(text, 0):
        reading.block(text[last : mark.offset])
        line_end = text.find("\n", mark.offset)
        last = line_end + 1 if line_end >= 0 else len(text)
        reading.heading(mark.label, mark.level)
    reading.block(text[last:])


def _output(output: dict[str, Any]) -> str:
    if output.get("output_type") == "error" or "traceback" in output:
        return f"{_words(output.get('ename'))}: {_words(output.get('evalue'))}"
    data = output.get("data")
    data = data if isinstance(data, dict) else {}
    found = next((data[kind] for kind in SHOWN if kind in data), output.get("text"))
    return _words(found)[:LONGEST_OUTPUT]


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "".join(one for one in value if isinstance(one, str))
    return value if isinstance(value, str) else ""
