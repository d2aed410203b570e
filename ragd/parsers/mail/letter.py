"""A message as every mail format gives it: facts, bodies and attachments, from which one document is made."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ragd.parsers.mail import replies
from ragd.parsers.reading import clean
from ragd.parsers.source import Parsed, Source
from ragd.records import Aside, Document, Kind, Member

FAMILY = "mail/1"
EMPTY = "empty file"
PICTURE = "a picture in the text, not read"
ESCAPED_FROM = re.compile(r"^>+(?=From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is no body: its name, the type that the mail states, its decoded bytes."""

    name: str
    media_type: str
    data: bytes
    unread: str | None = None  # why it is not read


@dataclass(frozen=True, slots=True)
class Body:
    """A part of the text: plain, or a page of HTML."""

    html: bool
    text: str


@dataclass(slots=True)
class Parts:
    """What a message holds, in order. `unread` are parts that no parser can read, by name, each with the reason."""

    bodies: list[Body] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    outlook: list[Attachment] = field(default_factory=list)  # winmail.dat: a message in Outlook's own wrapping
    letters: list[tuple[str, "Letter"]] = field(default_factory=list)  # messages that came apart already, by name
    unread: dict[str, str] = field(default_factory=dict)
    boundaries: set[str] = field(default_factory=set)  # the lines between MIME's parts

    def leave_out(self, name: str, why: str) -> None:
        """Tell of a part that was not read; another of the same name is told of as well, but for a logo or a smiley."""
        called, number = name, 1
        while called in self.unread and why != PICTURE:
            number += 1
            called = f"{name} #{number}"
        self.unread.setdefault(called, why)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. Ids are without angle brackets; `date` is ISO 8601.

    `labels` and `conversations` belong to the place.
    """

    parts: Parts
    subject: str | None = None
    author: str | None = None
    recipients: tuple[str, ...] = ()
    date: str | None = None
    message_id: str | None = None
    references: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    kind: Kind = "mail"


def tell(source: Source, letter: Letter, *, named: Callable[[Document], str | None]) -> Parsed:
    """The message, what could not be read of it, and what is attached. `named` gives its part, None: the whole file."""
    document = document_of(letter)
    part = named(document)
    yield Member(part, document, letter.labels, letter.conversations)
    for name, why in letter.parts.unread.items():
        yield source.left_out(source.unique(f"{part} > {name}" if part else name), why)
    for attached in letter.parts.attachments:
        yield from source.child(attached.name, attached.data, media_type=attached.media_type, within=part)
    for name, inner in letter.parts.letters:
        inside = source.unique(f"{part} > {name}" if part else name)
        yield from tell(source, inner, named=lambda _, inside=inside: inside)  # type: ignore[misc]


def mbox_part(document: Document) -> str:
    """How a message of a mailbox is named: `<message-id>`, without one `#` and a hash."""
    return f"<{document.message_id}>" if document.message_id else f"#{document.id[:12]}"


def document_of(letter: Letter) -> Document:
    """The letter's document: its bodies one after the other, its headers as facts."""
    text, asides = _read(letter.parts.bodies, letter.author)
    return Document(
        id=_identity(letter, text),
        text=text,
        kind=letter.kind,
        family=FAMILY,
        title=letter.subject,
        author=letter.author,
        recipients=letter.recipients,
        date=letter.date,
        message_id=letter.message_id,
        references=letter.references,
        asides=asides,
    )


def _read(bodies: list[Body], author: str | None) -> tuple[str, tuple[Aside, ...]]:
    """The bodies as one text, and what in it is not the writer's own."""
    text = ""
    asides: list[Aside] = []
    for body in bodies:
        shown, given = _shown(body)
        if shown:
            text += "\n\n" if text else ""
            found = replies.asides(shown, author=author, given=given)
            asides += [Aside(len(text) + one.start, len(text) + one.end, one.kind) for one in found]
            text += shown
    return text, tuple(asides)


def _shown(body: Body) -> tuple[str, tuple[Aside, ...]]:
    if not body.html:
        return clean(body.text), ()
    from ragd.parsers.web.html import read_page

    page = read_page(body.text, meant_as="mail")
    return page.text, page.asides


def _identity(letter: Letter, text: str) -> str:
    """The same for one message in two exports: they differ in line ends, blanks, envelopes and escaped "From "."""
    kept = "\0".join(["mail", *_kept(letter, text)])
    return hashlib.sha256(kept.encode()).hexdigest()


def _kept(letter: Letter, text: str) -> Iterator[str]:
    yield " ".join(ESCAPED_FROM.sub("", text).split())
    for said in (letter.author, letter.subject, letter.date, letter.message_id, *letter.recipients):
        yield said or ""
    yield from sorted(hashlib.sha256(attached.data).hexdigest() for attached in letter.parts.attachments)
    for _, inner in letter.parts.letters:
        yield inner.message_id or inner.subject or ""
