"""LaTeX, reStructuredText and AsciiDoc: the text untouched, their sections as headings, the facts of their heads."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from ragd.parsers import dates
from ragd.parsers.office.properties import keywords
from ragd.parsers.reading import fact
from ragd.parsers.source import Source
from ragd.parsers.texts.text import lined_member, lined_text
from ragd.records import Mark, Member

MOST = 5_000  # sections in a file
HEAD = 20_000  # characters in which a document states its facts
LATEX_LEVELS = {
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
    "frametitle": 3,
}
LATEX = re.compile(
    r"^[ \t]*(?P<off>%[^\n]*)"
    r"|\\(?P<level>part|chapter|section|subsection|subsubsection|paragraph|frametitle)\*?\s*(?:\[[^\]]{0,200}\])?"
    r"\{(?P<words>(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})++)\}"
    r"|\\begin\{(?P<off2>verbatim|lstlisting|comment)\}.*?(?:\\end\{(?P=off2)\}|\Z)",
    re.MULTILINE | re.DOTALL,
)
BRACED = r"\s*\{((?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})++)\}"
LATEX_FACT = {
    name: re.compile(rf"\\{name}\s*(?:\[[^\]]*\])?{BRACED}") for name in ("title", "author", "date", "keywords")
}
LATEX_MARKUP = (
    (re.compile(r"\\(?:thanks|footnote|label|inst|index)\s*\{[^{}]*\}"), ""),
    (re.compile(r"\\and\b"), ", "),
    (re.compile(r"\\\\(?:\[[^\]]*\])?"), " "),
    (re.compile(r"\\(?:emph|text\w+|math\w+|uppercase|texorpdfstring)\s*(?=\{)"), ""),
    (re.compile(r"\\([&%$#_{}])"), r"\1"),
    (re.compile(r"\\[a-zA-Z]+\*?\s*"), ""),
    (re.compile(r"[{}]"), ""),
    (re.compile(r"~"), " "),
)
RST_LINE = r"[!-/:-@\[-`{-~]"
RST = re.compile(
    rf"^(?:(?P<over>(?P<o>{RST_LINE})(?P=o){{2,}})[ \t]*\n)?(?P<words>[ \t]*\S[^\n]{{0,300}})\n"
    rf"(?P<under>(?P<u>{RST_LINE})(?P=u)+)[ \t]*$",
    re.MULTILINE,
)
RST_MARKUP = ((re.compile(r":[\w:-]+:`([^`<]+?)(?:\s*<[^>]*>)?`"), r"\1"), (re.compile(r"\*\*|``?|\*"), ""))
RST_FIELD = r"^:{name}:[ \t]*(\S[^\n]{{0,300}})$"
ADOC = re.compile(
    r"^(?P<off>-{4,}|\.{4,}|/{4,}|\+{4,}|```\w*)[ \t]*$|^(?P<level>={1,6}|#{1,6})[ \t]+(?P<words>\S[^\n]{0,300})$",
    re.MULTILINE,
)
ADOC_BELOW = re.compile(  # the title, below it who wrote it, below that the revision
    r"\s*(?:(?://|:)[^\n]*\n)*=[ \t]+\S[^\n]*\n([A-Z][^\n:=<]{2,80}?)[ \t]*(?:<[^>\n]*>)?\n"
    r"(?:v[^\n]*?(\d{4}-\d\d-\d\d))?"
)
ADOC_FIELD = r"^:{name}:[ \t]+(\S[^\n]{{0,300}})$"


@dataclass(frozen=True, slots=True)
class _Facts:
    title: str | None = None
    author: str | None = None
    date: str | None = None
    tags: tuple[str, ...] = ()


def parse(source: Source) -> Iterator[Member]:
    text = lined_text(source)
    sections, facts_of = READERS[source.name.rpartition(".")[2].lower()]
    marks = tuple(islice(sections(text), MOST))
    facts = facts_of(text[:HEAD])
    title = facts.title or next((mark.label for mark in marks if mark.level == 1), None)
    yield lined_member(source, text, marks, title=title, author=facts.author, date=facts.date, tags=facts.tags)


def _latex(text: str) -> Iterator[Mark]:
    for found in LATEX.finditer(text):
        label = _latex_words(found["words"] or "")
        if found["level"] and label:
            yield Mark(found.start("level") - 1, "heading", label, LATEX_LEVELS[found["level"]])


def _latex_words(written: str) -> str | None:
    for pattern, shown in LATEX_MARKUP:
        written = pattern.sub(shown, written)
    return fact(written)


def _latex_facts(head: str) -> _Facts:
    stated = {
        name: _latex_words(found[1]) if (found := sign.search(head)) else None for name, sign in LATEX_FACT.items()
    }
    author = ", ".join(part.strip() for part in (stated["author"] or "").split(",") if part.strip())
    return _Facts(stated["title"], author or None, dates.iso(stated["date"]), keywords(stated["keywords"]))


def _rst(text: str) -> Iterator[Mark]:
    """Which line stands for which level is what the document does first."""
    styles: list[tuple[str, bool]] = []
    for found in RST.finditer(text):
        over, under, words = found["over"], found["under"], found["words"]
        indented = words[:1].isspace() and not over
        if indented or len(under) < len(words.strip()) * 0.8 or (over and over[0] != under[0]):
            continue
        style = (under[0], bool(over))
        if style not in styles:
            styles.append(style)
        label = _marked_up(words, RST_MARKUP)
        if label and not re.fullmatch(RST_LINE + "+", label):
            yield Mark(found.start("over") if over else found.start("words"), "heading", label, styles.index(style) + 1)


def _rst_facts(head: str) -> _Facts:
    stated = _fields(head, RST_FIELD)
    return _Facts(
        stated.get("title"), stated.get("author"), dates.iso(stated.get("date")), keywords(stated.get("tags"))
    )


def _adoc(text: str) -> Iterator[Mark]:
    fence = ""
    for found in ADOC.finditer(text):
        if found["off"]:
            fence = found["off"] if not fence else ("" if found["off"].strip() == fence.strip() else fence)
        elif not fence and (label := _marked_up(found["words"], RST_MARKUP)):
            yield Mark(found.start(), "heading", re.sub(r"\s+=+$", "", label), len(found["level"]))


def _adoc_facts(head: str) -> _Facts:
    """The author may stand on the line below the title, the revision's date on the next."""
    stated = _fields(head, ADOC_FIELD)
    below = ADOC_BELOW.match(head)
    author = stated.get("author") or (fact(below[1]) if below and len(below[1].split()) <= 6 else None)
    date = stated.get("revdate") or stated.get("date") or (below[2] if below else None)
    return _Facts(stated.get("title"), author, dates.iso(date), keywords(stated.get("keywords") or stated.get("tags")))


def _fields(head: str, sign: str) -> dict[str, str]:
    found = {}
    for name in ("title", "author", "date", "revdate", "tags", "keywords"):
        stated = re.search(sign.format(name=name), head, re.MULTILINE | re.IGNORECASE)
        if stated and fact(stated[1]):
            found[name] = fact(stated[1]) or ""
    return found


def _marked_up(words: str, markup: tuple[tuple[re.Pattern[str], str], ...]) -> str | None:
    for pattern, shown in markup:
        words = pattern.sub(shown, words)
    return fact(words)


READERS: dict[str, tuple[Callable[[str], Iterator[Mark]], Callable[[str], _Facts]]] = {
    "tex": (_latex, _latex_facts),
    "ltx": (_latex, _latex_facts),
    "rst": (_rst, _rst_facts),
    "adoc": (_adoc, _adoc_facts),
    "asciidoc": (_adoc, _adoc_facts),
}
