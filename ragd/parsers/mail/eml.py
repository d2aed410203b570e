"""A message in its internet form (RFC 5322, MIME): an .eml file, one of an mbox or Maildir, one attached to another."""

from collections.abc import Callable

from ragd.parsers.mail import labels
from ragd.parsers.mail.letter import tell
from ragd.parsers.mail.mime import letter_of, message_of, parts_of
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
    parts = parts_of(message)
    if parts.outlook:
        from ragd.parsers.mail.tnef import unwrap

        unwrap(parts)
    yield from tell(source, letter_of(message, parts, place), named=named)
