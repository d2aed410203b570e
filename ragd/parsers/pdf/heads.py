"""Running heads and page numbers: lines at a page's edge that come back at the same height, page after page.

What comes back is left out of the running text from its second time on; where it stands first it stays, so that no word
is lost. Page numbers go everywhere, for the page marks say them. A whole sentence is never taken for a head.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragd.parsers.pdf.layout import Line, Sheet, usual_distance

EDGE = 0.18  # of a page's height, at the top and at the bottom
DEEP = 4  # lines of a head
TIMES = 3  # it comes back at least
APART = 4  # pages at most from one time to the next
SHIFT = 6.0  # points by which its height may differ
# Times the usual distance of two lines, from a head to the text: a title that comes back stands closer than a head.
NUMBERED, WORDED = 1.2, 1.8
WORDS = 14  # more of them are no head
NUMBER = re.compile(r"\d+")
SENTENCE = re.compile(r"(?:\w+[^\w\s]*\s+){5,}.*\w{3,}[.!?][\"')\]”’]*$")
WORD = re.compile(r"\w")
BEFORE = re.compile(r"\b(?:page|seite|p\.|s\.)\s*$", re.IGNORECASE)
ROMAN = re.compile(r"[ivxlc]{1,7}|[IVXLC]{1,7}")
PAGE = re.compile(r"(?:[^\w]|#|page|seite|página|pagina|sida|side|pg|p|of|von|de|di|av|sur|van)+|i")  # a page number
Key = tuple[bool, str]  # at the top; its words, digits masked


@dataclass(frozen=True, slots=True)
class _Seen:
    page: int
    line: int
    height: float  # of its lower edge above the page's
    middle: float  # of its width, from the left
    at_edge: bool  # of the page; a page number may stand anywhere
    numbers: tuple[int, ...]
    counting: tuple[bool, ...]  # whether the number stands where a page number does


def running(sheets: Sequence[Sheet | None]) -> dict[int, set[int]]:
    """For each page (from 0) the lines to leave out, by their places among the lines of the sheet."""
    edges = {page: _edges(sheet) for page, sheet in enumerate(sheets) if sheet}
    back: defaultdict[int, dict[int, float]] = defaultdict(dict)
    kept: set[tuple[int, int]] = set()
    for (_, key), seen in _met(sheets, edges).items():
        numbering = PAGE.fullmatch(key) is not None
        for chain in _chains(seen):
            if numbering and key != "i" and chain[0].numbers == chain[1].numbers:
                continue  # "2020 2019" above the columns of a table
            for one in chain:
                back[one.page][one.line] = WORDED if chain[0].numbers == chain[1].numbers else NUMBERED
            if not numbering:
                kept.add((chain[0].page, chain[0].line))
    found = {page: _outermost(sheet, edges[page], back[page]) for page, sheet in enumerate(sheets) if sheet}
    left_out = {page: {at for at in lines if (page, at) not in kept} for page, lines in found.items()}
    return {page: lines for page, lines in left_out.items() if lines}


def _met(sheets: Sequence[Sheet | None], edges: dict[int, list[tuple[bool, int]]]) -> dict[Key, list[_Seen]]:
    """The lines at the edges that may be heads, those that look alike together, in the order of the pages."""
    met: defaultdict[Key, list[_Seen]] = defaultdict(list)
    for page, sheet in enumerate(sheets):
        for top, at in edges.get(page, ()):
            key = _masked(sheet.lines[at].text) if sheet else None
            if sheet is None or key is None:
                continue
            seen = _seen(page, at, sheet.lines[at], at_edge=_is_at_edge(sheet, sheet.lines[at], top=top))
            if seen.at_edge or any(seen.counting):
                met[top, key].append(seen)
    return met


def _seen(page: int, at: int, line: Line, *, at_edge: bool) -> _Seen:
    found = list(NUMBER.finditer(line.text))
    counting = tuple(
        not WORD.search(line.text[: one.start()])
        or not WORD.search(line.text[one.end() :])
        or bool(BEFORE.search(line.text[: one.start()]))
        for one in found
    )
    numbers = tuple(int(one[0][:9]) for one in found)
    return _Seen(page, at, line.bottom, (line.left + line.right) / 2, at_edge, numbers, counting)


def _edges(sheet: Sheet) -> list[tuple[bool, int]]:
    """The outermost lines at the top (True) and at the bottom of a page, from the edge inwards."""
    order = sorted(range(len(sheet.lines)), key=lambda at: sheet.lines[at].bottom)
    low, high = order[: 2 * DEEP], order[::-1][: 2 * DEEP]
    # The last line may be a page number at any height: pages of a web page that was printed end with their text.
    return [
        *((False, at) for at in low if at == low[0] or _is_at_edge(sheet, sheet.lines[at], top=False)),
        *((True, at) for at in high if at == high[0] or _is_at_edge(sheet, sheet.lines[at], top=True)),
    ]


def _is_at_edge(sheet: Sheet, line: Line, *, top: bool) -> bool:
    return line.top > (1 - EDGE) * sheet.height if top else line.bottom < EDGE * sheet.height


def _masked(text: str) -> str | None:
    """What two heads have in common: their words, without their numbers. None where it cannot be a head."""
    words = text.casefold().split()
    line = " ".join(words)
    if not words or len(words) > WORDS or SENTENCE.match(line):
        return None
    return "i" if ROMAN.fullmatch(line) else NUMBER.sub("#", line)


def _chains(seen: list[_Seen]) -> Iterator[list[_Seen]]:
    """Times after each other whose numbers stay the same or count with the pages, at the same height if they stay."""
    chains: list[list[_Seen]] = []
    for one in seen:
        chain = next((chain for chain in reversed(chains) if _goes_on(chain[-1], one)), None)
        if chain is None:
            chains.append([one])
        else:
            chain.append(one)
    yield from (chain for chain in chains if len(chain) >= TIMES)


def _goes_on(last: _Seen, one: _Seen) -> bool:
    pages = one.page - last.page
    if not 0 < pages <= APART or len(one.numbers) != len(last.numbers):
        return False
    steps = [b - a for a, b in zip(last.numbers, one.numbers, strict=True)]
    if any(step and (step != pages or not may) for step, may in zip(steps, one.counting, strict=True)):
        return False
    stays = one.at_edge and abs(one.height - last.height) < SHIFT
    return stays or (pages in steps and abs(one.middle - last.middle) < SHIFT)


def _outermost(sheet: Sheet, edges: list[tuple[bool, int]], back: dict[int, float]) -> set[int]:
    """Of the lines that come back, each with the gap that it needs, those between the page's edge and its own text."""
    found: set[int] = set()
    usual = usual_distance(sheet.lines)
    for top in (False, True):
        head: list[int] = []
        body: Line | None = None
        for at in (at for high, at in edges if high == top):
            line = sheet.lines[at]
            if body is not None and abs(line.bottom - body.bottom) > line.height / 2:
                break
            if at in back:
                head.append(at)
            elif body is None:
                body = line
        found.update(
            at
            for at in head
            if body is None or abs(sheet.lines[at].bottom - body.bottom) > back[at] * max(usual, body.height)
        )
    return found if len(found) < len(sheet.lines) else set()
