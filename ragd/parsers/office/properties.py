"""What an office file states of itself: title, author, date, language and keywords, those that mean something."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from ragd.parsers import dates
from ragd.parsers.packed.zipped import Zipped
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Source, Unreadable
from ragd.parsers.texts.xml_tree import local, tree
from ragd.records import Document, Kind

# Titles that a program gave, in the languages met so far; the name of the file it was made from says nothing either.
NO_TITLE = re.compile(
    r"""(?:microsoft\s+)?(?:word|office)?\s*(?:document|dokument|presentation|präsentation|présentation
        |presentatie|presentación|presentazione|book|workbook|spreadsheet|mappe|map|classeur|libro|folie|slide|sheet|doc)\s*[-_]?\d*
      | (?:microsoft\s+)?powerpoint[\s-]*(?:presentation|präsentation|presentatie|présentation|presentación)
      | présentation\s+powerpoint | presentación\s+de\s+powerpoint
      | untitled.{0,20} | unbenannt.{0,20} | naamloos.{0,20} | sans\s+titre.{0,20} | sin\s+título.{0,20} | title | titel
      | (?:no|kein|geen)\s+(?:slide\s+)?tite?l.{0,10} | template
      | .{0,200}\.(?:docx?|dotx?|pptx?|xlsx?|odt|rtf|wpd|indd|qxd|tmp)
      | [\W\d_]+""",
    re.IGNORECASE | re.VERBOSE,
)
WROTE_WITH = re.compile(r"^Microsoft\s+(?:Office\s+)?(?:Word|PowerPoint|Excel)\s+-\s+", re.IGNORECASE)
NO_AUTHOR = re.compile(
    r"""(?:windows|microsoft\s+office|office|default|local|lokaler|test|my)?[\s-]*
        (?:user|benutzer|gebruiker|utilisateur|usuario|utente|anwender)\s*\d*
      | (?:system\s+)?admin(?:istrator)? | root | owner | author | autor | auteur | unknown | unbekannt | onbekend
      | inconnu | anonymous | none | null | n/?a | pc | pc\s*user | laptop | win | windows | home | guest | user\s*name
      | your\s*name | microsoft(?:\s+(?:corporation|corp\.?|office|word|excel))? | hewlett-packard.* | dell | lenovo
      | acer | python-docx | python-pptx | openpyxl | xlsxwriter | apache\s+poi | docx4j | aspose.* | libreoffice
      | openoffice.* | phpword | phpexcel | un-named | \W* | \d+""",
    re.IGNORECASE | re.VERBOSE,
)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
TEMPLATES = {  # when the templates of python-docx and python-pptx were made: in all that they write, true of none
    datetime(2013, 12, 23, 23, 15, tzinfo=UTC),
    datetime(2013, 1, 27, 9, 14, 16, tzinfo=UTC),
    datetime(2012, 11, 17, 11, 7, 40, tzinfo=UTC),
    datetime(2006, 9, 16, 0, 0, tzinfo=UTC),  # of Excel 2007's new workbook
}
KEYWORDS = 50  # as tags; more were stuffed in for a search engine
CORE = "docProps/core.xml"


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of a document as its own properties state them; absent where they say nothing."""

    title: str | None = None
    author: str | None = None
    date: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()


def title(stated: str | None) -> str | None:
    """A title that a person gave; None of one that a program made up."""
    found = WROTE_WITH.sub("", fact(stated) or "")
    return None if not found or NO_TITLE.fullmatch(found) else found


def author(stated: str | None) -> str | None:
    """A person's name; None of an account's or a program's."""
    found = fact(stated)
    return None if not found or NO_AUTHOR.fullmatch(found) else found


def language(stated: str | None) -> str | None:
    found = (stated or "").strip().replace("_", "-")
    return found if LANGUAGE.fullmatch(found) and found.lower() not in ("und", "zxx", "none") else None


def keywords(stated: str | None) -> tuple[str, ...]:
    """Tags from a line of keywords, parted by semicolons or commas."""
    separator = ";" if ";" in (stated or "") else ","
    found = (fact(one) for one in (stated or "").split(separator)[:KEYWORDS])
    return tuple(dict.fromkeys(one for one in found if one and len(one) <= 80))


def date(*stated: str | datetime | None) -> str | None:
    """The first of several dates that is one; times without a zone are UTC, as the formats have it."""
    for one in stated:
        try:
            when = datetime.fromisoformat(one.strip()) if isinstance(one, str) else one
        except ValueError:
            continue
        if when is None:
            continue
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        if when not in TEMPLATES and (found := dates.iso(when)):
            return found
    return None


def office(archive: Zipped) -> Facts:
    """The facts of a docx, pptx or xlsx from its core properties; a broken property is an absent one."""
    data = archive.find(CORE)
    try:
        root = tree(data, "properties") if data else None
    except Unreadable:
        root = None
    if root is None:
        return Facts()
    stated = {local(one): (one.text or "").strip() for one in root}
    return Facts(
        title(stated.get("title")),
        author(stated.get("creator")),
        date(stated.get("created"), stated.get("modified")),
        language(stated.get("language")),
        (*keywords(stated.get("keywords")), *keywords(stated.get("category"))),
    )


def document(source: Source, reading: Reading, facts: Facts, *, kind: Kind, title: str | None = None) -> Document:
    """The document that an office file is; `title` is what its text calls it, for a file that states none."""
    if not reading.text:
        raise NothingInIt("no text in it")
    return Document(
        id=source.identity(),
        text=reading.text,
        kind=kind,
        family=source.family,
        marks=tuple(reading.marks),
        title=facts.title or title,
        author=facts.author,
        date=facts.date,
        language=facts.language,
        tags=facts.tags,
    )
