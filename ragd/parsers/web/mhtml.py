"""Web pages saved as one file (MHTML): the page in it, read like any other."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

from ragd.parsers import dates
from ragd.parsers.decode import decode
from ragd.parsers.reading import fact
from ragd.parsers.source import NothingInIt, Source, Unreadable
from ragd.parsers.web.html import page_document, stated_charset
from ragd.records import Member


def parse(source: Source) -> Iterator[Member]:
    message = message_from_bytes(source.data, _class=EmailMessage, policy=policy.default)
    page = _page(message)
    if page is None:
        raise Unreadable("is not a saved web page (no page in it)")
    data = page.get_payload(decode=True)
    if not isinstance(data, bytes) or not data.strip():
        raise NothingInIt("no text in it")
    markup = decode(data, page.get_content_charset() or stated_charset(data))
    stated = {name: _header(message, name) for name in ("subject", "date")}
    yield page_document(source, markup, title=stated["subject"], date=dates.iso(stated["date"]))


def _page(message: EmailMessage) -> Message | None:
    """The part that was saved: the one that the whole says it starts with, else the first page."""
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = _header(message, "snapshot-content-location")
    named = [part for part in pages if start and str(part.get("content-location", "")).strip() == start]
    return next(iter([*named, *pages]), None)


def _header(message: EmailMessage, name: str) -> str | None:
    try:
        return fact(str(message.get(name) or ""))
    except (ValueError, IndexError, AttributeError, TypeError, KeyError):  # email breaks on some headers
        return None
