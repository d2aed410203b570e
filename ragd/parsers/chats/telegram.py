"""Telegram exports: result.json of one chat or of all, and the pages of the export for reading."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ragd.parsers.chats.chat import Turn, days, moment, told
from ragd.parsers.decode import decode
from ragd.parsers.source import AnotherFormat, NothingInIt, Parsed, Source
from ragd.parsers.texts.jsons import loaded, rows, words
from ragd.records import Member

LISTS = ("chats", "left_chats")
FILES = ("file_name", "file", "photo", "sticker_emoji")
DAY = timedelta(days=1)
STATED = "%d.%m.%Y %H:%M:%S"


def parse(source: Source) -> Parsed:
    """result.json: a document for each day of each chat."""
    export = loaded(source)
    if not isinstance(export, dict):
        raise AnotherFormat
    lists = [export[name] for name in LISTS if isinstance(export.get(name), dict)]
    chats = [chat for one in lists for chat in rows(one.get("list"))] or [export]
    if not any(isinstance(chat.get("messages"), list) for chat in chats):
        raise AnotherFormat
    found = False
    for chat in chats:
        title = words(chat.get("name")) or (words(chat.get("type")).replace("_", " "))
        for member in days(
            source, list(_turns(rows(chat.get("messages")))), title=title, within=title if lists else ""
        ):
            found = True
            yield member
    if not found:
        raise NothingInIt("no messages in it")


def parse_page(source: Source) -> Iterator[Member]:
    """messages.html: the same as a page; a message that goes on after another has no name of its own."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(decode(source.data))
    name = tree.css_first(".page_header .text")
    turns = list(_shown(tree.css("div.message")))
    if not turns:
        raise AnotherFormat
    yield from days(source, turns, title=name.text().strip() if name else None)


def _turns(messages: Iterable[dict[str, Any]]) -> Iterator[Turn]:
    for message in messages:
        when = _sent(message)
        if message.get("type") == "service":
            who = words(message.get("actor"))
            yield Turn("", when, f"{who} {words(message.get('action')).replace('_', ' ')}".strip())
        else:
            yield Turn(words(message.get("from")) or "Deleted account", when, _said(message))


def _sent(message: dict[str, Any]) -> datetime | None:
    """The clock of whoever made the export, with its offset: that is how far it is from the seconds since 1970."""
    local, instant = told(message.get("date")), moment(message.get("date_unixtime"))
    if local is None or instant is None or local.tzinfo:
        return instant or local
    offset = local - instant.astimezone(UTC).replace(tzinfo=None)
    return local.replace(tzinfo=timezone(offset)) if abs(offset) < DAY else instant


def _said(message: dict[str, Any]) -> str:
    text = message.get("text")
    pieces = text if isinstance(text, list) else [text]
    said = "".join(words(piece.get("text")) if isinstance(piece, dict) else words(piece) for piece in pieces)
    links = [words(piece.get("href")) for piece in pieces if isinstance(piece, dict) and piece.get("href")]
    sent = next((words(message[name]) for name in FILES if words(message.get(name))), "")
    poll = message.get("poll")
    asked = [words(poll.get("question")), *(words(row.get("text")) for row in rows(poll.get("answers")))] if isinstance(poll, dict) else []  # fmt: skip  # noqa: E501
    return "\n".join(filter(None, (said, *links, sent.rpartition("/")[2], *asked, _contact(message))))


def _contact(message: dict[str, Any]) -> str:
    contact = message.get("contact_information")
    if not isinstance(contact, dict):
        return ""
    return " ".join(filter(None, (words(contact.get(name)) for name in ("first_name", "last_name", "phone_number"))))


def _shown(messages: Iterable[Any]) -> Iterator[Turn]:
    who, day = "", None
    for message in messages:
        kind = message.attributes.get("class") or ""
        body = message.css_first("div.body")
        if body is None:
            continue
        if "service" in kind:
            yield Turn("", day, body.text().strip())
            continue
        name, date = body.css_first("div.from_name"), body.css_first("div.date")
        who = _own(name) if name and "joined" not in kind else who
        day = _when(date.attributes.get("title") if date else None) or day
        said = [_lines(part) for part in body.css("div.text, div.media_wrap .title, div.media_wrap .status")]
        yield Turn(who, day, "\n".join(filter(None, said)))


def _own(node: Any) -> str:
    return str(node.text(deep=False)).strip() or str(node.text()).strip()


def _lines(node: Any) -> str:
    for line_end in node.css("br"):
        line_end.replace_with("\n")
    return str(node.text()).strip()


def _when(stated: str | None) -> datetime | None:
    """ "02.03.2024 14:05:00 UTC+01:00", by older programs without the zone."""
    if not stated:
        return None
    clock, _, zone = stated.partition(" UTC")
    try:
        return datetime.strptime(clock + (zone or ""), STATED + ("%z" if zone else "")).replace(microsecond=0)
    except ValueError:
        return None
