"""The title of a PDF that states none: what stands out on its first page and stands on others too, and its year.

Most PDFs are made by programs that write no title, or a number. Without one nothing says of a passage in the middle
whose report it is and of which year: "we" spent it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragd.parsers.pdf.headings import usual_height
from ragd.parsers.pdf.layout import Line, Sheet
from ragd.parsers.reading import clean

LARGE = 1.3  # times the usual height: what is that large on a first page is its title, where nothing comes back
PLAIN = 0.95  # times the usual height: what is bold stands out from there on
UPPER = 0.4  # of the page's height: what stands below is no title
ALIKE = 0.85  # of the larger height: lines of one title
NEAR = 2.2  # times its height, from one line of a title to the next
LINES, WORDS = 4, 16  # of one group of lines that stand out
TIMES = 3  # pages beside the first on which a name comes back at the beginning of a line
NAMES = 2  # that are told
OFTEN = 0.25  # of the other pages have the year
LONGEST = 120  # characters of a title
LETTERS = re.compile(r"[^\W\d_]{3,}")
NUMBERED = re.compile(r"^\W*(?:\d{1,2}|[ivx]+)[.)]?\s", re.IGNORECASE)  # a chapter, not the whole
NOT_ALL = re.compile(r"^(?:(?:table of )?contents|index|abstract|summary|introduction|preface)\W*$", re.IGNORECASE)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
RULES = re.compile(r"[_\W]+")


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines that stand out together. `large` is their height, in times the usual."""

    text: str
    large: float


def title_of(sheets: Sequence[Sheet | None]) -> str | None:
    """A title for the whole; None where nothing on its cover is one."""
    usual, _ = usual_height(sheets)
    first = next((one for one in sheets if one and one.lines), None)
    if first is None or not usual:
        return None
    groups = list(_groups(first, usual))
    others = [one for one in sheets if one and one is not first]
    back = _coming_back([group.text for group in groups], others)
    names = [group.text for group in groups if back[group.text] >= TIMES]
    if names:
        known = sorted(names, key=lambda name: -back[name])[:NAMES]
        return " ".join([*(name for name in names if name in known), *_year(first, others)])[:LONGEST]
    large = max((group for group in groups if _may_be_all(group.text)), key=lambda group: group.large, default=None)
    return large.text[:LONGEST] if large is not None and large.large >= LARGE else None


def _groups(sheet: Sheet, usual: float) -> Iterator[_Group]:
    """What stands out in the upper part of a page: neighbouring lines of like height together."""
    run: list[Line] = []
    for line in [*sheet.lines, None]:
        out = line is not None and line.bottom > UPPER * sheet.height and _stands_out(line, usual)
        if run and (line is None or not out or not _together(run[-1], line)):
            text = " ".join(clean(" ".join(one.text for one in run)).replace("_", " ").split())
            if len(run) <= LINES and len(text.split()) <= WORDS and LETTERS.search(text):
                yield _Group(text, max(one.letters for one in run) / usual)
            run = []
        if line is not None and out:
            run.append(line)


def _stands_out(line: Line, usual: float) -> bool:
    text = line.text.strip(" _")
    larger = line.letters > 1.12 * usual or (line.weight != "plain" and line.letters > PLAIN * usual)
    return larger and text[:1].isalnum() and not text.endswith((",", ";"))


def _together(above: Line, line: Line) -> bool:
    low, high = sorted((above.letters, line.letters))
    return low > ALIKE * high and 0 < above.bottom - line.bottom < NEAR * above.height


def _coming_back(texts: Sequence[str], others: Sequence[Sheet]) -> Counter[str]:
    """On how many other pages a line begins with each text, whatever the case."""
    wanted = {text: plain for text in texts if LETTERS.search(plain := _plain(text))}
    found: Counter[str] = Counter()
    for sheet in others:
        there = _text(sheet).casefold()
        for text, plain in wanted.items():
            first = plain.partition(" ")[0]  # most pages do not have it, and need no closer look
            found[text] += first in there and any(
                f"{_plain(line)} ".startswith(f"{plain} ") for line in there.split("\n") if first in line
            )
    return found


def _plain(text: str) -> str:
    return RULES.sub(" ", text.casefold()).strip()


def _may_be_all(text: str) -> bool:
    return not NUMBERED.match(text) and not NOT_ALL.match(text)


def _year(first: Sheet, others: Sequence[Sheet]) -> list[str]:
    """The year on the cover that stands on the most other pages, a quarter of them at least; none where none does."""
    texts = [_text(sheet) for sheet in others]
    pages = {
        year: sum(year in text and year in YEAR.findall(text) for text in texts)
        for year in sorted(set(YEAR.findall(_text(first))))
    }
    year = max(pages, key=lambda one: pages[one], default=None)
    return [year] if year and pages[year] >= OFTEN * len(others) else []


def _text(sheet: Sheet) -> str:
    return "\n".join(line.text for line in sheet.lines)
