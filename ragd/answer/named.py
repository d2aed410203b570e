"""What a question names exactly, its names and codes, and which spans are about all of it.

Shared words and meaning let near misses pass: the survival at Cape Hornby is not told by that at Cape Morro, nor the
reading RD06001 by the row of RD04500. Of a table's row it is the row itself that must say it, or what stands above.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ragd import places
from ragd.answer import headed, rows, values, words
from ragd.answer.spans import Span
from ragd.records import Hit

LONG = 6  # letters from which a name is found within another word, or written apart: "Wi-Fi" in "wifi", "Fast Mail"
TITLE_CASE = 2  # small words with a capital, from which capitals say nothing: "When Was The Roof Repaired"

_NO_NAMES = """
mr mrs ms miss dr prof professor sir madam ltd inc plc llc corp co gmbh bv nv st
"""
# In German every noun has a capital.
_GERMAN_WORDS = """
der das dem den des ist sind hat wird wurde wer wann wie wo welche welcher welches für und ein eine im zum vom beim
"""
_TITLES, _GERMAN = frozenset(_NO_NAMES.split()), frozenset(_GERMAN_WORDS.split())
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_OPENS = re.compile(r"(?:^|[^\W\d_]{3}[.!?]|[:;!?\n])[\s\"'“‘(*-]*$")

_CODE = re.compile(r"(?<![\w.,])(?:#|№)?[^\W_]+(?:[-/_.][^\W_]+)*(?![\w])")
_NO_CODE = re.compile(
    r"(?:fy|cy|q[1-4]|h[12])[-/' ]?\d{2,4}(?:[-/]\d{2,4})?|\d{2,4}[-/]?(?:q[1-4]|h[12])"  # years of accounts
    r"|\d+(?:[.,]\d+)*[-/]?[^\W\d_]+(?:-[^\W\d_]+)*"  # "24-hour", "30km", "1960s", "10-K", "12-month-old"
    r"|[^\W\d_]{3,}(?:-[^\W\d_]+)*[-/](?:\d{2}|(?:19|20)\d\d)"  # "mid-2019", "covid-19"
    r"|[\d./:,-]+",  # numbers, dates and times: see `_NUMBERED`
    re.IGNORECASE,
)
# A number that is one's name: "invoice 20410", "order no. 733".
_NUMBERED = re.compile(
    r"\b(?:number|no\.?|nr\.?|invoices?|orders?|vouchers?|accounts?|polic(?:y|ies)|tickets?|cases?|ref(?:erence|\.)?|receipts?"
    r"|rooms?|flights?|serial|booking|claims?|contracts?|dossier|factuur|rechnung|id)\s+(?:(?:number|no\.?|nr\.?|id)\s*)?"
    r"[#:]?\s*(\d[\d./-]*\d{2}(?!\w)|\d{3,}(?!\w))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEARS = re.compile(r"(?<![\w.,€$£-])(?:19|20)\d\d(?![\w%]|[.,]\d)")
# Whoever asks for what was before or since a year asks for other years.
_BOUND = re.compile(
    r"\b(?:before|after|since|until|till|by|between|from|than|vor|nach|seit|bis|voor|na|sinds|tot)\s(?:[^\W\d]+\s)?(?:19|20)\d\d",
    re.IGNORECASE,
)
_SHORT = re.compile(r"(?<![\w-])(?!Q[1-4]|H[12]|CO2|MP[34]|A[3-6]|G[78])[A-Z]{1,2}\d(?![\w-])")  # "sensor W9"
_LETTERED = re.compile(r"\b[^\W\d_]{3,} ([B-HJ-Z])(?=[?,;]|\s(?!&)|$)")  # "plot F"; "A" and "I" are words


@dataclass(frozen=True, slots=True)
class Named:
    """The names of a question, folded, each in its parts, and the patterns of its codes."""

    names: frozenset[tuple[str, ...]]
    codes: tuple[re.Pattern[str], ...]
    years: frozenset[int] = frozenset()  # that what is asked for is of


def named_in(question: str, hits: Sequence[Hit]) -> Named:
    """What a question names. A word that the found passages write without a capital is no name: "Balance Sheet"."""
    names = _names(question, "\n".join(hit.text for hit in hits))
    years = frozenset() if _BOUND.search(question) else frozenset(map(int, _YEARS.findall(question)))
    return Named(names, tuple(map(_pattern, _codes(question))), years)


def is_about(named: Named, span: Span) -> bool:
    """Whether a span's own row, or its passage, or what is known of them, says every name and code of a question.

    What dates itself by other years than the question's is about something else: the repair of March 2023.
    """
    if not (named.names or named.codes or named.years):
        return True
    return not _is_of_another_year(named.years, span.text) and _said(span).has(named)


def _is_of_another_year(asked: frozenset[int], text: str) -> bool:
    shown = {int(year) for year in _YEARS.findall(text)}
    if not asked or not shown:
        return False
    return not any(min(shown) <= year <= max(shown) for year in asked)


@dataclass(frozen=True, slots=True)
class _Said:
    """A text in the forms in which names and codes are looked for."""

    text: str
    stems: frozenset[str]
    solid: str

    def has(self, named: Named) -> bool:
        names = all(all(map(self._has, name)) or self._has("".join(name)) for name in named.names)
        return names and all(code.search(self.text) for code in named.codes)

    def _has(self, name: str) -> bool:
        return name in self.stems or (len(name) >= LONG and name in self.solid)


def _said(span: Span) -> _Said:
    return _read("\n".join((_own(span), _known(span))))


@lru_cache(maxsize=200)
def _read(text: str) -> _Said:
    folded = words.fold(text)
    stems = frozenset(words.stem(word) for word in words.tokens(folded))
    return _Said(folded, stems, re.sub(r"[\W_]", "", folded))


def _own(span: Span) -> str:
    """A row with the lines above it that are none: its caption, its group. Of running text all below the same line."""
    if not span.row:
        below = headed.section(span.hit.text, span.start - span.hit.start)
        return span.around if below == span.hit.text else below
    heads = [span.columns.text] if span.columns else []
    above = span.hit.text[: span.start - span.hit.start].split("\n")
    return "\n".join((span.text, *heads, *(line for line in above if not rows.is_line(span.hit, line))))


def _known(span: Span) -> str:
    """All that is known of a passage besides its words: its document, its place, who speaks."""
    document = span.hit.document
    within = document.within
    return "\n".join(
        filter(
            None,
            (
                span.facts.text,
                document.title,
                None if span.hit.chunk.speaker and places.is_quoted(span.hit.chunk, span.end) else document.author,
                document.part,
                re.sub(r"[/_.-]", " ", document.path),
                document.path,
                *document.recipients,
                *document.tags,
                *document.labels,
                *(mark.label for mark in places.held(span.hit.chunk.marks, span.start, span.end)),
                *((within.title, within.author, *within.recipients) if within else ()),
            ),
        )
    )


def _names(question: str, shown: str) -> frozenset[tuple[str, ...]]:
    found = list(_WORD.finditer(question))
    if sum(match[0].istitle() and match[0].casefold() in words.SMALL for match in found[1:]) >= TITLE_CASE:
        return frozenset()
    if len({match[0].casefold() for match in found} & _GERMAN) > 1:
        return frozenset()
    capital, small = _written(shown)
    names = set()
    for match in found:
        name = tuple(words.stem(part) for part in words.tokens(words.fold(match[0])))
        opens = bool(_OPENS.search(question[: match.start()]))
        if _is_name(match[0]) and not set(name) & small and (not opens or set(name) <= capital):
            names.add(name)
    return frozenset(names)


def _is_name(word: str) -> bool:
    """Whether a word looks like a name: no abbreviation, which stands for other words."""
    first = re.split("['’]", word.casefold())[0]
    if not word[0].isupper() or word.isupper() or any(map(str.isdigit, word)):
        return False
    ordinary = words.SMALL | words.NEGATIONS | _TITLES | values.MONTHS.keys() | values.WEEKDAYS.keys()
    return first not in ordinary and first not in values.CURRENCIES


@lru_cache(maxsize=4)
def _written(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words that a text writes with a capital within a sentence, and those that it writes without one."""
    capital = (match[1] for match in re.finditer(r"[^\W\d_A-Z]{2,},? ([A-Z][^\W\d_]+)", text))
    small = (word for word in words.tokens(text) if word[0].islower())
    return tuple(frozenset(words.stem(word) for word in some) for some in (capital, small))  # type: ignore[return-value]


def _codes(question: str) -> Iterator[str]:
    """The words that are letters and digits and no everyday ones, and the numbers that something is called by."""
    for match in _CODE.finditer(question):
        if sum(map(str.isdigit, match[0])) >= 2 and not _NO_CODE.fullmatch(match[0]):
            yield match[0]
    for match in _NUMBERED.finditer(question):
        if not _YEAR.fullmatch(match[1]):
            yield match[1]
    yield from _SHORT.findall(question)
    yield from _LETTERED.findall(question)


@lru_cache(maxsize=100)
def _pattern(code: str) -> re.Pattern[str]:
    """The code as it stands in a folded text, with or without the marks between its letters and its digits."""
    parts = re.findall(r"[^\W\d_]+|\d+", words.fold(code))
    apart = r"[\W_]{0,2}".join(map(re.escape, parts))
    return re.compile(rf"(?<![^\W_]){apart}(?![^\W_])")
