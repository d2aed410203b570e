"""The names by which Gmail and Outlook know the conversation of a message: facts of the place, as labels are."""

import binascii
import re
from email.message import Message

from ragd.parsers.mail import headers

GMAIL = re.compile(r"\s*(\d{1,20})\s*")
HEAD = 22  # bytes: a first byte, when the conversation began, its GUID (MS-OXOMSG, PidTagConversationIndex)
FIRST = b"\x01"


def of_headers(message: Message) -> tuple[str, ...]:
    """The conversations that the header names: Takeout writes X-GM-THRID, Outlook Thread-Index."""
    gmail = GMAIL.fullmatch(headers.header_whole(message, "X-GM-THRID") or "")
    outlook = of_index(_decoded(headers.header_whole(message, "Thread-Index") or ""))
    return (*([f"gmail {gmail[1]}"] if gmail else []), *outlook)


def of_index(index: bytes) -> tuple[str, ...]:
    """The conversation of Outlook's index, which every answer makes longer."""
    known = len(index) >= HEAD and index.startswith(FIRST) and any(index[6:HEAD])
    return (f"outlook {index[:HEAD].hex()}",) if known else ()


def _decoded(written: str) -> bytes:
    letters = re.sub(r"\s", "", written).rstrip("=")
    try:
        return binascii.a2b_base64(letters + "=" * (-len(letters) % 4), strict_mode=True)
    except ValueError:
        return b""
