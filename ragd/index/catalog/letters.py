"""What a mail says of those that it belongs with: message ids, and where these are missing subject, people and time.

Whether two belong together is asked of these two only and never of what else there is, so that it comes out the same in
whatever order they arrive. The rules are those of https://www.jwz.org/doc/threading.html; his last step, which joins
equal subjects, is narrowed to mails that name no other, among the same people, within a month: else all invoices were
one thread (`catalog.subjects`).
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from ragd.index.catalog.read import rows_in
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
    ids = tuple(one for one in json.loads(references) if one != message_id) if references != "[]" else ()
    people = _address(author or ""), _people(recipients)
    return Letter(key, name, message_id, ids, *people, subject, answers, listed, moment)


def letter_of(connection: sqlite3.Connection, key: int) -> Letter | None:
    """The mail of a key; None for any other document."""
    row = connection.execute(f"SELECT {FACTS} FROM documents WHERE key = ? AND kind = 'mail'", (key,)).fetchone()
    return letter(row) if row else None


def letters_of(connection: sqlite3.Connection, keys: Iterable[int]) -> list[Letter]:
    """The mails of these keys."""
    sql = f"SELECT {FACTS} FROM documents WHERE key IN ({{}}) AND kind = 'mail'"
    return list(map(letter, rows_in(connection, sql, keys)))


def linkage(document: Document) -> tuple[str | None, int | None, int]:
    """(subject, moment, loose) as the catalog keeps them of a mail, to find those related to another."""
    if document.kind != "mail":
        return None, None, 0
    references, recipients = json.dumps(document.references), json.dumps(document.recipients)
    facts = (0, document.id, document.message_id, references, document.author, recipients, document.title)
    one = letter((*facts, moment_of(document.date)))
    return one.subject or None, one.moment, int(one.loose)


@lru_cache(1024)
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


@lru_cache(1024)
def _address(person: str) -> str:
    """ "Dana Visser <dana@example.org>" is known by the address; whoever has none, by the name."""
    return (person.rpartition("<")[2][:-1] if person.endswith(">") else person).strip().casefold()


@lru_cache(1024)  # many mails go to the same
def _people(recipients: str) -> frozenset[str]:
    return frozenset(map(_address, json.loads(recipients)))


def namesakes(one: Letter, other: Letter) -> bool:
    """Whether one mail may answer the other by its subject and its time, whoever wrote them."""
    if not one.subject or one.subject != other.subject or not (one.answers or other.answers):
        return False
    if not (one.loose or other.loose) or one.moment is None or other.moment is None:
        return False
    return abs(one.moment - other.moment) <= WINDOW


def having(connection: sqlite3.Connection, message_ids: Iterable[str]) -> Iterator[Letter]:
    """The mails with these message ids."""
    sql = f"SELECT {FACTS} FROM documents WHERE message_id IN ({{}}) AND kind = 'mail'"
    return map(letter, rows_in(connection, sql, message_ids))


def referring_to(connection: sqlite3.Connection, message_ids: Iterable[str]) -> list[int]:
    """The keys of the documents that refer to one of these messages."""
    return sorted(
        {row[0] for row in rows_in(connection, "SELECT key FROM answers WHERE message_id IN ({})", message_ids)}
    )


def ids_of(connection: sqlite3.Connection, keys: Iterable[int]) -> list[str]:
    """The message ids of these documents, of those that have one."""
    sql = "SELECT message_id FROM documents WHERE key IN ({}) AND message_id IS NOT NULL"
    return [row[0] for row in rows_in(connection, sql, keys)]
