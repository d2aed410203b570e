"""Documents of Pages, Numbers and Keynote: the words in them, in the order in which the file holds them.

Of a document of 2013 or later the tables are read row by row, and the texts. Where the cells of tables are kept in an
older way, the words in them are read; numbers and dates are not, and that is told. What has no text that can be read is
read by the preview that Apple's programs put beside it.
"""

import gzip
import re
import zlib
from collections.abc import Iterator

from ragd.parsers.office.iwa import DAMAGED, fields, objects
from ragd.parsers.office.iwa_tables import DAMAGE, TABLE, Objects, Table, inside, on_sheets, table
from ragd.parsers.office.properties import Facts
from ragd.parsers.office.rows import Sheets
from ragd.parsers.office.xlsx import members
from ragd.parsers.packed.zipped import Zipped
from ragd.parsers.reading import Reading
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable
from ragd.parsers.texts.xml_tree import local, tree

WHAT = "iWork document"
STORAGE, CELLS, TILE = 2001, 6005, 6002  # types of objects: a text, the words in a table's cells, its cells
KEPT = frozenset((1, 2, STORAGE, *range(6000, 6012), 6201, 6218))  # types that a text or a table is made of
USUAL = re.compile(r"(?:\w+ \d+)?")  # what Numbers calls a table that nobody named: "Table 1"
MASTERS = re.compile(r"(?:^|/)(?:TemplateSlide|MasterSlide|DocumentStylesheet|ThemeStylesheet|ViewState)[\w-]*\.iwa$")
SLIDE = re.compile(r"(?:^|/)Slide(?:-[\d-]+)?\.iwa$")
OLD = ("index.xml", "index.apxl", "index.xml.gz", "index.apxl.gz")  # until 2012
LARGEST = 200 << 20  # bytes that an old index may unpack to
PREVIEWS = ("QuickLook/Preview.pdf", "preview.jpg", "QuickLook/Thumbnail.jpg")
LOCKED = ".iwpv2"  # how a password is checked
NUMBERS = "numbers, dates and formulas in the cells of tables"


def parse(source: Source) -> Parsed:
    archive = Zipped(source.data, WHAT)
    if any(name.endswith(LOCKED) for name in archive.names):
        raise Unreadable("is protected by a password")
    sheets = Sheets()
    whole = _new(archive, sheets, of_numbers=source.kind == "table")
    if not sheets.reading.text:
        _old(archive, sheets.reading)
    if not sheets.reading.text:
        yield from _preview(source, archive)
        return
    yield from members(source, sheets, Facts(), kind=source.kind)
    if not whole:
        named = f"{source.part} > {NUMBERS}" if source.part else NUMBERS
        yield source.left_out(source.unique(named), "kept in a form that no parser reads: export the sheet")


def _new(archive: Zipped, sheets: Sheets, *, of_numbers: bool) -> bool:
    """Read the tables and the texts; False where there are tables whose cells cannot be read."""
    parts = [name for name in archive.names if name.endswith(".iwa") and not MASTERS.search(name)]
    held = {name: [one for one in objects(archive.read(name)) if one[1] in KEPT] for name in parts}
    known = {number: (kind, message) for part in held.values() for number, kind, message in part}
    tables = _tables(known, of_numbers=of_numbers)
    if of_numbers:
        _sheets(sheets, [one for one in tables.values() if one[1].rows])
    slides, said = 0, inside(known) if tables else set[int]()
    for name, part in held.items():
        slides += 1 if SLIDE.search(name) else 0
        if SLIDE.search(name):
            sheets.reading.turn()
            sheets.reading.mark("slide", str(slides), slides)
        _texts(sheets.reading, [one for one in part if one[0] not in said and (one[1] != CELLS or not tables)])
        if tables and not of_numbers:
            _in_text(sheets.reading, [tables[number][1] for number, kind, _ in part if kind == TABLE])
    return bool(tables) or not any(kind == TILE for kind, _ in known.values())


def _tables(known: Objects, *, of_numbers: bool) -> dict[int, tuple[str, Table]]:
    """The tables by their numbers, each with the name of its sheet; none where one of them cannot be read."""
    try:
        drawn = dict((number, sheet) for sheet, number in on_sheets(known)) if of_numbers else {}
        drawn |= {number: "" for number, (kind, _) in known.items() if kind == TABLE and number not in drawn}
        return {number: (sheet, table(known, number)) for number, sheet in drawn.items()}
    except DAMAGE:
        return {}


def _sheets(sheets: Sheets, found: list[tuple[str, Table]]) -> None:
    """The tables of Numbers, each called as it is, or as its sheet where nobody named it."""
    last = ""
    for number, (sheet, one) in enumerate(found, start=1):
        unnamed = USUAL.fullmatch(one.name) is not None
        if not unnamed and sheet != last:
            sheets.reading.heading(sheet, 1)
        sheets.sheet(number, sheet if unnamed else one.name, one.rows, spans={})
        last = sheet


def _texts(reading: Reading, part: list[tuple[int, int, bytes]]) -> None:
    for _, kind, message in part:
        for words in _words(kind, message):
            reading.block(words, gap="\n" if kind == CELLS else "\n\n")


def _in_text(reading: Reading, found: list[Table]) -> None:
    for one in found:
        gap = "\n\n"
        for row in one.rows:
            if reading.row((cell.text for cell in row.cells), gap=gap):
                gap = "\n"


def _words(kind: int, message: bytes) -> Iterator[str]:
    if kind not in (STORAGE, CELLS):
        return
    try:
        texts = [value for field, value in fields(message) if field == 3 and isinstance(value, bytes)]
        if kind == CELLS:  # entries, each with its words as field 3
            texts = [
                value for entry in texts for field, value in fields(entry) if field == 3 and isinstance(value, bytes)
            ]
    except (IndexError, ValueError) as error:
        raise Unreadable(DAMAGED) from error
    for text in texts:
        yield text.decode("utf-8", "replace").replace("\ufffc", "")


def _old(archive: Zipped, reading: Reading) -> None:
    """Read the paragraphs of the one XML file that a document was."""
    data = next(filter(None, map(archive.find, OLD)), None)
    if data and data.startswith(b"\x1f\x8b"):
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            data = unpack.decompress(data, LARGEST)
        except (zlib.error, gzip.BadGzipFile) as error:
            raise Unreadable(DAMAGED) from error
    for one in tree(data, WHAT).iter() if data else ():
        if local(one) == "p":
            reading.block("".join(one.itertext()))


def _preview(source: Source, archive: Zipped) -> Parsed:
    for name in PREVIEWS:
        data = archive.find(name)
        if data:
            yield from source.child(name.rpartition("/")[2], data)
            return
    raise NothingInIt("no text in it")
