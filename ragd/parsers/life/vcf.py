"""vCard of any version: a contact a document, each number and address on a line with what it is for."""

import base64
import hashlib
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ragd.parsers import dates
from ragd.parsers.decode import decode, unix_lines
from ragd.parsers.life.components import components
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable, guard
from ragd.parsers.table import Format
from ragd.records import Document, Member

CONTACT = Format("contact/1", "", "contact", "")
NAME = re.compile(r"(?:[\w-]+\.)?([\w-]+)")
QUOTED_PRINTABLE = re.compile(r"[;:=]QUOTED-PRINTABLE\b", re.IGNORECASE)
ESCAPED = re.compile(r"\\([\\,;:nN])")
SILENT = frozenset(
    (
        *("PHOTO", "LOGO", "SOUND", "KEY", "VERSION", "PRODID", "REV", "UID", "SOURCE", "N", "FN", "CATEGORIES"),
        *("BEGIN", "END", "CLIENTPIDMAP", "XML", "SORT-STRING", "MAILER"),
    )
)
SHOWN = {
    **{"TEL": "Phone", "EMAIL": "Mail", "ADR": "Address", "ORG": "Organization", "TITLE": "Title", "ROLE": "Role"},
    **{"BDAY": "Birthday", "ANNIVERSARY": "Anniversary", "URL": "Web", "NOTE": "Note", "NICKNAME": "Nickname"},
    **{
        "IMPP": "Messages",
        "RELATED": "Related",
        "LANG": "Language",
        "TZ": "Time zone",
        "GEO": "Place",
        "LABEL": "Address",
    },
    **{"X-SKYPE": "Skype", "X-SOCIALPROFILE": "Profile", "X-PHONETIC-FIRST-NAME": "Sounds like"},
}
NO_KIND = frozenset(("voice", "pref", "internet", "x-internet", "base64", "text", "uri"))
SCHEMES = re.compile(r"^(?:tel|mailto|xmpp|skype|x-apple):", re.IGNORECASE)
DAYS = frozenset(("BDAY", "ANNIVERSARY"))


@dataclass(frozen=True, slots=True)
class _Line:
    """A property of a card: its name, what it is for ("cell", "work"), its value with the parts of lists apart."""

    name: str
    kinds: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def value(self) -> str:
        return ", ".join(filter(None, self.parts))


def parse(source: Source) -> Parsed:
    text = unix_lines(decode(source.data))
    cards = list(components(text, "VCARD"))
    if not cards:
        raise NothingInIt("no contact in it") if "BEGIN:VCARD" in text.upper() else Unreadable("is not a vCard")
    for card in cards:
        inner = source.inner("contact", source.data if len(cards) == 1 else b"", source.part or "", CONTACT)
        inner.part = source.part
        yield from guard(inner, partial(_contact, card, len(cards) == 1))


def _contact(card: str, alone: bool, source: Source) -> Parsed:
    lines = list(_lines(card))
    name = _name(lines)
    reading = Reading()
    if name:
        reading.heading(name, 1)
    told = (_told(line) for line in lines if line.name not in SILENT and (line.name in SHOWN or line.name[:2] != "X-"))
    reading.block("\n".join(dict.fromkeys(filter(None, told))))
    if not reading.text:
        raise NothingInIt("an empty contact")
    tags = tuple(
        dict.fromkeys(filter(None, (fact(part) for line in lines if line.name == "CATEGORIES" for part in line.parts)))
    )
    if not alone or source.part:
        called = name or "unnamed"
        source.part = source.unique(f"{source.part} > {called}" if source.part else called)
    yield Member(
        source.part,
        Document(
            id=hashlib.sha256("\0".join(("contact", *tags, reading.text)).encode()).hexdigest(),
            text=reading.text,
            kind="contact",
            family=source.family,
            marks=tuple(reading.marks),
            title=name,
            tags=tags,
            aliases=tuple(filter(None, (fact(line.value) for line in lines if line.name == "NICKNAME"))),
        ),
    )


def _name(lines: list[_Line]) -> str | None:
    """The name as written, else made of its parts (family; given; middle; title), else another that the card states."""
    stated = {line.name: line for line in reversed(lines)}
    if "FN" in stated and fact(stated["FN"].value):
        return fact(stated["FN"].value)
    if "N" in stated:
        family, given, middle, title, *rest = (*stated["N"].parts, "", "", "", "")
        whole = fact(" ".join(filter(None, (title, given, middle, family, *rest))))
        if whole:
            return whole
    return next((fact(stated[name].value) for name in ("ORG", "NICKNAME", "EMAIL", "TEL") if name in stated), None)


def _told(line: _Line) -> str:
    value = SCHEMES.sub("", line.value)
    if line.name in DAYS:
        value = dates.iso(value) or value.lstrip("-")
    label = SHOWN.get(line.name, line.name.capitalize())
    kinds = f" ({', '.join(line.kinds)})" if line.kinds else ""
    return f"{label}{kinds}: {value}" if value else ""


def _lines(card: str) -> Iterator[_Line]:
    for line in _unfolded(card):
        head, colon, value = _split_once(line, ":")
        found = NAME.match(head)
        if not colon or not found:
            continue
        parameters = [one.strip() for one in _split(head[found.end() :], ";") if one.strip()]
        name = found[1].upper()
        value = _decoded(value, parameters)
        parts = (
            _split(value, ";" if name in ("N", "ADR", "ORG") else ",")
            if name in ("N", "ADR", "ORG", "CATEGORIES", "NICKNAME")
            else [value]
        )
        yield _Line(name, tuple(_kinds(parameters)), tuple(_unescaped(part).strip() for part in parts))


def _unfolded(card: str) -> Iterator[str]:
    """Whole lines: one that goes on begins with a blank, in quoted-printable the one before ends with "="."""
    held = ""
    for line in card.split("\n"):
        if held.endswith("=") and QUOTED_PRINTABLE.search(held):
            held = held[:-1] + line.strip()
        elif line[:1] in (" ", "\t"):
            held += line[1:]
        else:
            yield from filter(None, (held,))
            held = line
    yield from filter(None, (held,))


def _decoded(value: str, parameters: list[str]) -> str:
    stated = {one.rpartition("=")[2].strip('"').upper() for one in parameters}
    charset = next((one.partition("=")[2] for one in parameters if one.upper().startswith("CHARSET=")), None)
    if "QUOTED-PRINTABLE" in stated:
        return decode(quopri.decodestring(value.encode("utf-8", "replace")), charset)
    if stated & {"B", "BASE64"}:
        try:
            return decode(base64.b64decode(value), charset)
        except ValueError:  # not base64, or not even ASCII
            return ""
    return value


def _kinds(parameters: list[str]) -> Iterator[str]:
    """ "cell", "work": of version 2.1 a bare word, of later ones TYPE=."""
    for one in parameters:
        name, stated, value = one.partition("=")
        if not stated or name.strip().upper() == "TYPE":
            for word in (value if stated else name).strip('"').lower().split(","):
                if word and word not in NO_KIND and not word.startswith(("charset", "encoding", "quoted")):
                    yield word.removeprefix("x-")


def _split(text: str, sign: str) -> list[str]:
    """The parts between signs that are neither escaped nor within quotation marks."""
    return [part for part in re.findall(rf'((?:\\.|"[^"]*"|[^{sign}\\])*)(?:{sign}|\Z)', text)][: text.count(sign) + 1]


def _split_once(line: str, sign: str) -> tuple[str, str, str]:
    found = re.match(rf'((?:"[^"]*"|[^{sign}"])*){sign}', line)
    return (found[1], sign, line[found.end() :]) if found else (line, "", "")


def _unescaped(value: str) -> str:
    return ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
