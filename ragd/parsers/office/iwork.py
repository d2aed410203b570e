"""Documents of Pages, Numbers and Keynote: the words in them, in the order in which the file holds them.

Of a document of 2013 or later the text storages are read and the words in the cells of tables; numbers and formulas in
cells are not, and say so. What has no text that can be read is read by the preview that Apple's programs put beside it.
"""

import gzip
import re
import zlib
from collections.abc import Iterator

from ragd.parsers.office.iwa import DAMAGED, fields, objects
from ragd.parsers.packed.zipped import Zipped
from ragd.parsers.reading import Reading
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable
from ragd.parsers.texts.xml_tree import local, tree
from ragd.records import Document, Member

WHAT = "iWork document"
STORAGE, CELLS, TILE = 2001, 6005, 6002  # types of objects: a text, the words in a table's cells, its cells
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
    reading = Reading()
    cells = _new(archive, reading) or _old(archive, reading)
    if not reading.text:
        yield from _preview(source, archive)
        return
    marks = tuple(reading.marks)
    document = Document(source.identity(), reading.text, source.kind, source.family, marks=marks)
    yield Member(source.part, document)
    if cells:
        named = f"{source.part} > {NUMBERS}" if source.part else NUMBERS
        yield source.left_out(source.unique(named), "kept in a form that no parser reads: export the sheet")


def _new(archive: Zipped, reading: Reading) -> bool:
    """Read the text storages; whether there are tables, whose numbers are not read."""
    tables, slides = False, 0
    for name in archive.names:
        if not name.endswith(".iwa") or MASTERS.search(name):
            continue
        if SLIDE.search(name):
            slides += 1
            reading.turn()
            reading.mark("slide", str(slides), slides)
        for kind, message in objects(archive.read(name)):
            tables = tables or kind == TILE
            for words in _words(kind, message):
                reading.block(words, gap="\n" if kind == CELLS else "\n\n")
    return tables


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


def _old(archive: Zipped, reading: Reading) -> bool:
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
    return False


def _preview(source: Source, archive: Zipped) -> Parsed:
    for name in PREVIEWS:
        data = archive.find(name)
        if data:
            yield from source.child(name.rpartition("/")[2], data)
            return
    raise NothingInIt("no text in it")
