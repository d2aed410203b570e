"""Apple Mail's .emlx: the message's length, the message, a property list with what Mail knows of it."""

import plistlib
import re
from xml.parsers.expat import ExpatError

from ragd.parsers.mail.eml import read_message
from ragd.parsers.source import Parsed, Source

FLAGS = {1 << 1: "trashed", 1 << 2: "replied", 1 << 4: "flagged", 1 << 6: "draft", 1 << 8: "forwarded"}
READ = 1


def parse(source: Source) -> Parsed:
    """The message; its labels are Mail's flags."""
    count, _, rest = source.data.partition(b"\n")
    length = int(count) if re.fullmatch(rb"\s*\d{1,12}\s*", count) else len(source.data)
    message = rest[:length] if count.strip().isdigit() else source.data
    yield from read_message(source, message, named=lambda _: source.part, place=_flags(rest[length:]))


def _flags(trailer: bytes) -> tuple[str, ...]:
    try:
        known = plistlib.loads(trailer.strip())
    except (ValueError, ExpatError, AttributeError, OverflowError, plistlib.InvalidFileException, LookupError):
        return ()
    flags = known.get("flags") if isinstance(known, dict) else None
    if not isinstance(flags, int):
        return ()
    return (*(["unread"] if not flags & READ else []), *(label for bit, label in FLAGS.items() if flags & bit))
