"""mbox: a file of messages, read one by one in bounded memory."""

import re
from collections.abc import Iterator
from typing import IO

from ragd.parsers.letter import FAMILY, mbox_part
from ragd.parsers.mail import read_message
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable, attempt
from ragd.parsers.table import Format

MESSAGE = Format(FAMILY, "ragd.parsers.mbox:parse_message", "mail", "")

CLOCK = rb"\d\d?:\d\d(?::\d\d)?"
ENVELOPE = re.compile(  # "From dana@example.org Sat Jan  3 01:05:34 1996", with a zone before or after the year
    rb"^From (?:.*\s)?(?:" + CLOCK + rb"\b.*\b\d{4}\b|\d{4}\b.*\b" + CLOCK + rb")"
)
NAMELESS = re.compile(rb"^From (?:-|\S+@\S+|MAILER[-_]DAEMON|\S+)\s*$")
HEADER = re.compile(rb"^(?:[!-9;-~]{1,100}:|>?From )")
KNOWN_HEADER = re.compile(
    rb"^(?:Return-Path|Received|From|Date|X-[\w-]+|Message-ID|Delivered-To|Status|Subject|To|MIME-Version|Content-Type"
    rb"|Envelope-To|Reply-To|Sender|DKIM-Signature|Authentication-Results):",
    re.IGNORECASE,
)
ESCAPED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
LARGEST = 256 << 20  # bytes of one message; nobody's mail server takes half of that
LONGEST_LINE = 1 << 20


def parse(source: Source) -> Parsed:
    """Every message with its attachments; one that cannot be read is an Outcome and the next goes on."""
    number = 0
    for number, raw in enumerate(messages(source.stream()), start=1):
        yield from attempt(_inside(source, raw, number))
    if not number:
        raise NothingInIt("no message in it")


def parse_message(source: Source) -> Parsed:
    """One message, named by its Message-ID within what holds it."""
    above = source.part.rpartition("#")[0] if source.part else ""
    yield from read_message(source, source.data, named=lambda document: source.unique(above + mbox_part(document)))


def _inside(source: Source, raw: bytes, number: int) -> Source:
    part = f"{source.part} > #{number}" if source.part else f"#{number}"
    return Source(source.path, "message", lambda: raw, None, part, MESSAGE, source.depth, source.parts)


def messages(stream: IO[bytes]) -> Iterator[bytes]:
    """The messages of an mbox without their envelopes, with `>From` as it was written.

    A "From " line begins a message when it looks like an envelope (a time and a year) after an empty line and a header
    follows; a letter's own "From here on ..." does neither.
    """
    held: list[bytes] = []
    size, blank, started = 0, True, False
    line = stream.readline(LONGEST_LINE)
    while line:
        following = stream.readline(LONGEST_LINE)
        if line.startswith(b"From ") and _begins(line, following, blank=blank):
            if started:
                yield _whole(held)
            elif any(one.strip() for one in held):
                raise Unreadable("is not an mbox (it does not begin with a message)")
            held, size, started = [], 0, True
        elif size < LARGEST:
            held.append(line)
            size += len(line)
        blank = line in (b"\n", b"\r\n")
        line = following
    if started:
        yield _whole(held)
    elif any(one.strip() for one in held):
        raise Unreadable("is not an mbox (it does not begin with a message)")


def _begins(line: bytes, following: bytes, *, blank: bool) -> bool:
    if not ENVELOPE.match(line):
        return blank and bool(NAMELESS.match(line)) and bool(KNOWN_HEADER.match(following))
    return bool((HEADER if blank else KNOWN_HEADER).match(following))


def _whole(lines: list[bytes]) -> bytes:
    raw = b"".join(lines)
    return ESCAPED.sub(b"", raw) if b">From " in raw else raw
