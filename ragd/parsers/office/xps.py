"""Printed pages as Windows keeps them (.xps, .oxps): runs of letters at places, read as the pages of a PDF are."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ragd.parsers.office import properties
from ragd.parsers.office.ooxml import Package
from ragd.parsers.pdf.layout import BROKEN, Line, Sheet
from ragd.parsers.pdf.pages import running_text
from ragd.parsers.source import Source, Unreadable
from ragd.parsers.texts.xml_tree import attribute, local, tree
from ragd.records import Member

WHAT = "XPS document"
PAGES = 20_000  # that are read
RUNS = 50_000  # of one page
POINT = 0.75  # of a pixel, of which an inch has 96
NARROW, WIDE = frozenset("ijltfrI.,;:'!|()[] "), frozenset("mwMW@%—")
WIDTHS = (0.3, 0.87, 0.68, 0.54)  # times the size: narrow letters, wide ones, capitals and others, as in most fonts
GAP = 0.25  # times the size: where two runs of a row are further apart, a blank stood between them
ASCENT, DESCENT = 0.8, 0.2
Matrix = tuple[float, float, float, float, float, float]
AS_IT_IS: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class _Run:
    """Letters in a row, in pixels from the upper left corner; `y` is the line that they stand on."""

    text: str
    x: float
    y: float
    right: float
    size: float
    bold: bool


def parse(source: Source) -> Iterator[Member]:
    package = Package(source.data, WHAT)
    sheets = [_sheet(package, part) for _, part in zip(range(PAGES), _pages(package), strict=False)]
    reading = running_text(sheets, ())
    facts = properties.office(package.archive)
    yield Member(source.part, properties.document(source, reading, facts, kind=source.kind))


def _pages(package: Package) -> Iterator[str]:
    """The pages in the order in which they are read: the package names a sequence of documents, these their pages."""
    first = next((part for part, kind in package.relations("").values() if kind == "fixedrepresentation"), None)
    if first is None:
        raise Unreadable(f"damaged {WHAT} (it names no pages)")
    for document in _named(package, first, "DocumentReference"):
        yield from _named(package, document, "PageContent")


def _named(package: Package, part: str, element: str) -> Iterator[str]:
    root = _tree(package, part)
    for one in root.iter() if root is not None else ():
        if local(one) == element:
            yield posixpath.normpath(posixpath.join("/", posixpath.dirname(part), attribute(one, "Source"))).lstrip("/")


def _tree(package: Package, part: str) -> Any:
    """A part, which some printer drivers write in pieces; None where it is missing or damaged."""
    whole = package.tree(part)
    if whole is not None:
        return whole
    pieces = [name for name in package.archive.names if name.startswith(f"{part}/[")]
    pieces.sort(key=lambda name: int("".join(filter(str.isdigit, posixpath.basename(name))) or 0))
    try:
        return tree(b"".join(map(package.archive.read, pieces)), WHAT) if pieces else None
    except Unreadable:
        return None


def _sheet(package: Package, part: str) -> Sheet | None:
    root = _tree(package, part)
    if root is None:
        return None
    height = _number(attribute(root, "Height"))
    runs = [run for _, run in zip(range(RUNS), _runs(root, AS_IT_IS), strict=False)]
    return Sheet(tuple(_lines(runs, height)), _number(attribute(root, "Width")) * POINT, height * POINT)


def _runs(element: Any, above: Matrix) -> Iterator[_Run]:
    for child in element:
        name = local(child)
        if name == "Glyphs":
            run = _run(child, _within(child, above))
            if run.text.strip():
                yield run
        elif name and "." not in name:  # "Canvas.Resources" draws nothing
            yield from _runs(child, _within(child, above))


def _run(glyphs: Any, matrix: Matrix) -> _Run:
    text = attribute(glyphs, "UnicodeString").removeprefix("{}")  # which says that what follows is no markup
    x, y = _number(attribute(glyphs, "OriginX")), _number(attribute(glyphs, "OriginY"))
    size = _number(attribute(glyphs, "FontRenderingEmSize"))
    right = x + size * _width(text, attribute(glyphs, "Indices"))
    a, b, c, d, across, down = matrix
    return _Run(
        text,
        a * x + c * y + across,
        b * x + d * y + down,
        a * right + c * y + across,
        size * (abs(d) + abs(b)),
        "Bold" in attribute(glyphs, "StyleSimulations"),
    )


def _width(text: str, indices: str) -> float:
    """How wide a run is, times the size of its font: by what its indices say (in hundredths), else by its letters."""
    stated = [part.split(",")[1] for part in indices.split(";") if part.count(",") and part.split(",")[1]]
    usual = sum(map(_usual_width, text))
    return sum(map(_number, stated)) / 100 + usual * max(1 - len(stated) / max(len(text), 1), 0)


def _usual_width(sign: str) -> float:
    narrow, wide, capital, other = WIDTHS
    return narrow if sign in NARROW else wide if sign in WIDE else capital if sign.isupper() else other


def _within(element: Any, above: Matrix) -> Matrix:
    """How an element's points are moved, with what moves all that it stands in."""
    written = attribute(element, "RenderTransform")
    if not written:
        moved = next((one for one in element if local(one).endswith(".RenderTransform")), ())
        written = next((attribute(one, "Matrix") for one in moved if local(one) == "MatrixTransform"), "")
    numbers = [_number(one) for one in written.replace(",", " ").split()]
    if len(numbers) != 6:
        return above
    a, b, c, d, x, y = numbers
    e, f, g, h, across, down = above
    return a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h, x * e + y * g + across, x * f + y * h + down


def _lines(runs: list[_Run], height: float) -> Iterator[Line]:
    """Runs that stand on one line after each other become one."""
    rows: list[list[_Run]] = []
    for run in runs:
        last = rows[-1][-1] if rows else None
        if last and abs(run.y - last.y) < GAP * run.size and run.x > last.x:
            rows[-1].append(run)
        else:
            rows.append([run])
    for at, row in enumerate(rows):
        text = "".join(_parted(before, run) for before, run in zip([None, *row], row, strict=False)).strip()
        goes_on = at + 1 < len(rows) and rows[at + 1][0].text.strip()[:1].islower()
        broken = goes_on and text.endswith("-") and text[-2:-1].isalpha()
        size, first = max(run.size for run in row), row[0]
        yield Line(
            text[:-1] if broken else text,
            BROKEN if broken else "\n",
            min(run.x for run in row) * POINT,
            (height - first.y - DESCENT * size) * POINT,
            max(run.right for run in row) * POINT,
            (height - first.y + ASCENT * size) * POINT,
            "bold" if all(run.bold for run in row) else "plain",
            min(first.size, row[-1].size) * POINT,
        )


def _parted(before: _Run | None, run: _Run) -> str:
    return f" {run.text}" if before and run.x - before.right > GAP * run.size else run.text


def _number(written: str) -> float:
    try:
        found = float(written)
    except ValueError:
        return 0.0
    return found if abs(found) < 1e9 else 0.0
