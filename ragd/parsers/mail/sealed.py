"""A file within its signature (contract.pdf.p7m): what was signed, read as the file that it is."""

import base64
import binascii
import re

from ragd.parsers.mail.signed import content_of_signed
from ragd.parsers.source import Parsed, Source, Unreadable

ARMOUR = re.compile(rb"-----[A-Z0-9 ]+-----")
DER = 0x30  # what every ASN.1 sequence begins with


def parse(source: Source) -> Parsed:
    content = content_of_signed(_binary(source.data))
    if content is None:
        raise Unreadable("is encrypted, or damaged, or a signature without what was signed")
    yield from source.child(source.name.rpartition(".")[0] or source.name, content)


def _binary(data: bytes) -> bytes:
    """The signature as bytes: some programs write it as letters."""
    if data[0] == DER:
        return data
    try:
        return base64.b64decode(ARMOUR.sub(b"", data))
    except (binascii.Error, ValueError) as error:
        raise Unreadable("is no signed file") from error
