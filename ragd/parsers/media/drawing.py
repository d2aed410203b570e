"""Drawings in SVG: the words in them, for the curves say nothing."""

import gzip
import io
from collections.abc import Iterator

from ragd.parsers.reading import Reading
from ragd.parsers.source import NothingInIt, Parsed, Source
from ragd.parsers.texts.xml_tree import local, tree
from ragd.records import Document, Member

WORDS = frozenset({"title", "desc", "text", "p", "div"})  # the last two inside <foreignObject>
LARGEST = 50_000_000  # bytes of a drawing that was compressed


def parse(source: Source) -> Parsed:
    reading = Reading()
    title = None
    for name, text in _words(_plain(source.data)):
        title = title or (text if name == "title" else None)
        reading.block(text, gap="\n")
    if not reading.text:
        raise NothingInIt("a drawing without words")
    yield Member(
        source.part,
        Document(source.identity(), reading.text, source.kind, source.family, title=title or None),
    )


def _plain(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        return packed.read(LARGEST)


def _words(data: bytes) -> Iterator[tuple[str, str]]:
    """The outermost elements that hold words, in the order of the file."""
    waiting = [tree(data, "SVG drawing")]
    while waiting:
        element = waiting.pop()
        if local(element) in WORDS:
            text = " ".join(" ".join(element.itertext()).split())
            if text:
                yield local(element), text
        else:
            waiting.extend(reversed(element))
