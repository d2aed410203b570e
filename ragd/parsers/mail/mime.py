"""A MIME message taken apart: what is text, what is attached, and what cannot be read without a key."""

import re
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32

from ragd.parsers.decode import decode, is_wide
from ragd.parsers.mail import conversations, headers, inline, labels
from ragd.parsers.mail.flowed import unflowed
from ragd.parsers.mail.letter import EMPTY, PICTURE, Attachment, Body, Letter, Parts
from ragd.parsers.mail.signed import content_of_signed
from ragd.parsers.reading import fact
from ragd.parsers.source import Unreadable

HEADER = re.compile(rb"^[!-9;-~]{1,100}[ \t]*:", re.MULTILINE)
GAP = re.compile(rb"^([!-9;-~]{1,100})[ \t]+:", re.MULTILINE)
ENVELOPE = re.compile(rb"\A(?:>?From [^\r\n]*\r?\n)+")
SILENT = frozenset(  # parts that are machinery: nobody would call them attachments
    (
        *("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"),
        *("message/delivery-status", "message/disposition-notification", "application/pgp-encrypted"),
        "text/x-amp-html",
    )
)
BODIES = frozenset(("text/plain", "text/html", "text/enriched", "text/richtext", "text/x-markdown", "text"))
MESSAGES = frozenset(("message/rfc822", "message/global", "message/news", "message/x-rfc822"))
TNEF = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
SMIME = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
PIECE = "one of several pieces that a message was cut into: read as far as it goes, and not joined with the others"
DEPTH = 40  # of multiparts in multiparts, and of messages in messages
STUB = 300  # characters: a plain form shorter than this may be a mere note that there is another
NOTE = re.compile(r"\bhtml\b|view (?:this|the) (?:e-?mail|message)|in (?:your|a) browser|MIME", re.IGNORECASE)
PART_HEADER = re.compile(r"^(--[^\s-][^\r\n]{0,80}?)[ \t]*\r?\nContent-[A-Za-z-]+:", re.MULTILINE | re.IGNORECASE)
LONGEST_HEADER = 1_000_000  # code points; of those that say what a part is, which the library reads in squares of it,
LONGEST_PARAMETERS = 20_000
NAME = re.compile(r'name="?([^";\r\n]+)')
TAG = re.compile(r"<[^<>\n]{0,100}>")


class Bounded(Compat32):
    """The library's own reading of a header, of as much as anybody writes: of References the newest are kept."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        most = LONGEST_PARAMETERS if name.lower().startswith("content-") else LONGEST_HEADER
        return name, value[-most:] if name.lower() == "references" else value[:most]


class Layered(Message):
    """A message that knows how deep it lies: what is deeper than anybody nests is not taken apart with the rest.

    The library calls itself for each layer, and would lose the outer ones with the last.
    """

    layer = 0

    def attach(self, payload: Message) -> None:  # type: ignore[override]
        if isinstance(payload, Layered):
            payload.layer = self.layer + 1
        super().attach(payload)

    def get_content_maintype(self) -> str:
        return "application" if self.layer > DEPTH else super().get_content_maintype()


def parsed(data: bytes) -> Message:
    """A message of bytes that begin with its header."""
    return BytesParser(Layered, policy=Bounded()).parsebytes(data)


def message_of(data: bytes) -> Message:
    """The message in these bytes, without an mbox's envelope. Raises Unreadable where no header begins it."""
    if is_wide(data):
        data = decode(data).encode()
    data = ENVELOPE.sub(b"", data.lstrip(b"\r\n\x00").removeprefix(b"\xef\xbb\xbf"), count=1)
    if GAP.match(data):  # "From : dana", as RFC 822 allowed
        header, end, body = data.partition(b"\r\n\r\n" if b"\r\n\r\n" in data else b"\n\n")
        data = GAP.sub(rb"\1:", header) + end + body
    if not HEADER.match(data):
        raise Unreadable("is not a mail message (no header at its start)")
    return parsed(data)


def parts_of(message: Message) -> Parts:
    """Sort a message's parts into bodies, attachments and notes of what was not read."""
    parts = Parts()
    _collect(message, parts, 0)
    return parts


def letter_of(message: Message, parts: Parts, place: tuple[str, ...] = ()) -> Letter:
    """The facts that the headers state; `place` are labels that the message has where it lies."""
    author = next(iter(headers.people(message, "From") or headers.people(message, "Sender", "Reply-To")), None)
    return Letter(
        parts=parts,
        subject=headers.header(message, "Subject"),
        author=author,
        recipients=headers.people(message, "To", "Cc", "Bcc"),
        date=headers.date(message),
        message_id=headers.message_id(message),
        references=headers.references(message),
        labels=tuple(dict.fromkeys((*place, *labels.of_headers(message)))),
        conversations=conversations.of_headers(message),
    )


def _collect(part: Message, parts: Parts, depth: int) -> None:
    if depth > DEPTH:
        parts.unread["what lies deeper"] = "its parts are nested too deeply"
        return
    media_type = part.get_content_type()
    if media_type in SILENT and not (depth == 0 and not part.is_multipart()):
        return
    if media_type in MESSAGES:
        _add_message(part, parts)
    elif part.is_multipart():
        _collect_inside(part, media_type, parts, depth)
    elif media_type.startswith("multipart/"):
        _collect_unsplit(part, parts, depth)
    elif _is_sealed(name_of(part) or "", media_type):
        _add_sealed(part, parts, depth)
    elif _is_body(part, media_type, depth):
        _add_body(part, media_type, parts)
    else:
        _add_attachment(part, media_type, parts)


def _collect_inside(part: Message, media_type: str, parts: Parts, depth: int) -> None:
    inside = [one for one in part.get_payload() if isinstance(one, Message)]
    parts.boundaries.add(f"--{part.get_boundary()}")
    if media_type == "multipart/alternative":
        _add_best(inside, parts, depth)
    elif media_type == "multipart/encrypted":
        parts.unread["encrypted message"] = "encrypted (PGP), needs your key"
    elif media_type == "message/external-body":
        _add_elsewhere(part, parts)
    elif media_type == "message/partial" and inside:
        _add_piece(part, inside[0], parts, depth)
    else:
        for one in inside:
            _collect(one, parts, depth + 1)


def _add_piece(part: Message, inner: Message, parts: Parts, depth: int) -> None:
    """Of a message that was cut into pieces only the first has the header; what the library takes for one is text."""
    number = parameter(part, "number") or ""
    parts.unread[f"piece {number}".strip()] = PIECE
    if number in ("", "1"):
        _collect(inner, parts, depth + 1)
    else:
        text = _inner_bytes(part, inner)
        if any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in inner.defects):
            text = text.replace(b"\n\n", b"\n", 1)  # the library parts with an empty line what it took for a header
        parts.bodies.append(Body(html=False, text=decode(text)))


def _collect_unsplit(part: Message, parts: Parts, depth: int) -> None:
    """A multipart whose stated boundary does not occur: split at the one that does, else read as it stands."""
    payload = part.get_payload()
    text = payload if isinstance(payload, str) else ""
    found = PART_HEADER.search(text)
    if found is None:
        _add_body(part, "text/plain", parts)
        return
    boundary = found[1][2:].rstrip().replace("\\", "").replace('"', "")
    head = f'Content-Type: {part.get_content_type()}; boundary="{boundary}"\n\n'
    again = parsed((head + text).encode("utf-8", "surrogateescape"))
    if again.is_multipart():
        _collect(again, parts, depth + 1)
    else:
        _add_body(part, "text/plain", parts)


def _add_best(alternatives: list[Message], parts: Parts, depth: int) -> None:
    """Of several forms of one body the plain one, unless it is empty or a mere note that there is another."""
    forms: list[list[Body]] = []
    for one in alternatives:
        form = Parts(boundaries=parts.boundaries)
        _collect(one, form, depth + 1)
        forms.append(form.bodies)
        parts.attachments += form.attachments
        parts.outlook += form.outlook
        for name, why in form.unread.items():
            parts.leave_out(name, why)
    plain = next((form for form in forms if _has_words(form) and not any(body.html for body in form)), [])
    pages = next((form for form in reversed(forms) if any(body.html for body in form)), [])
    parts.bodies += pages if pages and (not plain or _is_stub(plain, pages)) else plain


def _has_words(form: list[Body]) -> bool:
    return any(body.text.strip() for body in form)


def _is_stub(plain: list[Body], pages: list[Body]) -> bool:
    words = " ".join(body.text for body in plain)
    return len(words) < STUB and bool(NOTE.search(words)) and sum(len(page.text) for page in pages) > 2 * len(words)


def _is_body(part: Message, media_type: str, depth: int) -> bool:
    disposition = str(part.get("Content-Disposition") or "").partition(";")[0].strip().lower()
    if media_type not in BODIES:
        return not part.get("Content-Type") and not name_of(part)
    return disposition != "attachment" and (depth == 0 or not name_of(part))


def _add_body(part: Message, media_type: str, parts: Parts) -> None:
    text = _without_boundaries(decode(bytes_of(part), parameter(part, "charset")), parts.boundaries)
    if media_type == "text/html":
        parts.bodies.append(Body(html=True, text=text))
        return
    if media_type in ("text/enriched", "text/richtext"):
        text = TAG.sub("", text).replace("<<", "<")
    text = inline.taken_out(text, parts)
    if (parameter(part, "format") or "").lower() == "flowed":
        text = unflowed(text, delete_space=(parameter(part, "delsp") or "").lower() == "yes")
    parts.bodies.append(Body(html=False, text=text))


def _without_boundaries(text: str, boundaries: set[str]) -> str:
    """Lines that part one piece from the next, which are left over where a message is cut off or nested wrongly."""
    if not any(one in text for one in boundaries):
        return text
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if line.rstrip().removesuffix("--") not in boundaries)


def _add_message(part: Message, parts: Parts) -> None:
    inside = part.get_payload()
    inner = inside[0] if isinstance(inside, list) and inside else None
    known = headers.message_id(inner) if isinstance(inner, Message) else None
    data = _inner_bytes(part, inner)
    name = name_of(part) or (f"<{known}>" if known else "message")
    if data.strip():
        parts.attachments.append(Attachment(name, "message/rfc822", data))
    else:
        parts.leave_out(name, EMPTY)


def _add_elsewhere(part: Message, parts: Parts) -> None:
    """A file that the sender left where it was: said is where, and it is not fetched."""
    stated = (parameter(part, name) for name in ("url", "site", "server", "directory"))
    address = fact(", ".join(filter(None, stated)))
    parts.leave_out(name_of(part) or "attachment", f"lies elsewhere ({address})" if address else "lies elsewhere")


def _inner_bytes(part: Message, inner: object) -> bytes:
    """The bytes of an attached message, which some programs encode although they must not."""
    if not isinstance(inner, Message):
        return bytes_of(part)
    encoding = str(part.get("Content-Transfer-Encoding") or "").strip().lower()
    if encoding in ("base64", "quoted-printable") and not inner.keys():
        inner["Content-Transfer-Encoding"] = encoding
        return bytes_of(inner)
    try:
        return inner.as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError, KeyError):  # it cannot write what it has read
        return str(inner.get_payload()).encode("utf-8", "replace")


def _is_sealed(name: str, media_type: str) -> bool:
    """Whether a part is a sealed message; "contract.pdf.p7m" is a sealed file, which is read as an attachment."""
    stem, _, suffix = name.lower().rpartition(".")
    return "." not in stem if suffix == "p7m" else media_type in SMIME


def _add_sealed(part: Message, parts: Parts, depth: int) -> None:
    """S/MIME: what is only signed is read, what is encrypted cannot be."""
    content = content_of_signed(bytes_of(part))
    if content is None:
        parts.unread[name_of(part) or "encrypted message"] = "encrypted (S/MIME), needs your key"
    else:
        _collect(parsed(content), parts, depth + 1)


def _add_attachment(part: Message, media_type: str, parts: Parts) -> None:
    name = name_of(part)
    disposition = str(part.get("Content-Disposition") or "").partition(";")[0].strip().lower()
    if media_type.startswith("image/") and disposition != "attachment" and (part.get("Content-ID") or not name):
        parts.leave_out(name or "picture", PICTURE)
        return
    data = bytes_of(part)
    why = _unread(part, media_type, data)
    if why:
        parts.leave_out(name or "attachment", why)
    elif media_type in TNEF or (name or "").lower() == "winmail.dat":
        parts.outlook.append(Attachment(name or "winmail.dat", media_type, data))
    elif data.strip():
        parts.attachments.append(Attachment(name or _called(media_type), media_type, data))


def _unread(part: Message, media_type: str, data: bytes) -> str | None:
    """Why an attachment cannot be read; one that is empty and has no name is none, and needs no word."""
    if media_type == "application/mac-binhex40":
        return "encoded as BinHex, which no parser reads"
    if media_type == "application/pgp-keys":
        return "a PGP key"
    if data.strip():
        return None
    if part.get("X-Apple-Content-Length"):
        return "not in this file, Apple Mail keeps it apart"
    if str(part.get_payload()).strip():
        return "its encoding is damaged: nothing came out of it"
    return EMPTY if name_of(part) else None


def _called(media_type: str) -> str:
    return {"text/calendar": "invitation.ics", "text/rfc822-headers": "original message"}.get(media_type, "attachment")


def bytes_of(part: Message) -> bytes:
    """A part's content with its transfer encoding undone, as far as it can be."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError):  # what broken encodings have raised
        payload = None
    if isinstance(payload, bytes):
        return payload
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def parameter(part: Message, name: str) -> str | None:
    """A parameter of Content-Type."""
    try:
        value = part.get_param(name)
    except (ValueError, TypeError, LookupError):
        return None
    value = value[2] if isinstance(value, tuple) else value
    return str(value).strip(" '\"") if value else None


def name_of(part: Message) -> str | None:
    """What an attachment is called, without folders."""
    try:
        raw = part.get_filename()
    except (ValueError, TypeError, LookupError):
        return None
    if raw and "\ufffd" in raw:  # what the library makes of bytes outside ASCII
        stated = NAME.search(
            "; ".join(headers.as_written(part, "Content-Disposition") + headers.as_written(part, "Content-Type"))
        )
        raw = stated[1] if stated else raw
    name = fact(headers.decoded(raw)) if raw else None
    return name.replace("\\", "/").rpartition("/")[2] or None if name else None
