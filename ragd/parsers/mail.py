"""A message in its internet form (RFC 5322, MIME): an .eml file, one of an mbox or Maildir, one attached to another."""

from collections.abc import Callable
from email.message import Message

from ragd.parsers import headers, labels
from ragd.parsers.letter import Letter, Parts, tell
from ragd.parsers.mime import message_of, parts_of
from ragd.parsers.source import Parsed, Source
from ragd.records import Document


def parse(source: Source) -> Parsed:
    """An .eml file, a message of a Maildir, or a message attached to another."""
    yield from read_message(source, source.data, named=lambda _: source.part, place=labels.of_path(source))


def read_message(
    source: Source, data: bytes, *, named: Callable[[Document], str | None], place: tuple[str, ...] = ()
) -> Parsed:
    """One message and what is attached to it. `named` gives the part that it is; `place` are labels it has there."""
    message = message_of(data)
    yield from tell(source, letter_of(message, parts_of(message), place), named=named)


def letter_of(message: Message, parts: Parts, place: tuple[str, ...] = ()) -> Letter:
    """The facts that the headers state."""
    author = next(iter(headers.people(message, "From") or headers.people(message, "Sender", "Reply-To")), None)
    return Letter(
        parts=parts,
        subject=headers.header(message, "Subject"),
        author=author,
        recipients=headers.people(message, "To", "Cc", "Bcc"),
        date=headers.date(message),
        message_id=headers.message_id(message),
        references=headers.references(message),
        labels=tuple(dict.fromkeys((*place, *labels.of_headers(message)))),
    )
