"""Headings of a PDF, as the eye sees them: short lines that are larger or bolder than the words below.

Few PDFs have an outline that names their sections, and the middle of a long table says nothing of what it is without
the line above it. What is larger stands above what is smaller; of one size capitals above others, upright bold above
slanted.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from ragd.parsers.pdf.layout import Line, Sheet
from ragd.parsers.reading import clean

SIZES = (1.6, 1.3, 1.12)  # times the usual height: levels 1, 2 and 3; what is bold only stands below them
SMALLEST = 0.75  # times the usual height
LINES, WORDS = 3, 40  # of one heading
FAR = 4  # times its height, from a heading on the first page to its text
CLOSE = 1.5  # times its height, from the row of a table to the next
NEAR = 2.2  # times its height, from one line of a heading to the next
MOST = 0.4  # of the lines of a page: where more stand out, as in a form, none does
FEW = 5  # lines that stand out are never too many
BOLD_TEXT = 0.4  # of all letters: where more are bold, bold says nothing
WIDE = 0.75  # times their height are letters apart where a line is cells of a table and the gaps between them
ASIDE = 0.06  # of the page's width may twice the middle of a line be from its middle
INDENT, TEXT = 3, 0.3  # times its height is text indented below a heading; of the page's width are its lines wide
SHARED = 3  # lines that begin at the same edge
# What a table's rows end with: two numbers, or one that is no year, no day and no number of a section.
NUMBERS = re.compile(r"(?:[\d)%—–-]+\s+[$€£(]*[\d.,—–-]+[)%\s]*|[$€£(]\s*\d[\d.,]*[)%\s]*|\d[.,]\d+[)%\s]*|\d\s*%)$")
FIGURES = re.compile(r"\s[$€£(]*\d[\d.,]*[%)]*\s+[$€£(\s]*(?:\d[\d.,]*|[—–-])[%)]*$")  # two, as cells of a row
NUMBER = re.compile(r"\d+")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
LETTERS = re.compile(r"[^\W\d_]{2,}")
NO_BEGINNING = ("(", "•", "·", "*", "–", "—", "-")
# What stands above a table says nothing of the text below it: its caption, the time or the unit of its columns.
CAPTION = re.compile(
    r"(?:table|tab\.|figure|fig\.|tabelle|abbildung|abb\.|tableau|tabla|figura|tabel|figuur)\s*\d", re.I
)
PERIOD = re.compile(
    r"(?:as (?:of|at)\b|at [a-z]+ \d{1,2}\b|"
    r"(?:for )?(?:the )?(?:\w+ )?(?:years?|quarters?|months|weeks) end(?:ed|ing)\b|"
    r"(?:\S+ )?(?:amounts |dollars )?in (?:thousands|millions|billions)\b)",
    re.IGNORECASE,
)
CONNECTS = frozenset(("or", "and", "to"))  # between two halves of a title page
COLUMN = 0.2  # of the page's width are at least the lines of a narrow column
LEADERS = re.compile(r"[._]{4,}|(?:\. ){3}")


@dataclass(frozen=True, slots=True)
class Heading:
    """Lines of a sheet, by their places, that are one heading."""

    lines: tuple[int, ...]
    label: str
    level: int


def headings(sheets: Sequence[Sheet | None], without: dict[int, set[int]]) -> dict[int, list[Heading]]:
    """The headings of each page (from 0); `without` are lines that are left out, such as running heads."""
    usual, bold_says = usual_height(sheets)
    first = next((page for page, one in enumerate(sheets) if one and one.lines), 0)
    back = {_masked(one.lines[at].text) for page, one in enumerate(sheets) if one for at in without.get(page, ())}
    said: set[str] = set()
    found: dict[int, list[Heading]] = {}
    for page, one in enumerate(sheets):
        if one:
            found[page] = [
                heading
                for heading in _on_page(one, without.get(page, set()), usual, bold_says=bold_says)
                if (page > first or _is_above_text(one, heading)) and not _is_head(heading, back, said)
            ]
    return found


def _is_head(heading: Heading, back: set[str], said: set[str]) -> bool:
    """Whether a heading is a running head that was left in: where it is counted, or after it stood once.

    "Pfizer Inc. 2021 Form 10-K 36" heads nothing, nor does "Table of Contents" on its tenth page; the first may be
    the heading that the others repeat.
    """
    masked = _masked(heading.label)
    again = masked in said
    said.add(masked)
    return masked in back and (again or bool(NUMBER.search(heading.label)))


def _masked(text: str) -> str:
    return NUMBER.sub("#", " ".join(clean(text).casefold().split()))


def usual_height(sheets: Sequence[Sheet | None]) -> tuple[float, bool]:
    """The height of the lines that hold the most letters, and whether bold letters are few enough to say something."""
    letters: Counter[float] = Counter()
    bold = 0
    for one in sheets:
        for line in one.lines if one else ():
            letters[round(line.letters * 2) / 2] += len(line.text)
            bold += len(line.text) if line.weight != "plain" else 0
    usual = letters.most_common(1)
    return usual[0][0] if usual else 0.0, bold < BOLD_TEXT * letters.total()


def _on_page(sheet: Sheet, without: Set[int], usual: float, *, bold_says: bool) -> Iterator[Heading]:
    levels = {
        at: level
        for at, line in enumerate(sheet.lines)
        if at not in without
        and (level := _level(line, usual, bold_says=bold_says))
        and stands_alone(sheet.lines, at)
        and (level <= len(SIZES) or (_begins_there(sheet, at) and not _heads_rows(sheet, at)))
    }
    if len(levels) > max(FEW, MOST * len(sheet.lines)):
        return
    run: list[int] = []
    for at in [*levels, len(sheet.lines)]:
        if run and not (at in levels and _goes_on(sheet.lines, run[-1], at) and levels[at] == levels[run[-1]]):
            label = label_of([sheet.lines[one] for one in run])
            if len(run) <= LINES and len(label.split()) <= WORDS and not _ends_in_cell(sheet.lines, run[-1]):
                yield Heading(tuple(run), label, levels[run[-1]])
            run = []
        run.append(at)


def _level(line: Line, usual: float, *, bold_says: bool) -> int:
    """The level at which a line stands out; 0 where it does not, or says nothing that could be a heading."""
    bold = bold_says and line.weight != "plain"
    larger = [level for level, times in enumerate(SIZES, start=1) if usual and line.letters > times * usual]
    if not (larger or bold) or line.letters < usual * SMALLEST or not may_head(line):
        return 0
    if larger:
        return larger[0]
    first = len(SIZES) + 1
    return first if line.text.isupper() else first + 1 if line.weight == "bold" else first + 2


def may_head(line: Line) -> bool:
    text = line.text.strip()  # what is cheap to see comes first: in some filings half of all lines are bold
    return (
        line.right - line.left < WIDE * line.letters * len(text)
        and not text.startswith(NO_BEGINNING)
        and not text.endswith((",", ";"))
        and not _ends_a_row(text)
        and len(text.split()) <= WORDS
        and text.casefold() not in CONNECTS
        and LETTERS.search(text) is not None
        and not CAPTION.match(text)
        and not PERIOD.match(text)
        and not LEADERS.search(text)
    )


def _ends_a_row(text: str) -> bool:
    return (text[-1:].isdigit() or text[-1:] in ")%—–-") and NUMBERS.search(text) is not None


def stands_alone(lines: Sequence[Line], at: int) -> bool:
    """Whether the next line stands below, and the last one above or in another column: beside others it is a cell.

    Right below a table's row it is the head of the rows that follow.
    """
    line = lines[at]
    before, after = lines[at - 1 : at] if at else [], lines[at + 1 : at + 2]
    little = line.height / 3
    if any(line.bottom + little < other.top < line.top + 4 * line.height for other in after):
        return False
    if any(_is_beside(line, other) for other in [*lines[max(at - 3, 0) : at], *lines[at + 2 : at + 4]]):
        return False
    return not any(
        line.bottom - 4 * line.height < other.bottom < line.top - little
        or (0 < other.bottom - line.bottom < CLOSE * line.height and _ends_a_row(other.text.strip()))
        for other in before
    )


def _ends_in_cell(lines: Sequence[Line], at: int) -> bool:
    """Whether the next line goes on in the same look and has others beside it, as the head of a column does."""
    line, below = lines[at], lines[at + 1 : at + 2]
    return any(
        o.weight == line.weight
        and abs(o.letters - line.letters) < 1
        and min(o.right, line.right) > max(o.left, line.left)
        and _goes_on(lines, at, at + 1)
        and not stands_alone(lines, at + 1)
        for o in below
    )


def _is_beside(line: Line, other: Line) -> bool:
    apart = other.left > line.right or other.right < line.left
    return apart and abs(other.bottom - line.bottom) < line.height / 3


def _is_above_text(sheet: Sheet, heading: Heading) -> bool:
    """Whether a line of text follows: what a title page says large is no heading of all that comes after."""
    last = sheet.lines[heading.lines[-1]]
    below = sheet.lines[heading.lines[-1] + 1 :][:SHARED]
    if any(o.right - o.left > TEXT * sheet.width and last.bottom - o.bottom < FAR * last.height for o in below[:1]):
        return True
    column = [
        o for o in below if abs(o.left - below[0].left) < o.letters / 2 and o.right - o.left > COLUMN * sheet.width
    ]
    return len(column) == SHARED and 0 < last.bottom - below[0].bottom < FAR * last.height


def _begins_there(sheet: Sheet, at: int) -> bool:
    """Whether a line is in the middle of the page or above text, or others begin where it does, as no cell does."""
    line, below = sheet.lines[at], sheet.lines[at + 1 : at + 2]
    if abs(line.left + line.right - sheet.width) < ASIDE * sheet.width:
        return True
    little, wide = line.letters / 2, TEXT * sheet.width
    # Bold and elsewhere, the line below is the next row of a table's heads.
    if any(
        abs(o.left - line.left) < (INDENT * line.height if o.weight == "plain" else little) and o.right - o.left > wide
        for o in below
    ):
        return True
    beside = [other for other in sheet.lines if abs(other.left - line.left) < little]
    column = [o for o in beside if o.weight == "plain" and o.right - o.left > COLUMN * sheet.width]
    return len(column) >= SHARED or (
        len(beside) >= SHARED
        and any(
            abs(o.left - line.left) < (INDENT * line.height if o.weight == "plain" else little)
            and o.right - o.left > wide
            for o in sheet.lines
        )
    )


def _heads_rows(sheet: Sheet, at: int) -> bool:
    """Whether a line names no more than some rows of a table: "Memberships:", or what stands right above figures."""
    line, below = sheet.lines[at], sheet.lines[at + 1 : at + 2]
    named = line.text.strip().endswith(":")
    return any(
        line.bottom - o.bottom < CLOSE * line.height and (_ends_a_row if named else FIGURES.search)(figures)
        for o in below
        if (figures := YEAR.sub("", o.text).strip())
    )


def _goes_on(lines: Sequence[Line], above: int, at: int) -> bool:
    one, other = lines[above], lines[at]
    return at == above + 1 and 0 < one.bottom - other.bottom < NEAR * one.height


def label_of(lines: Sequence[Line]) -> str:
    return " ".join(clean(" ".join(line.text for line in lines)).split())
