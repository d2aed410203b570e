"""Which mails belong together by what each of them says: message ids, and where these are missing subject and people.

`related` asks two mails only and never what else there is, so that links come out the same in whatever order they
arrive. The rules are those of https://www.jwz.org/doc/threading.html; his last step, which joins equal subjects, is
narrowed to mails that name no other, among the same people, within a month: else all invoices were one thread.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ragd.index.catalog.read import batched
from ragd.records import Document

WINDOW = 30 * 86_400  # seconds between two mails that are joined by their subject
# Re and Fwd in the languages of Europe, Turkish, Chinese and Japanese; Re[2], Re(2), Re^2.
PREFIX = re.compile(
    r"\s*(?:(?:re|aw|antw(?:oord)?|sv|vs|odp|ref|rif|res|rv|ynt|ilt|fwd?|wg|doorst|vb|vl|tr|enc|pd|trs|i|r|回复|回覆|答复|答覆"
    r"|转发|轉寄|返信|転送)\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]|\[(?P<list>[^\[\]]{1,40})\])\s*",
    re.IGNORECASE,
)
FORWARDED = re.compile(r"\s*\(fwd?\)\s*$", re.IGNORECASE)
FACTS = "key, id, message_id, refs, author, recipients, title, moment"
AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Letter:
    """What of a mail says which others it belongs with."""

    key: int
    id: str
    message_id: str | None
    references: tuple[str, ...]
    author: str  # the address, lower case
    recipients: frozenset[str]
    subject: str  # without Re, Fwd and a list's tag, lower case
    answers: bool  # its subject says that there is one before it
    listed: bool  # its subject has a list's tag
    moment: int | None  # seconds of the epoch

    @property
    def node(self) -> str:
        """Its name among the threads: the message id, or for want of one the document's."""
        return self.message_id or f"#{self.id}"

    @property
    def loose(self) -> bool:
        """Whether a message id cannot link it: it answers without saying what, or has none by which to be answered."""
        return (self.answers and not self.references) or self.message_id is None

    @property
    def people(self) -> frozenset[str]:
        return self.recipients | {self.author}


def letter(row: tuple[int, str, str | None, str, str | None, str, str | None, int | None]) -> Letter:
    """The letter of a row of FACTS."""
    key, name, message_id, references, author, recipients, title, moment = row
    subject, answers, listed = base_subject(title or "")
    others = frozenset(map(_address, json.loads(recipients)))
    ids = tuple(one for one in json.loads(references) if one != message_id)
    return Letter(key, name, message_id, ids, _address(author or ""), others, subject, answers, listed, moment)


def letter_of(connection: sqlite3.Connection, key: int) -> Letter | None:
    """The mail of a key; None for any other document."""
    row = connection.execute(f"SELECT {FACTS} FROM documents WHERE key = ? AND kind = 'mail'", (key,)).fetchone()
    return letter(row) if row else None


def linkage(document: Document) -> tuple[str | None, int | None, int]:
    """(subject, moment, loose) as the catalog keeps them of a mail, to find those related to another."""
    if document.kind != "mail":
        return None, None, 0
    references, recipients = json.dumps(document.references), json.dumps(document.recipients)
    facts = (0, document.id, document.message_id, references, document.author, recipients, document.title)
    one = letter((*facts, moment_of(document.date)))
    return one.subject or None, one.moment, int(one.loose)


def base_subject(title: str) -> tuple[str, bool, bool]:
    """(subject, whether it was answered or forwarded, whether a list tagged it): "Re: [ILUG] Antw: Roof" is "roof"."""
    answers = listed = False
    while found := PREFIX.match(title):
        listed |= found["list"] is not None
        answers |= found["list"] is None
        title = title[found.end() :]
    bare = FORWARDED.sub("", title)
    return " ".join(bare.casefold().split()), answers or bare != title, listed


def moment_of(date: str | None) -> int | None:
    """Seconds of the epoch of an ISO 8601 date; a bare one begins at midnight, universal time."""
    try:
        when = datetime.fromisoformat(date or "")
        return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _address(person: str) -> str:
    """ "Dana Visser <dana@example.org>" is known by the address; whoever has none, by the name."""
    return (person.rpartition("<")[2][:-1] if person.endswith(">") else person).strip().casefold()


def related(one: Letter, other: Letter) -> bool:
    """Whether two mails are joined although no message id says so."""
    return namesakes(one, other) and _share_people(one, other)


def namesakes(one: Letter, other: Letter) -> bool:
    """Whether one mail may answer the other by its subject and its time, whoever wrote them."""
    if not one.subject or one.subject != other.subject or not (one.answers or other.answers):
        return False
    if not (one.loose or other.loose) or one.moment is None or other.moment is None:
        return False
    return abs(one.moment - other.moment) <= WINDOW


def _share_people(one: Letter, other: Letter) -> bool:
    """Each writes to the other; to the owner of a mailbox everyone writes, so one in common says nothing."""
    if one.author == other.author or (one.listed and other.listed):
        return bool(one.recipients & other.recipients)
    return one.author in other.people and other.author in one.people


def relatives(
    connection: sqlite3.Connection, one: Letter, among: Callable[[Letter, Letter], bool] = related
) -> Iterator[Letter]:
    """Every other mail in the catalog that is `related` to this one, or its namesake."""
    if not one.subject or one.moment is None:
        return
    span = (one.subject, one.moment - WINDOW, one.moment + WINDOW, one.key)
    loose = "" if one.loose else "AND loose = 1"
    sql = f"SELECT {FACTS} FROM documents WHERE subject = ? AND moment BETWEEN ? AND ? AND key != ? {loose}"
    for row in connection.execute(sql, span).fetchall():
        other = letter(row)
        if among(one, other):
            yield other


def having(connection: sqlite3.Connection, message_ids: Iterable[str]) -> Iterator[Letter]:
    """The mails with these message ids."""
    for some in batched(message_ids, AT_ONCE):
        marks = ",".join("?" * len(some))
        sql = f"SELECT {FACTS} FROM documents WHERE message_id IN ({marks}) AND kind = 'mail'"
        yield from map(letter, connection.execute(sql, some).fetchall())


def referring_to(connection: sqlite3.Connection, message_ids: Iterable[str]) -> list[int]:
    """The keys of the documents that refer to one of these messages."""
    found: set[int] = set()
    for some in batched(message_ids, AT_ONCE):
        marks = ",".join("?" * len(some))
        rows = connection.execute(f"SELECT key FROM answers WHERE message_id IN ({marks})", some)
        found.update(row[0] for row in rows)
    return sorted(found)


def ids_of(connection: sqlite3.Connection, keys: Iterable[int]) -> list[str]:
    """The message ids of these documents, of those that have one."""
    found: list[str] = []
    for some in batched(keys, AT_ONCE):
        marks = ",".join("?" * len(some))
        sql = f"SELECT message_id FROM documents WHERE key IN ({marks}) AND message_id IS NOT NULL"
        found += (row[0] for row in connection.execute(sql, some))
    return found
