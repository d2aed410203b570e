"""winmail.dat: what Outlook wraps a message's formatting and attachments in (MS-OXTNEF)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ragd.parsers.mail import mapi
from ragd.parsers.mail.letter import Attachment, Letter, Parts, tell
from ragd.parsers.source import Parsed, Source, Unreadable

SIGNATURE = b"\x78\x9f\x3e\x22"
SUBJECT, BODY, FILE, TITLE, NEW_FILE, PROPERTIES, FILE_PROPERTIES, CODEPAGE = (
    *(0x8004, 0x800C, 0x800F, 0x8010, 0x9002),
    *(0x9003, 0x9005, 0x9007),
)
FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4}  # bytes; other fixed types take eight
VARIABLE = frozenset((0x000D, 0x001E, 0x001F, 0x0102))
MANY, NAMED = 0x1000, 0x8000
DEPTH = 8


@dataclass(slots=True)
class _File:
    """An attachment as it is met: its title and bytes, and its properties, which know more."""

    title: str = "attachment"
    data: bytes = b""
    properties: dict[int, mapi.Value] = field(default_factory=dict)
    inner: bytes = b""  # a message in it, wrapped in the same way


def parse(source: Source) -> Parsed:
    """A winmail.dat that was saved by itself."""
    yield from tell(source, letter_of(source.data), named=lambda _: source.part)


def unwrap(parts: Parts) -> None:
    """Put what is in a mail's winmail.dat where it would be without; the mail's own text is kept where it has one."""
    for wrapped in parts.outlook:
        try:
            inside = letter_of(wrapped.data).parts
        except Unreadable as reason:
            parts.unread[wrapped.name] = str(reason)
            continue
        if not any(body.text.strip() for body in parts.bodies):
            parts.bodies += inside.bodies
        parts.attachments += inside.attachments
        parts.letters += inside.letters
        for name, why in inside.unread.items():
            parts.leave_out(name, why)
        if not (inside.attachments or inside.letters or inside.unread):
            parts.leave_out(wrapped.name, "only what Outlook knows of the message: there is no file in it")
    parts.outlook.clear()


def letter_of(data: bytes, depth: int = DEPTH) -> Letter:
    """The message in a TNEF stream. Raises Unreadable where it is none; of a truncated one what is there."""
    if not data.startswith(SIGNATURE):
        raise Unreadable("is no winmail.dat, or is damaged at its start")
    properties: dict[int, mapi.Value] = {}
    codepage = "cp1252"
    files: list[_File] = []
    for name, value in _attributes(data):
        if name == CODEPAGE and len(value) >= 4:
            codepage = f"cp{struct.unpack_from('<I', value)[0]}"
        elif name == PROPERTIES:
            properties |= mapi.gathered(_entries(value))
        elif name == SUBJECT:
            properties.setdefault(mapi.SUBJECT, mapi.value(0x001E, value, codepage) or "")
        elif name == BODY:
            properties.setdefault(mapi.PLAIN, mapi.value(0x001E, value, codepage) or "")
        else:
            _add_to_files(files, name, value, codepage)
    attachments = [_attachment(file) for file in files if not file.inner]
    letters = [
        (mapi.attached_name(file.properties), letter_of(file.inner, depth - 1))
        for file in files
        if file.inner and depth
    ]
    return mapi.letter_from(mapi.Item(properties, (), attachments, letters))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 6
    while position + 9 <= len(data):
        _, name, _, length = struct.unpack_from("<BHHI", data, position)
        yield name, data[position + 9 : position + 9 + length]
        position += 9 + length + 2  # a checksum, which many programs compute wrongly


def _add_to_files(files: list[_File], name: int, value: bytes, codepage: str) -> None:
    if name == NEW_FILE or (name in (TITLE, FILE, FILE_PROPERTIES) and not files):
        files.append(_File())
    if name == TITLE:
        files[-1].title = str(mapi.value(0x001E, value, codepage) or files[-1].title)
    elif name == FILE:
        files[-1].data = value
    elif name == FILE_PROPERTIES:
        entries = list(_entries(value))
        files[-1].properties = mapi.gathered(entries)
        objects = (raw for number, kind, raw in entries if (number, kind) == (mapi.DATA, 0x000D))
        files[-1].inner = next((raw[16:] for raw in objects if raw[16:20] == SIGNATURE), b"")


def _attachment(file: _File) -> Attachment:
    data = file.data or file.properties.get(mapi.DATA) or b""
    return mapi.attachment_from({mapi.SHORT_NAME: file.title, **file.properties, mapi.DATA: data})


def _entries(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(number, type, raw value) of each property; of one with many values the first."""
    try:
        position = 4
        for _ in range(struct.unpack_from("<I", data)[0]):
            kind, number = struct.unpack_from("<HH", data, position)
            position = _after_name(data, position + 4) if number >= NAMED else position + 4
            values, position = _values(data, position, kind)
            if values:
                yield number, kind & ~MANY, values[0]
    except struct.error:
        return  # truncated


def _after_name(data: bytes, position: int) -> int:
    by_words, length = struct.unpack_from("<II", data, position + 16)
    return position + 24 + (_padded(length) if by_words else 0)


def _values(data: bytes, position: int, kind: int) -> tuple[list[bytes], int]:
    count, plain = 1, kind & ~MANY
    if kind & MANY or plain in VARIABLE:
        count, position = struct.unpack_from("<I", data, position)[0], position + 4
    found: list[bytes] = []
    for _ in range(count):
        width = stride = FIXED.get(plain, 8)
        if plain in VARIABLE:
            width, position = struct.unpack_from("<I", data, position)[0], position + 4
            stride = _padded(width)
        if position >= len(data):
            break
        found.append(data[position : position + width])
        position += stride
    return found, position


def _padded(length: int) -> int:
    return length + -length % 4
