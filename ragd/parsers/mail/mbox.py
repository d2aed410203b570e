"""mbox: a file of messages, read one by one in bounded memory."""

import hashlib
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import IO

from ragd.parsers.mail import headers
from ragd.parsers.mail.eml import read_message
from ragd.parsers.mail.letter import FAMILY, mbox_part
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable, attempt
from ragd.parsers.table import Format
from ragd.records import Member, Outcome

MESSAGE = Format(FAMILY, "ragd.parsers.mail.mbox:parse_message", "mail", "")

CLOCK = rb"\d\d?:\d\d(?::\d\d)?"
ENVELOPE = re.compile(  # "From dana@example.org Sat Jan  3 01:05:34 1996", with a zone before or after the year
    rb"^From (?:.*\s)?(?:" + CLOCK + rb"\b.*\b\d{4}\b|\d{4}\b.*\b" + CLOCK + rb")"
)
PLAINLY = re.compile(  # as every program that delivers mail writes it: whatever follows, a message begins
    rb"^From \S+\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d\d? "
    + CLOCK
    + rb"(?: [A-Z]{3,4}| [+-]\d{4})? \d{4}(?: [+-]\d{4})?\s*$"
)
CAME = re.compile(  # of an envelope that a mail server wrote: "From dana@example.org Sat Jan  3 01:05:34 1996"
    rb"^From (?!MAILER[-_]DAEMON)\S[^\n]{0,500}?\s((?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?"
    rb"(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d\d?|\d\d? [A-Z][a-z]{2}) .*\d\d?:\d\d.*)"
)
NAMELESS = re.compile(rb"^From (?:-|\S+@\S+|MAILER[-_]DAEMON|\S+)\s*$")
HEADER = re.compile(rb"^(?:[!-9;-~]{1,100}:|>?From )")
KNOWN_HEADER = re.compile(
    rb"^(?:Return-Path|Received|From|Date|X-[\w-]+|Message-ID|Delivered-To|Status|Subject|To|MIME-Version|Content-Type"
    rb"|Envelope-To|Reply-To|Sender|DKIM-Signature|Authentication-Results):",
    re.IGNORECASE,
)
ESCAPED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
NOBODY_KNOWS = "1970-01-01"  # the beginning of time
EMPTY = (b"\n", b"\r\n")
LENGTH = b"content-length:"
LARGEST = 256 << 20  # bytes of one message; nobody's mail server takes half of that
LONGEST_LINE = 1 << 20


def parse(source: Source) -> Parsed:
    """Every message with its attachments; one that cannot be read is an Outcome and the next goes on."""
    met = False
    for envelope, raw in _letters(source.stream()):
        met = True
        inside = _inside(source, raw)
        for number, found in enumerate(attempt(inside)):
            failed = isinstance(found, Outcome) and found.part == inside.part
            if isinstance(found, Member) and number == 0 and found.document.kind == "mail" and not found.document.date:
                yield replace(found, dated=_came(envelope))
            else:
                yield replace(found, part=source.unique(found.part or "")) if failed else found
    if not met:
        raise NothingInIt("no message in it")


def goes_on(before: bytes, after: bytes) -> bool:
    """Whether a mailbox that ended with `before` and goes on with `after` goes on with a message of its own."""
    lines = after.splitlines(keepends=True)
    return (
        before.endswith(b"\n")
        and len(lines) > 1
        and lines[0].startswith(b"From ")
        and _begins(lines[0], lines[1], blank=before.endswith((b"\n\n", b"\n\r\n")))
    )


def parse_message(source: Source) -> Parsed:
    """One message, named by its Message-ID within what holds it."""
    above = source.part.rpartition("#")[0] if source.part else ""
    yield from read_message(source, source.data, named=lambda document: source.unique(above + mbox_part(document)))


def _inside(source: Source, raw: bytes) -> Source:
    name = f"#{hashlib.sha256(raw).hexdigest()[:12]}"
    part = f"{source.part} > {name}" if source.part else name
    return Source(
        source.path, "message.eml", lambda: raw, None, part, MESSAGE, source.depth, source.parts, None, source.budget
    )


def _came(envelope: bytes) -> str | None:
    """When a message came into its mailbox, in ISO 8601, as the program that wrote the mailbox says; else None.

    A fact of the place: in the message's identity it would make two of one that lies in two exports. MAILER-DAEMON is
    what programs write that know nobody, with the day of the export.
    """
    found = CAME.match(envelope)
    came = headers.read_date(found[1].decode("ascii", "replace").strip()) if found else None
    return None if came and came.startswith(NOBODY_KNOWS) else came


def messages(stream: IO[bytes]) -> Iterator[bytes]:
    """The messages of an mbox without their envelopes, with `>From` as it was written."""
    return (raw for _, raw in _letters(stream))


def _letters(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The messages, each behind its envelope (b"" where it has none).

    A "From " line begins a message when it looks like an envelope (a time and a year) after an empty line and a header
    follows; a letter's own "From here on ..." does neither. A body whose length the header states, and right behind
    which a message begins, is taken as it is (mboxcl).
    """
    lines = _Lines(stream)
    envelope, held = b"", list[bytes]()
    size, blank, started = 0, True, False
    stated: int | None = 0  # the body's length, 0 where none is; None in the body
    while line := lines.read():
        if line.startswith(b"From ") and _begins(line, lines.peek(), blank=blank):
            if started or held:
                yield envelope, _whole(held, started=started)
            envelope = line
            held, size, blank, started, stated = [], 0, False, True, 0
            continue
        blank = line in EMPTY
        if size < LARGEST and (started or not blank):
            held.append(line)
            size += len(line)
        if stated is not None and started:
            held += lines.body(stated) if blank else ()
            stated = None if blank else _length(line) or stated
    if started or held:
        yield envelope, _whole(held, started=started)


class _Lines:
    """The lines of a stream, with a way to look ahead."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._ahead: deque[bytes] = deque()

    def read(self) -> bytes:
        return self._ahead.popleft() if self._ahead else self._stream.readline(LONGEST_LINE)

    def peek(self) -> bytes:
        if not self._ahead:
            self._ahead.append(self._stream.readline(LONGEST_LINE))
        return self._ahead[0]

    def body(self, length: int) -> list[bytes]:
        """The next `length` bytes if a message, or nothing, follows them; else nothing, and they are read as lines."""
        if self._ahead or not 0 < length <= LARGEST:
            return []
        data = self._stream.read(length)
        behind = [self._stream.readline(LONGEST_LINE)]
        while behind[-1] in EMPTY:
            behind.append(self._stream.readline(LONGEST_LINE))
        fits = len(data) == length and (not behind[-1] or bool(ENVELOPE.match(behind[-1])))
        self._ahead.extend(behind if fits else BytesIO(b"".join([data, *behind])).readlines())
        return [data] if fits else []


def _length(line: bytes) -> int:
    stated = line[len(LENGTH) :].strip() if line[: len(LENGTH)].lower() == LENGTH else b""
    return int(stated) if stated.isdigit() else 0


def _begins(line: bytes, following: bytes, *, blank: bool) -> bool:
    if not ENVELOPE.match(line):
        return blank and bool(NAMELESS.match(line)) and bool(KNOWN_HEADER.match(following))
    return (blank and bool(PLAINLY.match(line))) or bool((HEADER if blank else KNOWN_HEADER).match(following))


def _whole(lines: list[bytes], *, started: bool) -> bytes:
    if not started:
        raise Unreadable("is not an mbox (it does not begin with a message)")
    raw = b"".join(lines)
    return ESCAPED.sub(b"", raw) if b">From " in raw else raw
