"""Outlook's .msg: one item, its properties in the streams of an OLE file (MS-OXMSG)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from ragd.parsers.mail import mapi
from ragd.parsers.mail.letter import Attachment, Letter, tell
from ragd.parsers.source import Parsed, Source, Unreadable

PROPERTIES, STREAM = "__properties_version1.0", "__substg1.0_"
RECIPIENT, ATTACHED = "__recip_version1.0_", "__attach_version1.0_"
VARIABLE = frozenset((0x001E, 0x001F, 0x0102, 0x000D))  # types whose value is a stream of its own
HEAD, HEAD_INSIDE, HEAD_OF_PART = 32, 24, 8  # bytes before the properties: of the item, of one in it, of its parts
DEPTH = 8
LARGEST = 256 << 20  # bytes of one stream


@dataclass(slots=True)
class Storage:
    """A folder in the OLE file: its streams and folders by name."""

    path: list[str] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)
    folders: dict[str, "Storage"] = field(default_factory=dict)


def parse(source: Source) -> Parsed:
    """The item as a message, and what is attached to it."""
    import olefile  # type: ignore[import-untyped]

    try:
        with olefile.OleFileIO(BytesIO(source.data)) as file:
            root = _tree(file)
            if PROPERTIES not in root.streams:
                raise Unreadable("is no Outlook message (an OLE file of another program)")
            letter = _letter(file, root, HEAD, DEPTH)
    except (OSError, struct.error, IndexError, ValueError) as error:  # what broken OLE files have raised
        raise Unreadable(f"is damaged ({error})") from error
    yield from tell(source, letter, named=lambda _: source.part)


def _tree(file: Any) -> Storage:
    root = Storage()
    for path in file.listdir(streams=True, storages=True):
        here = root
        for step in path[:-1]:
            here = here.folders.setdefault(step, Storage([*here.path, step]))
        if file.get_type(path) == 2:  # a stream
            here.streams.append(path[-1])
        else:
            here.folders.setdefault(path[-1], Storage(path))
    return root


def _letter(file: Any, storage: Storage, head: int, depth: int) -> Letter:
    people, attachments, letters = [], [], []
    for name, inside in sorted(storage.folders.items()):
        if name.startswith(RECIPIENT):
            people.append(mapi.gathered(_entries(file, inside, HEAD_OF_PART)))
        elif name.startswith(ATTACHED):
            found = _attached(file, inside, depth)
            if isinstance(found, Attachment):
                attachments.append(found)
            else:
                letters.append(found)
    properties = mapi.gathered(_entries(file, storage, head))
    return mapi.letter_from(mapi.Item(properties, people, attachments, letters))


def _attached(file: Any, storage: Storage, depth: int) -> Attachment | tuple[str, Letter]:
    properties = mapi.gathered(_entries(file, storage, HEAD_OF_PART))
    inside = storage.folders.get(f"{STREAM}3701000D")
    if inside is None:
        return mapi.attachment_from(properties)
    if PROPERTIES not in inside.streams or not depth:
        why = "a drawing or a sheet of another program, which only that can show" if depth else "lies too deep"
        return Attachment(mapi.attached_name(properties), "", b"", unread=why)
    return mapi.attached_name(properties), _letter(file, inside, HEAD_INSIDE, depth - 1)


def _entries(file: Any, storage: Storage, head: int) -> Iterator[tuple[int, int, bytes]]:
    """(number, type, raw value) of each property."""
    for name in storage.streams:
        if name.startswith(STREAM) and len(name) == len(STREAM) + 8:
            tag = int(name[len(STREAM) :], 16)
            if tag & 0xFFFF in VARIABLE:
                yield tag >> 16, tag & 0xFFFF, _read(file, [*storage.path, name])
    table = _read(file, [*storage.path, PROPERTIES]) if PROPERTIES in storage.streams else b""
    for start in range(head, len(table) - 15, 16):
        tag = struct.unpack_from("<I", table, start)[0]
        if tag & 0xFFFF not in VARIABLE:
            yield tag >> 16, tag & 0xFFFF, table[start + 8 : start + 8 + _width(tag & 0xFFFF)]


def _width(kind: int) -> int:
    return {0x0002: 2, 0x0003: 4, 0x000B: 2}.get(kind, 8)


def _read(file: Any, path: list[str]) -> bytes:
    with file.openstream(path) as stream:
        return bytes(stream.read(LARGEST))
