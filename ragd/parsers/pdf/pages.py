"""Pages as one running text: what comes back on each is left out, its headings and columns are marks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from ragd.parsers.pdf.counted import with_missed
from ragd.parsers.pdf.headings import Heading, headings
from ragd.parsers.pdf.heads import running
from ragd.parsers.pdf.layout import Line, Sheet, in_order, joined, usual_distance
from ragd.parsers.pdf.rows import table_marks, with_cells
from ragd.parsers.pdf.text import Mending
from ragd.parsers.reading import Reading, clean
from ragd.records import Mark


def running_text(sheets: Sequence[Sheet | None], labels: tuple[str, ...]) -> Reading:
    """The running text of the pages; None is a page that could not be read. `labels` are what the pages are called."""
    heads = running(sheets)
    titled = with_missed(sheets, headings(sheets, heads), heads)
    mending = Mending("".join(line.text + line.end for line in one.lines) for one in sheets if one)
    reading = Reading()
    for number, one in enumerate(sheets, start=1):
        if one:
            pieces = in_order(one.lines, heads.get(number - 1, frozenset()))
            above = {id(one.lines[heading.lines[0]]): heading for heading in titled.get(number - 1, ())}
            add_page(reading, pieces, mending.mend, (label(labels, number), number), above)
    return reading


def add_page(
    reading: Reading,
    pieces: list[list[Line]],
    mend: Callable[[str], str],
    page: tuple[str, int],
    above: Mapping[int, Heading] = MappingProxyType({}),
) -> None:
    """A page's text piece by piece, marked where there is any. `above` has headings by their first line."""
    usual = usual_distance([line for piece in pieces for line in piece])
    begun = False
    for piece in pieces:
        seen = clean(mend(joined(piece, usual)))
        if seen:
            reading.turn("\n" if begun else "\n\n")
            reading.mark("column" if begun else "page", *page)
            found = [(line, above[id(line)]) for line in piece if id(line) in above]
            titles, celled = list(_marks(seen, found, mend)), with_cells(seen)
            reading.graft(celled, [*titles, *table_marks(celled, titles)], gap="")
            begun = True


def _marks(text: str, found: Sequence[tuple[Line, Heading]], mend: Callable[[str], str]) -> Iterator[Mark]:
    """A mark where each heading's first line stands in the text that the lines have become."""
    lines, at = f"\n{text}", 0
    for line, heading in found:
        first = clean(mend(line.text))
        place = lines.find(f"\n{first}", at) if first else -1
        if place >= 0:
            yield Mark(place, "heading", heading.label, heading.level)
            at = place + len(first)


def label(labels: tuple[str, ...], number: int) -> str:
    """What a page (from 1) is called."""
    return labels[number - 1] if number <= len(labels) else str(number)
