"""Outlook's properties (MAPI), as .msg, .pst and winmail.dat hold them, made into a letter.

Numbers and types are those of MS-OXPROPS and MS-OXCDATA.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Final

from ragd.parsers.dates import iso
from ragd.parsers.decode import decode
from ragd.parsers.mail import conversations, headers, mime, rtf_mail
from ragd.parsers.mail.letter import EMPTY, PICTURE, Attachment, Body, Letter, Parts
from ragd.parsers.mail.signed import content_of_signed
from ragd.parsers.reading import fact
from ragd.parsers.source import Unreadable
from ragd.records import Kind

Value = str | bytes | int | datetime
Properties = Mapping[int, Value]

CLASS, SUBJECT, SUBMITTED, HEADERS, DELIVERED, CREATED = 0x001A, 0x0037, 0x0039, 0x007D, 0x0E06, 0x3007
STARTS = 0x0060  # of an appointment
SENDER: Final = ((0x0C1A, 0x5D01, 0x0C1F), (0x0042, 0x5D02, 0x0065))  # name, SMTP address, address; then who it is for
TO, CC, BCC = 0x0E04, 0x0E03, 0x0E02  # as shown, names only
PLAIN, RTF, HTML = 0x1000, 0x1009, 0x1013
MESSAGE_ID, REFERENCES, IN_REPLY_TO = 0x1035, 0x1039, 0x1042
CONVERSATION_INDEX = 0x0071
FLAGS, FLAGGED = 0x0E07, 0x1090
READ, UNSENT = 0x01, 0x08
PERSON_NAME, PERSON_SMTP, PERSON_ADDRESS, PERSON_ROLE = 0x3001, 0x39FE, 0x3003, 0x0C15
DATA, SHORT_NAME, METHOD, LONG_NAME, MIME_TYPE, CONTENT_ID, SHOWN_NAME = (
    0x3701,
    0x3704,
    0x3705,
    0x3707,
    0x370E,
    0x3712,
    0x3001,
)
HIDDEN = 0x7FFE
CODEPAGE, INTERNET_CODEPAGE = 0x3FFD, 0x3FDE
EMBEDDED: Final = 5  # the attachment's method: a message in the same store
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
KINDS: dict[str, Kind] = {
    **{"ipm.appointment": "event", "ipm.schedule": "mail", "ipm.contact": "contact", "ipm.distlist": "contact"},
    **{"ipm.stickynote": "note", "ipm.task": "note", "ipm.activity": "note"},
}


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a store: its properties, those of each recipient, what is attached, the messages in it."""

    properties: Properties
    people: Sequence[Properties] = ()
    attachments: Sequence[Attachment] = ()
    letters: Sequence[tuple[str, Letter]] = ()
    labels: tuple[str, ...] = ()


def value(kind: int, raw: bytes, codepage: str | None = None) -> Value | None:
    """A property's value by its type; None of types that no fact here has, and of broken ones."""
    if kind == 0x001F:
        return raw.decode("utf-16-le", "replace").rstrip("\0")
    if kind == 0x001E:
        return decode(raw.rstrip(b"\0"), codepage)
    if kind in (0x0102, 0x000D):
        return raw
    if kind in (0x0002, 0x0003, 0x000B, 0x0014):
        return int.from_bytes(raw[:8], "little")
    return _moment(raw) if kind == 0x0040 and len(raw) >= 8 else None


def _moment(raw: bytes) -> datetime | None:
    try:
        return EPOCH + timedelta(microseconds=struct.unpack_from("<Q", raw)[0] // 10)
    except OverflowError:
        return None


def codepage_of(properties: Properties) -> str | None:
    """What the eight-bit strings of an item are written in."""
    number = properties.get(INTERNET_CODEPAGE) or properties.get(CODEPAGE)
    known = {65001: "utf-8", 20127: "ascii", 28591: "iso-8859-1", 20866: "koi8-r", 50220: "iso-2022-jp"}
    return known.get(number, f"cp{number}") if isinstance(number, int) else None


def letter_from(item: Item) -> Letter:
    """The letter of an item. Its internet headers are believed first, where it came with some."""
    parts = _parts(item)
    labels = (*item.labels, *_labels(item.properties))
    kind = _kind(item.properties)
    stated = _stated(item.properties)
    known = mime.letter_of(stated, parts, labels) if stated else Letter(parts=parts, labels=labels)
    people = _recipients(item)
    return replace(
        known,
        kind=kind,
        subject=known.subject or _subject(item.properties),
        author=known.author or (None if kind in ("contact", "note") else _sender(item.properties)),
        recipients=known.recipients if len(known.recipients) >= len(people) else people,
        date=(known.date if stated and stated.get("Date") else None) or _date(item.properties),
        message_id=known.message_id or _bare(item.properties, MESSAGE_ID),
        references=known.references or _references(item.properties),
        conversations=known.conversations or _conversations(item.properties),
    )


def attachment_from(properties: Properties) -> Attachment:
    """An attachment with its bytes; pictures in the body and links to files elsewhere are not read."""
    data = properties.get(DATA)
    media_type = _text(properties, MIME_TYPE) or ""
    name = attached_name(properties)
    if not isinstance(data, bytes) or not data:
        return Attachment(name, media_type, b"", unread=f"{EMPTY}, or a link to one that lies elsewhere")
    if media_type.startswith("image/") and (properties.get(HIDDEN) or properties.get(CONTENT_ID)):
        return Attachment(name, media_type, data, unread=PICTURE)
    return Attachment(name, media_type, data)


def attached_name(properties: Properties) -> str:
    """What an attachment is called, without folders."""
    name = next(filter(None, (_text(properties, one) for one in (LONG_NAME, SHORT_NAME, SHOWN_NAME))), None)
    return (name or "attachment").replace("\\", "/").rpartition("/")[2] or "attachment"


def _stated(properties: Properties) -> Message | None:
    """The internet headers that the item was delivered with."""
    raw = properties.get(HEADERS)
    if not isinstance(raw, str) or ":" not in raw:
        return None
    try:
        message = mime.message_of(raw.partition("\r\n\r\n")[0].encode("utf-8", "replace") + b"\n\n")
    except Unreadable:
        return None
    return message if message.get("From") else None


def _parts(item: Item) -> Parts:
    parts = Parts(letters=list(item.letters))
    sealed = (_text(item.properties, CLASS) or "").lower().startswith("ipm.note.smime")
    if sealed and len(item.attachments) == 1:
        return _unsealed(item.attachments[0])
    body = _body(item.properties)
    if body:
        parts.bodies.append(body)
    if any(attached.media_type == "application/pgp-encrypted" for attached in item.attachments):
        parts.unread["encrypted message"] = "encrypted (PGP), needs your key"
        return parts
    for attached in item.attachments:
        if attached.unread:
            parts.leave_out(attached.name, attached.unread)
        else:
            parts.attachments.append(attached)
    return parts


def _body(properties: Properties) -> Body | None:
    plain = _text(properties, PLAIN)
    if plain and plain.strip():
        return Body(html=False, text=plain)
    page = properties.get(HTML)
    if isinstance(page, bytes):
        page = decode(page, codepage_of(properties))
    if isinstance(page, str) and page.strip():
        return Body(html=True, text=page)
    packed = properties.get(RTF)
    return rtf_mail.body_of(packed) if isinstance(packed, bytes) else None


def _unsealed(sealed: Attachment) -> Parts:
    """S/MIME: Outlook keeps the whole MIME part as the one attachment."""
    content = content_of_signed(sealed.data)
    if content is None and b"multipart/signed" in sealed.data[:4096].lower():
        content = sealed.data
    if content is not None and b":" in content[:200]:
        return mime.parts_of(mime.message_of(content))
    return Parts(unread={sealed.name: "encrypted (S/MIME), needs your key"})


def _subject(properties: Properties) -> str | None:
    """Without the mark that says how long its "Re: " is."""
    subject = _text(properties, SUBJECT) or ""
    return fact(subject[2:] if subject.startswith("\x01") else subject)


def _sender(properties: Properties) -> str | None:
    people = (_person(*(_text(properties, one) for one in three)) for three in SENDER)
    return next(filter(None, people), None)


def _recipients(item: Item) -> tuple[str, ...]:
    people = sorted(item.people, key=lambda one: one.get(PERSON_ROLE) or 0)
    found = [_person(*(_text(one, what) for what in (PERSON_NAME, PERSON_SMTP, PERSON_ADDRESS))) for one in people]
    if not any(found):
        shown = ";".join(filter(None, (_text(item.properties, one) for one in (TO, CC, BCC))))
        found = [fact(name) for name in shown.split(";")]
    return tuple(dict.fromkeys(filter(None, found)))[: headers.PEOPLE]


def _person(name: str | None, smtp: str | None, address: str | None) -> str | None:
    mailbox = next((one for one in (smtp, address) if one and "@" in one), None)
    return headers.person(name or "", mailbox or "")


def _date(properties: Properties) -> str | None:
    known = (STARTS, CREATED) if _kind(properties) == "event" else (SUBMITTED, DELIVERED, CREATED)
    return next(filter(None, (iso(properties.get(one)) for one in known)), None)


def _references(properties: Properties) -> tuple[str, ...]:
    return headers.ids(*(_text(properties, one) or "" for one in (REFERENCES, IN_REPLY_TO)))


def _conversations(properties: Properties) -> tuple[str, ...]:
    index = properties.get(CONVERSATION_INDEX)
    return conversations.of_index(index) if isinstance(index, bytes) else ()


def _bare(properties: Properties, what: int) -> str | None:
    return next(iter(headers.ids(_text(properties, what) or "")), None)


def _labels(properties: Properties) -> tuple[str, ...]:
    flags = properties.get(FLAGS)
    if not isinstance(flags, int):
        return ()
    unread, draft = not flags & READ and not flags & UNSENT, bool(flags & UNSENT)
    held = ((unread, "unread"), (draft, "draft"), (properties.get(FLAGGED) == 2, "flagged"))
    return tuple(label for on, label in held if on)


def _kind(properties: Properties) -> Kind:
    stated = (_text(properties, CLASS) or "").lower()
    return next((kind for beginning, kind in KINDS.items() if stated.startswith(beginning)), "mail")


def _text(properties: Properties, what: int) -> str | None:
    found = properties.get(what)
    return found if isinstance(found, str) else None


def gathered(entries: Iterable[tuple[int, int, bytes]]) -> dict[int, Value]:
    """Properties from (number, type, raw value); eight-bit strings in the encoding that the others name."""
    held = list(entries)
    plain = {number: found for number, kind, raw in held if kind != 0x001E and (found := value(kind, raw)) is not None}
    codepage = codepage_of(plain)
    eight = {
        number: found
        for number, kind, raw in held
        if kind == 0x001E and (found := value(kind, raw, codepage)) is not None
    }
    return {**eight, **plain}
