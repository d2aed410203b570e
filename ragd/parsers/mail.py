"""A message: its body as text, its headers as facts, its attachments as parts."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from ragd.parsers import headers
from ragd.parsers.decode import decode
from ragd.parsers.reading import clean, fact
from ragd.parsers.source import Parsed, Source, Unreadable
from ragd.records import Document, Member

FAMILY = "mail/1"
ESCAPED_FROM = re.compile(r"^>+(?=From )", re.MULTILINE)
HEADER = re.compile(rb"^[!-9;-~]{1,100}[ \t]*:", re.MULTILINE)
ENVELOPE = re.compile(rb"\A(?:>?From [^\r\n]*\r?\n)+")
SILENT = frozenset(  # parts that are machinery: nobody would call them attachments
    (
        *("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"),
        *("message/delivery-status", "message/disposition-notification", "application/pgp-encrypted"),
        *("message/external-body", "message/partial", "text/x-amp-html"),
    )
)
DEPTH = 40  # of multiparts in multiparts


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is no body: its name, the type that the mail states, its decoded bytes."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """A part of the text: plain, or a page of HTML."""

    html: bool
    text: str


@dataclass(slots=True)
class Parts:
    """What a message holds, in order."""

    bodies: list[Body] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


def parse(source: Source) -> Parsed:
    """An .eml file, or a message attached to another."""
    data = source.data
    if source.name.lower().endswith(".emlx"):  # Apple: the length, the message, a property list
        count, _, rest = data.partition(b"\n")
        data = rest[: int(count)] if count.strip().isdigit() else data
    yield from read_message(source, data, named=lambda _: source.part)


def read_message(source: Source, data: bytes, *, named: Callable[[Document], str | None]) -> Parsed:
    """One message and what is attached to it. `named` gives the part that it is, None for the whole file."""
    data = ENVELOPE.sub(b"", data.lstrip(b"\r\n"), count=1)
    if not HEADER.match(data):
        raise Unreadable("is not a mail message (no header at its start)")
    message = BytesParser(policy=compat32).parsebytes(data)
    parts = Parts()
    _collect(message, parts, 0)
    document = _document(message, parts)
    part = named(document)
    yield Member(part, document)
    for attached in parts.attachments:
        yield from source.child(attached.name, attached.data, media_type=attached.media_type, within=part)


def mbox_part(document: Document) -> str:
    """How a message of an mbox is named: `<message-id>`, without one `#` and a hash."""
    return f"<{document.message_id}>" if document.message_id else f"#{document.id[:12]}"


def _document(message: Message, parts: Parts) -> Document:
    text = "\n\n".join(filter(None, map(_shown, parts.bodies)))
    author = next(iter(headers.people(message, "From") or headers.people(message, "Sender", "Reply-To")), None)
    recipients = headers.people(message, "To", "Cc", "Bcc")
    subject, date = headers.header(message, "Subject"), headers.date(message)
    message_id = headers.message_id(message)
    return Document(
        id=_identity(text, (author, subject, date, message_id, *recipients), parts.attachments),
        text=text,
        kind="mail",
        family=FAMILY,
        title=subject,
        author=author,
        recipients=recipients,
        date=date,
        message_id=message_id,
        references=headers.references(message),
    )


def _shown(body: Body) -> str:
    if not body.html:
        return clean(body.text)
    from ragd.parsers.html import read_page

    return read_page(body.text, meant_as="mail").text


def _identity(text: str, facts: tuple[str | None, ...], attachments: list[Attachment]) -> str:
    """The same for one message in two exports: they differ in line ends, blanks, envelopes and escaped "From "."""
    body = " ".join(ESCAPED_FROM.sub("", text).split())
    hashes = sorted(hashlib.sha256(attached.data).hexdigest() for attached in attachments)
    kept = "\0".join(["mail", body, *(fact or "" for fact in facts), *hashes])
    return hashlib.sha256(kept.encode()).hexdigest()


def _collect(part: Message, parts: Parts, depth: int) -> None:
    """Sort a part and what is in it into bodies and attachments."""
    if depth > DEPTH:
        raise Unreadable("its parts are nested too deeply")
    media_type = part.get_content_type()
    if media_type in SILENT:
        return
    if media_type in ("message/rfc822", "message/global"):
        _add_message(part, parts)
    elif part.is_multipart():
        inside = [one for one in part.get_payload() if isinstance(one, Message)]
        if media_type == "multipart/alternative":
            _add_best(inside, parts, depth)
        else:
            for one in inside:
                _collect(one, parts, depth + 1)
    elif _is_body(part, media_type):
        parts.bodies.append(Body(media_type == "text/html", _text(part, media_type)))
    else:
        _add_attachment(part, media_type, parts)


def _add_best(alternatives: list[Message], parts: Parts, depth: int) -> None:
    """Of several forms of one body the plain one, unless it is empty or a mere note that there is another."""
    forms = Parts()
    for one in alternatives:
        _collect(one, forms, depth + 1)
    parts.attachments += forms.attachments
    plain = [body for body in forms.bodies if not body.html and body.text.strip()]
    pages = [body for body in forms.bodies if body.html]
    words = " ".join(body.text for body in plain)
    parts.bodies += pages if pages and (not plain or (len(words) < 200 and _is_stub(words))) else plain


def _is_stub(text: str) -> bool:
    return bool(re.search(r"\bhtml\b|view (?:this|the) (?:e-?mail|message)|in (?:your|a) browser", text, re.IGNORECASE))


def _is_body(part: Message, media_type: str) -> bool:
    if media_type not in ("text/plain", "text/html", "text/enriched", "text/richtext", "text/x-markdown"):
        # a multipart whose parts cannot be told apart is read as it stands
        return media_type.startswith("multipart/") or (not part.get("Content-Type") and not _name(part))
    disposition = str(part.get("Content-Disposition") or "").partition(";")[0].strip().lower()
    return disposition != "attachment" and not _name(part)


def _text(part: Message, media_type: str) -> str:
    text = decode(_bytes(part), _parameter(part, "charset"))
    if media_type == "text/plain" and (_parameter(part, "format") or "").lower() == "flowed":
        return _unflowed(text, (_parameter(part, "delsp") or "").lower() == "yes")
    if media_type in ("text/enriched", "text/richtext"):
        return re.sub(r"<[^<>\n]{0,100}>", "", text).replace("<<", "<")
    return text


def _unflowed(text: str, delete_space: bool) -> str:
    """Lines that a mail program cut (RFC 3676: they end in a blank) are one again; quotes are left as they are."""
    lines: list[str] = []
    flowing = False
    for line in text.replace("\r\n", "\n").split("\n"):
        quoted = line.startswith(">")
        if flowing and not quoted and line != "-- ":
            lines[-1] = (lines[-1][:-1] if delete_space else lines[-1]) + line.removeprefix(" ")
        else:
            lines.append(line if quoted else line.removeprefix(" "))
        # After a hyphen the line's end stays: whoever compares texts passes over hyphens only there.
        flowing = not quoted and line.endswith(" ") and line != "-- " and not line.rstrip().endswith("-")
    return "\n".join(lines)


def _bytes(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError):  # what broken encodings have raised
        payload = None
    if isinstance(payload, bytes):
        return payload
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def _parameter(part: Message, name: str) -> str | None:
    try:
        value = part.get_param(name)
    except (ValueError, TypeError, LookupError):
        return None
    value = value[2] if isinstance(value, tuple) else value
    return str(value).strip(" '\"") if value else None


def _name(part: Message) -> str | None:
    try:
        raw = part.get_filename()
    except (ValueError, TypeError, LookupError):
        return None
    name = fact(headers.decoded(raw)) if raw else None
    return name.replace("\\", "/").rpartition("/")[2] or None if name else None


def _add_message(part: Message, parts: Parts) -> None:
    inside = part.get_payload()
    inner = inside[0] if isinstance(inside, list) and inside else None
    if not isinstance(inner, Message):
        data, name = _bytes(part), _name(part)
    else:
        try:
            data = inner.as_bytes()
        except (ValueError, LookupError, TypeError, AttributeError, KeyError):  # it cannot write what it has read
            data = str(inner.get_payload()).encode("utf-8", "replace")
        known = headers.message_id(inner)
        name = _name(part) or (f"<{known}>" if known else None)
    if data.strip():
        parts.attachments.append(Attachment(name or "message", "message/rfc822", data))


def _add_attachment(part: Message, media_type: str, parts: Parts) -> None:
    name = _name(part)
    if media_type.startswith("image/") and (part.get("Content-ID") or not name):
        return  # a picture in the body: a logo, a smiley
    data = _bytes(part)
    if data.strip():
        parts.attachments.append(Attachment(name or "attachment", media_type, data))
