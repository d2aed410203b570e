"""Mail headers: decoded as they were meant, however they were written."""

import binascii
import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import partial
from inspect import signature
from itertools import islice

from ragd.parsers import dates
from ragd.parsers.decode import decode, sound
from ragd.parsers.reading import fact

MESSAGE_ID = re.compile(r"<([^<>\s]+)>")
# "Message from Dana <dana@example.org> of Monday": an address, which all answers to Dana would share
SENDER = re.compile(r"message from [^<]{0,200}<[^<>\s]+>", re.IGNORECASE)
ENCODED = re.compile(r"=\?([^?*\s]+)(?:\*[^?]*)?\?([bBqQ])\?([^?]*)\?=")
RUN = re.compile(rf"(?:{ENCODED.pattern})+")
GAP = re.compile(r"(\?=)\s+(?==\?)")
FOLD = re.compile(r"\r?\n[ \t]?")
REFERENCES = 200  # the newest of a thread longer than anyone reads
PEOPLE = 1000
LONGEST_LIST = 400_000  # code points of a list of addresses that are read: a thousand people take an eighth of that
NESTED = 20  # comments within comments: the library reads each by calling itself
SERVERS = 30  # that a message went through
LONGEST_DATE = 500  # code points, with a comment
ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]@]{1,254}@[^\s<>,;:\"()\[\]@]{1,254}")
UNBRACKETED = re.compile(r"([^\"<>@]+) ([^\s\"]+@[^\s\"]+)")  # Dana Visser dana@example.org
BRACKET = re.compile(r"[()]")
EMPTY_GROUP = re.compile(r"[^@]*:[\s;]*$")
addresses = partial(getaddresses, strict=False) if "strict" in signature(getaddresses).parameters else getaddresses
DROPPED_COMMENT = re.compile(r"\s*\([^()]*\)\s*$")


def header(message: Message, name: str) -> str | None:
    """A header's words on one line; None where it is missing or empty."""
    value = next(iter(as_written(message, name)), None)
    return fact(decoded(value, message)) if value is not None else None


def header_whole(message: Message, name: str) -> str | None:
    """A header's words however many they are; None where it is missing."""
    value = next(iter(as_written(message, name)), None)
    return " ".join(decoded(value, message).split()) if value is not None else None


def as_written(message: Message, name: str) -> list[str]:
    """All headers of that name as they were written. (`get` puts U+FFFD for bytes outside ASCII.)"""
    wanted = name.lower()
    return [str(value) for known, value in message.raw_items() if len(known) == len(name) and known.lower() == wanted]


def decoded(raw: str, message: Message | None = None) -> str:
    """The words of a raw header: RFC 2047 parts decoded, eight-bit bytes read in the encoding that fits `message`.

    Not `email.header.decode_header`: it gives up on a header for one broken part, and garbles what is not encoded.
    """
    raw = _eight_bit(FOLD.sub(" ", raw), message)
    return RUN.sub(_run, GAP.sub(r"\1", raw)) if "=?" in raw else raw


def _run(found: re.Match[str]) -> str:
    """Encoded words side by side: a character may begin in one and end in the next."""
    pieces: list[tuple[str, bytes]] = []
    for charset, encoding, words in ENCODED.findall(found[0]):
        content = _base64(words) if encoding in "bB" else _quoted(words)
        if pieces and pieces[-1][0] == charset.lower():
            content = pieces.pop()[1] + content
        pieces.append((charset.lower(), content))
    return "".join(decode(content, charset) for charset, content in pieces)


def _base64(words: str) -> bytes:
    letters = re.sub(r"[^A-Za-z0-9+/]", "", words)
    if len(letters) % 4 == 1:
        letters = letters[:-1]  # a letter too many; its six bits are no byte
    return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))


def _quoted(words: str) -> bytes:
    try:
        raw = words.encode("latin-1")  # some programs leave the one "ö" in it as a bare byte
    except UnicodeEncodeError:
        raw = words.encode("utf-8", "replace")
    return binascii.a2b_qp(raw, header=True)


def _eight_bit(raw: str, message: Message | None = None) -> str:
    """The parser hands on bytes outside ASCII as surrogates: UTF-8, else what the message's own text is written in."""
    try:
        raw.encode()
    except UnicodeEncodeError:
        data = raw.encode("utf-8", "surrogateescape")
        try:
            return sound(data.decode())
        except UnicodeDecodeError:
            return decode(data, _charset(message) if message else None)
    return raw


def _charset(message: Message) -> str | None:
    stated = (part.get_content_charset() for part in message.walk() if part.get_content_maintype() == "text")
    return next((name for name in stated if name and name not in ("us-ascii", "utf-8")), None)


def people(message: Message, *names: str) -> tuple[str, ...]:
    """Everyone in these headers, each once: "Dana Visser <dana@example.org>"."""
    raw = [_eight_bit(FOLD.sub(" ", value), message) for name in names for value in as_written(message, name)]
    found = (one for value in raw for one in _listed(value))
    return tuple(islice(dict.fromkeys(found), PEOPLE))


def _listed(raw: str) -> list[str]:
    """The people in a list of addresses; where it is none, the addresses that occur, else its words."""
    raw = _flat(_first(raw))
    try:
        pairs = addresses([raw])
    except (ValueError, IndexError, TypeError, AttributeError, RecursionError):
        pairs = []
    whole = [pair for pair in _with_family_names(pairs) if not pair[1].startswith("@")]
    found = [shown for name, mailbox in whole if (shown := person(name, mailbox))]
    if any("@" in one for one in found) or "@" not in raw:
        return found if found or EMPTY_GROUP.match(raw) else list(filter(None, [fact(decoded(raw))]))
    return ADDRESS.findall(raw) or list(filter(None, [fact(decoded(raw))]))


def _first(raw: str) -> str:
    """A list of addresses as far as it is read, up to the last that is whole."""
    if len(raw) <= LONGEST_LIST:
        return raw
    cut = raw[:LONGEST_LIST]
    return cut[: cut.rfind(",")] if "," in cut else cut


def _flat(raw: str) -> str:
    """Without brackets where comments stand in comments deeper than anybody writes; their words stay."""
    depth = deepest = 0
    for bracket in BRACKET.findall(raw):
        depth += 1 if bracket == "(" else -1
        deepest = max(deepest, depth)
    return raw if deepest <= NESTED else " ".join(BRACKET.sub(" ", raw).split())


def _with_family_names(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """`Visser, Dana <dana@example.org>` without the quotes that it needs comes apart as two: it is one."""
    before = ""
    for name, mailbox in pairs:
        belongs = bool(name and "@" in mailbox and before)
        shown = f"{before}, {name}" if belongs else name
        if before and not belongs:
            yield "", before
        before = ""
        unquoted = UNBRACKETED.fullmatch(mailbox)
        if unquoted and not name:
            shown, mailbox = unquoted.groups()  # noqa: PLW2901 (one and the same, taken apart)
        if not name and mailbox and "@" not in mailbox:
            before = mailbox
        else:
            yield shown, mailbox
    if before:
        yield "", before


def person(name: str, mailbox: str) -> str | None:
    """How someone is shown: "Dana Visser <dana@example.org>", or what of it is known."""
    shown, mailbox = fact(decoded(name)), fact(decoded(mailbox)) or ""
    shown = shown if shown and shown.strip("'\"<>@ ") else None
    if shown and mailbox and shown.strip("'\"") != mailbox:
        return f"{shown} <{mailbox}>"
    return mailbox or shown


def message_id(message: Message) -> str | None:
    """The Message-ID without its brackets."""
    raw = header(message, "Message-ID")
    if not raw:
        return None
    found = MESSAGE_ID.search(raw)
    return found[1] if found else raw.strip("<> ") or None


def references(message: Message) -> tuple[str, ...]:
    """The messages that this one answers, oldest first: References, then In-Reply-To."""
    found: dict[str, None] = {}
    for name in ("References", "In-Reply-To"):
        for value in as_written(message, name):
            ids = MESSAGE_ID.findall(SENDER.sub("", _eight_bit(FOLD.sub(" ", value))))
            for one in ids if name == "References" else ids[:1]:
                found.pop(one, None) if name == "In-Reply-To" else None
                found[fact(one) or one] = None
    return tuple(found)[-REFERENCES:]


def ids(*values: str) -> tuple[str, ...]:
    """The ids in angle brackets, in order, each once."""
    return tuple(dict.fromkeys(one for value in values for one in MESSAGE_ID.findall(value)))


def date(message: Message) -> str | None:
    """The Date header in ISO 8601 with its offset; of a broken one what a person would make of it; else None."""
    return next(filter(None, map(read_date, _dates(message))), None)


def read_date(raw: str) -> str | None:
    """A time as mails write it, in ISO 8601; None where it is none."""
    raw = raw[:LONGEST_DATE]
    try:
        moment = parsedate_to_datetime(raw)
    except (ValueError, TypeError, IndexError, OverflowError):
        words = DROPPED_COMMENT.sub("", _eight_bit(raw))
        return dates.iso(words) or dates.iso(dates.in_english(words))
    if 100 <= moment.year < 200:  # years since 1900 with a 0 before them: what many a script wrote
        moment = moment.replace(year=moment.year + 1900)
    if moment.tzinfo is None:  # "-0000", or nothing: a time without a known place is taken as universal
        moment = moment.replace(tzinfo=UTC)
    return dates.iso(moment)


def _dates(message: Message) -> Iterable[str]:
    yield from filter(None, as_written(message, "Date"))
    for value in as_written(message, "Received")[:SERVERS]:  # the last server that took it, and says when, comes first
        yield value.rpartition(";")[2].strip()
    yield from filter(None, as_written(message, "Resent-Date"))
