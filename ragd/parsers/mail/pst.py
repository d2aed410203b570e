"""Outlook's stores (.pst, .ost): every item of every folder, read by libpff where the file lies."""

import os
from collections.abc import Iterator
from typing import IO, Any

from ragd.parsers.mail import mapi
from ragd.parsers.mail.letter import Attachment, Letter, mbox_part, tell
from ragd.parsers.reading import fact
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable

TOP = "IPM_SUBTREE"
DEPTH = 64  # of folders
INSIDE = 8  # of messages in messages
LARGEST = 256 << 20  # bytes of one attachment
BROKEN = (OSError, ValueError, MemoryError, SystemError, TypeError)  # what libpff raises for a damaged item


def parse(source: Source) -> Parsed:
    """Every item with its attachments, labelled with its folder; one that is damaged is an Outcome."""
    import pypff  # type: ignore[import-not-found]

    file = pypff.file()
    bytes_ = source.seekable()
    cut = _missing(bytes_)
    try:
        file.open_file_object(bytes_)
    except BROKEN as error:
        raise Unreadable(cut or "is no Outlook store, or is damaged: Outlook's scanpst may mend it") from error
    number = 0
    try:
        for number, (folder, item) in enumerate(_items(file.get_root_folder(), (), DEPTH), start=1):
            yield from _told(source, folder, item, number)
    finally:
        file.close()
    if cut:
        yield source.failed(source.unique("the rest"), cut)
    if not number:
        raise NothingInIt("no message in it")


def _missing(file: IO[bytes]) -> str | None:
    """Whether a store is shorter than it says of itself; [MS-PST] 2.2.2.6 has where that stands."""
    header = file.read(200)
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if len(header) < 200 or header[:4] != b"!BDN":
        return None
    unicode = int.from_bytes(header[10:12], "little") >= 23
    stated = int.from_bytes(header[184:192] if unicode else header[168:172], "little")
    return f"is cut off: {size:,} of {stated:,} bytes are there" if size < stated else None


def _items(folder: Any, path: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each item with the names of the folders that it is in; None for one that cannot be opened."""
    for index in range(_count(folder, "sub_messages")):
        yield path, _opened(folder.get_sub_message, index)
    for index in range(_count(folder, "sub_folders") if depth else 0):
        inner = _opened(folder.get_sub_folder, index)
        if inner is not None:
            name = fact(_opened(inner.get_name)) or ""
            yield from _items(inner, (*path, name) if name else path, depth - 1)


def _told(source: Source, folder: tuple[str, ...], item: Any, number: int) -> Parsed:
    letter = _letter(item, folder, INSIDE) if item is not None else None
    if letter is None:
        yield source.failed(source.unique(f"#{number}"), "is damaged, and Outlook's store gives it no other copy")
        return
    yield from tell(source, letter, named=lambda document: source.unique(mbox_part(document)))


def _letter(item: Any, folder: tuple[str, ...], depth: int) -> Letter | None:
    properties = _properties(item)
    if not properties:
        return None
    attachments, letters = [], []
    for index in range(_count(item, "attachments")):
        found = _attached(_opened(item.get_attachment, index), depth)
        if isinstance(found, Attachment):
            attachments.append(found)
        else:
            letters.append(found)
    people = [mapi.gathered(_entries(one)) for one in _sets(_opened(lambda: item.recipients))]
    return mapi.letter_from(mapi.Item(properties, people, attachments, letters, _labels(folder)))


def _labels(folder: tuple[str, ...]) -> tuple[str, ...]:
    """The folder as Outlook shows it: without the store's own two or three levels above it."""
    if TOP in folder:
        folder = folder[folder.index(TOP) + 1 :]
    elif len(folder) > 1:
        folder = folder[1:]
    return ("/".join(folder),) if folder else ()


def _attached(part: Any, depth: int) -> Attachment | tuple[str, Letter]:
    if part is None:
        return Attachment("attachment", "", b"", unread="damaged: it cannot be opened")
    properties = _properties(part)
    if properties.get(mapi.METHOD) == mapi.EMBEDDED:
        inner = _opened(part.get_sub_item, 0) if depth and _count(part, "sub_items") else None
        letter = _letter(inner, (), depth - 1) if inner is not None else None
        name = mapi.attached_name(properties)
        return (name, letter) if letter else Attachment(name, "", b"", unread="an item that cannot be opened")
    if not isinstance(properties.get(mapi.DATA), bytes):
        size = _opened(part.get_size) or 0
        data = _opened(part.read_buffer, min(size, LARGEST)) if size else None
        properties = {**properties, mapi.DATA: data or b""}
    return mapi.attachment_from(properties)


def _properties(item: Any) -> dict[int, mapi.Value]:
    sets = _sets(item)
    return mapi.gathered(_entries(sets[0])) if sets else {}


def _sets(item: Any) -> list[Any]:
    if item is None:
        return []
    found = (_opened(item.get_record_set, index) for index in range(_count(item, "record_sets")))
    return [one for one in found if one is not None]


def _entries(record_set: Any) -> Iterator[tuple[int, int, bytes]]:
    for index in range(_count(record_set, "entries")):
        entry = _opened(record_set.get_entry, index)
        if entry is not None and entry.entry_type is not None and entry.value_type is not None:
            yield entry.entry_type, entry.value_type, _opened(entry.get_data) or b""


def _count(holder: Any, what: str) -> int:
    return int(_opened(getattr(holder, f"get_number_of_{what}")) or 0)


def _opened(open_it: Any, *which: int) -> Any:
    """What libpff gives, None where the store is damaged there."""
    try:
        return open_it(*which)
    except BROKEN:
        return None
