"""Plain text and source code: the decoded content is the text, untouched."""

from collections.abc import Iterator

from ragd.parsers.decode import decode, is_binary, unix_lines
from ragd.parsers.source import NothingInIt, Source, Unreadable
from ragd.records import Document, Mark, Member

LONGEST_LINE = 5_000_000  # characters: longer than the Bible; a line beyond that is data that no person wrote or reads


def lined_text(source: Source) -> str:
    r"""The decoded content without its byte-order mark and with \n line ends: the lines are those an editor shows."""
    if is_binary(source.data):
        raise Unreadable("is not text (binary content)")
    text = unix_lines(decode(source.data))
    if not text or text.isspace():
        raise NothingInIt("no text in it")
    if _has_endless_line(text):
        raise Unreadable(f"has a line of more than {LONGEST_LINE:,} characters: this is data and no text")
    return text


def _has_endless_line(text: str) -> bool:
    at = 0
    while len(text) - at > LONGEST_LINE:
        at = text.rfind("\n", at, at + LONGEST_LINE + 1) + 1
        if not at:
            return True
    return False


def lined_member(
    source: Source,
    text: str,
    marks: tuple[Mark, ...] = (),
    *,
    title: str | None = None,
    author: str | None = None,
    date: str | None = None,
    tags: tuple[str, ...] = (),
) -> Member:
    """The document that a text file is, its text untouched."""
    document = Document(
        id=source.identity(source.kind),
        text=text,
        kind=source.kind,
        family=source.family,
        marks=marks,
        title=title,
        author=author,
        date=date,
        tags=tags,
        lined=True,
    )
    return Member(source.part, document)


def parse(source: Source) -> Iterator[Member]:
    yield lined_member(source, lined_text(source))
