"""Plain text and source code: the decoded content is the text, untouched."""

from collections.abc import Iterator

from ragd.parsers.decode import decode, is_binary, unix_lines
from ragd.parsers.source import NothingInIt, Source, Unreadable
from ragd.records import Document, Member


def lined_text(source: Source) -> str:
    r"""The decoded content without its byte-order mark and with \n line ends: the lines are those an editor shows."""
    if is_binary(source.data):
        raise Unreadable("is not text (binary content)")
    text = unix_lines(decode(source.data))
    if not text or text.isspace():
        raise NothingInIt("no text in it")
    return text


def parse(source: Source) -> Iterator[Member]:
    document = Document(
        id=source.identity(source.kind), text=lined_text(source), kind=source.kind, family=source.family, lined=True
    )
    yield Member(source.part, document)
