"""What stands in the text of old mails and is none: uuencoded files, PGP armour."""

import binascii
import re

from ragd.parsers.mail.letter import Attachment, Parts

UUENCODED = re.compile(
    r"^begin [0-7]{3,4} ([^\r\n]{1,200}?)[ \t]*\r?\n((?:[ -`]{1,100}\r?\n)+?)(?:[ `]?\r?\n)?end[ \t]*(?:\r?\n|\Z)",
    re.MULTILINE,
)
ENCRYPTED = re.compile(
    r"^-----BEGIN PGP MESSAGE-----.*?(?:^-----END PGP MESSAGE-----[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
SIGNED = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\r?\n(?:[A-Za-z-]+: [^\n]*\n)*\r?\n?", re.MULTILINE)
SIGNATURE = re.compile(
    r"^-----BEGIN PGP SIGNATURE-----.*?(?:^-----END PGP SIGNATURE-----[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
DASHED = re.compile(r"^- (?=-)", re.MULTILINE)


def taken_out(text: str, parts: Parts) -> str:
    """The text without what is no text; uuencoded files become attachments, an encrypted block a note."""
    if "begin " in text:
        text = UUENCODED.sub(lambda found: _file(found, parts), text)
    if "-----BEGIN PGP " not in text:
        return text
    if ENCRYPTED.search(text):
        parts.unread["encrypted message"] = "encrypted (PGP), needs your key"
        text = ENCRYPTED.sub("", text)
    if SIGNED.search(text):
        text = DASHED.sub("", SIGNATURE.sub("", SIGNED.sub("", text)))
    return text


def _file(found: re.Match[str], parts: Parts) -> str:
    data = b"".join(map(_line, found[2].splitlines()))
    if not data:
        return found[0]
    parts.attachments.append(Attachment(found[1].replace("\\", "/").rpartition("/")[2], "", data))
    return ""


def _line(line: str) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except (binascii.Error, ValueError):
        count = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3  # some programs count a line's letters wrongly
        try:
            return binascii.a2b_uu(line[:count])
        except (binascii.Error, ValueError):
            return b""
