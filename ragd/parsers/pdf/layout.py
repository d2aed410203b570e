"""Where the lines of a PDF's page stand: what is read after what, where a paragraph or a column ends.

pdfium gives a page's text in the order in which it was drawn, which nearly always is the order in which it is read.
Only a block that was drawn after what stands below it in the same column is moved before that. Wherever the text goes
on somewhere else on the page, it says so, and no quote runs over it.
"""

import ctypes
import re
import struct
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from typing import Any, Literal

BROKEN = "\ufffe"  # what pdfium writes for a hyphen at a line's end, and the end with it
LINE_END = re.compile(r"\ufffe[ \r\n]*|\r[\r\n]*|\n[\r\n]*")  # each begins with one sign: found twice as fast
RULE = "_" * 12
# A rule parts what it stands between, though pdfium joins them: "____________ ACME, INC." is two lines to the eye.
RULED = re.compile(rf"{LINE_END.pattern}|(?<={RULE}) (?=[^\W_])|(?<=\w) (?={RULE})")
LINES = 3000  # on one page; beyond that it is no text to be read, and stays as it is drawn
BLOCKS = 120  # to be ordered on one page
TOUCHING = 2.0  # points by which boxes of lines may overlap
CLIMBING = 4  # times as high as it is wide, and as its letters are, is a line that is written up the page
PARAGRAPH = 1.35  # times the usual distance of two lines
HEADING = 200  # characters; a longer line is no heading, and nobody asks how bold it is
BOLD = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)  # in a font's name: "Arial,BoldItalic"
SLANTED = re.compile(rb"italic|oblique", re.IGNORECASE)
FORCED = 1 << 18  # the flag of a font that is drawn bold, whatever its name
Weight = Literal["plain", "slanted bold", "bold"]
Box = tuple[float, float, float, float]  # left, bottom, right, top
Seen = tuple[Box, Weight, float]  # of some letters: where they stand, how bold and how high they are
Look = Callable[[int, int], Seen]
TALL = 1.7  # times the height of its letters: what is higher may be several lines
WORD = re.compile(r"\S+")
WORDS = 2000  # of a line that are looked at


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is drawn, in points from the lower left corner of the page as it is shown."""

    text: str
    end: str  # what parts it from the next
    left: float
    bottom: float
    right: float
    top: float
    weight: Weight = "plain"
    letters: float = 0.0  # how high its first and its last letter are, the lower of both; 0: not known

    @property
    def height(self) -> float:
        high = self.top - self.bottom
        return high if high > 1.0 else 1.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its lines in the order in which they are drawn, and its size in points as it is shown."""

    lines: tuple[Line, ...]
    width: float
    height: float


def sheet(page: Any, text_page: Any) -> Sheet:
    """The lines of a page that pdfium has loaded."""
    text = str(text_page.get_text_range())
    turned, (left, bottom, right, top) = page.get_rotation(), page.get_bbox()
    wide, high = (right - left, top - bottom) if turned % 180 == 0 else (top - bottom, right - left)
    lines: list[Line] = []
    start = 0
    units = _units(text)
    look = _looking(text_page, length=units[-1])
    for end, after in _ends(text):
        for written, ending, (box, weight, letters) in _seen(text, (start, end, after), units, look, whole=turned > 0):
            at = _upright(box, turned, (left, bottom, right, top)) if turned or left or bottom else box
            if at[2] > 0 and at[3] > 0 and at[0] < wide and at[1] < high:  # what is beyond the edges nobody sees
                lines.append(Line(written, ending, *at, weight, letters))
        start = after
        if len(lines) >= LINES:
            break
    if start < len(text):
        lines.append(Line(text[start:], "", 0, 0, 0, 0))
    return Sheet(tuple(lines), wide, high)


def _seen(
    text: str, around: tuple[int, int, int], units: Sequence[int], look: Look, *, whole: bool
) -> Sequence[tuple[str, str, Seen]]:
    """A line, what parts it from the next and what is seen of it; of what pdfium made one, the lines that they are.

    `around` are where it begins and ends, and where the next begins. `whole`: it is never cut.
    """
    start, end, after = around
    written = text[start:end]
    first, last = start + len(written) - len(written.lstrip()), start + len(written.rstrip())
    if first >= last:
        return ()
    seen = look(units[first], units[last] - 1)
    (_, bottom, _, top), _, high = seen
    if whole or top - bottom <= TALL * high or not high:  # nearly all
        return ((written, text[end:after], seen),)
    falls = _falls(text, first, last, units, look)
    if not falls:
        return ((written, text[end:after], seen),)
    pieces = [(begin, begin + len(text[begin:stop].rstrip()), stop) for begin, stop in pairwise([first, *falls, last])]
    return [
        (text[begin:done], text[end:after] if stop == last else "\r\n", look(units[begin], units[done] - 1))
        for begin, done, stop in pieces
    ]


def _falls(text: str, first: int, last: int, units: Sequence[int], look: Look) -> list[int]:
    """Where a word stands lower than the one before it, and further left.

    pdfium misses a line's end where a blank was drawn after it: "... of $4.2 million . 6. Commitments", and rows of a
    table that end in a dash.
    """
    falls: list[int] = []
    left, low = 0.0, 0.0
    for found in islice(WORD.finditer(text, first, last), WORDS):
        box, _, high = look(units[found.start()], units[found.end()] - 1)
        if found.start() > first and box[0] < left and box[3] < low + high / 2:
            falls.append(found.start())
        left, low = box[0], box[1]
    return falls


def _ends(text: str) -> Iterator[tuple[int, int]]:
    """Where each line ends, and where the next begins."""
    after = 0
    for found in (RULED if RULE in text else LINE_END).finditer(text):
        after = found.end()
        yield found.start(), after
    if after < len(text):
        yield len(text), len(text)


def _units(text: str) -> Sequence[int]:
    """Where each character begins as pdfium counts, in units of UTF-16."""
    if len(text.encode("utf-16-le", "surrogatepass")) == 2 * len(text):
        return range(len(text) + 1)
    return [0, *accumulate(2 if sign > "\uffff" else 1 for sign in text)]


def _looking(text_page: Any, *, length: int) -> Look:
    """Tells the box of the characters from one to another, how bold both are, and how high the lower of both is.

    By their fonts, and not by their ink. `length` is that of the page's text in units of UTF-16.
    """
    from pypdfium2 import raw  # type: ignore[import-untyped]

    same = text_page.count_chars() == length  # there is nothing on the page that its text leaves out
    text_page = text_page.raw  # pypdfium2 looks it up at every call
    edges, edges_of = bytearray(32), struct.Struct("8f").unpack  # of both: left, top, right, bottom
    one, other = raw.FS_RECTF.from_buffer(edges), raw.FS_RECTF.from_buffer(edges, 16)
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    index_of, box_of, font_of = (
        raw.FPDFText_GetCharIndexFromTextIndex,
        raw.FPDFText_GetLooseCharBox,
        raw.FPDFText_GetFontInfo,
    )

    def weight(at: int) -> Weight:
        font_of(text_page, at, name, 128, flags)
        return _weight(name.value, bool(flags.value & FORCED))

    def look(first: int, last: int) -> Seen:
        start, end = (first, last) if same else (index_of(text_page, first), index_of(text_page, last))
        box_of(text_page, start, one)
        box_of(text_page, end, other)
        left, top, right, bottom, left_too, top_too, right_too, bottom_too = edges_of(edges)
        box = (
            left if left < left_too else left_too,
            bottom if bottom < bottom_too else bottom_too,
            right if right > right_too else right_too,
            top if top > top_too else top_too,
        )
        begins = weight(start) if last - first < HEADING else "plain"
        bold = begins if begins == "plain" or weight(end) != "plain" else "plain"
        return box, bold, min(top - bottom, top_too - bottom_too)

    return look


@lru_cache(maxsize=1000)
def _weight(font: bytes, forced: bool) -> Weight:
    if not forced and not BOLD.search(font):
        return "plain"
    return "slanted bold" if SLANTED.search(font) else "bold"


def _upright(box: Box, turned: int, page: Box) -> Box:
    """A box on the page as it is shown: turned clockwise by `turned` degrees, its lower left corner at 0, 0."""
    left, bottom, right, top = box[0] - page[0], box[1] - page[1], box[2] - page[0], box[3] - page[1]
    wide, high = page[2] - page[0], page[3] - page[1]
    if turned == 90:
        return bottom, wide - right, top, wide - left
    if turned == 180:
        return wide - right, high - top, wide - left, high - bottom
    if turned == 270:
        return high - top, left, high - bottom, right
    return left, bottom, right, top


def in_order(lines: Sequence[Line], without: Set[int]) -> list[list[Line]]:
    """The lines but some, in the order in which they are read, cut where the text goes on somewhere else on the page.

    `without` are places among the lines. A piece has all lines that are drawn between its first and its last.
    """
    blocks = _blocks(lines, without)
    if 1 < len(blocks) <= BLOCKS:
        blocks = _sorted(lines, blocks)
    pieces: list[list[int]] = []
    for block in blocks:
        if pieces and block[0] == pieces[-1][-1] + 1 and not _goes_on_elsewhere(lines[block[0] - 1], lines[block[0]]):
            pieces[-1] += block
        else:
            pieces.append(block)
    return [[lines[at] for at in piece] for piece in pieces]


def _blocks(lines: Sequence[Line], without: Set[int]) -> list[list[int]]:
    """Lines that are drawn one after the other and stand one below or beside the other."""
    blocks: list[list[int]] = []
    for at, line in enumerate(lines):
        if at in without:
            continue
        if blocks and blocks[-1][-1] == at - 1 and not _jumps(lines[at - 1], line):
            blocks[-1].append(at)
        else:
            blocks.append([at])
    return blocks


def _jumps(above: Line, line: Line) -> bool:
    """Whether a line does not stand below or beside the one before it. A word that is broken goes on in any case."""
    if above.end.startswith(BROKEN):
        return False
    if _climbs(above) is not _climbs(line):
        return True
    high = max(above.height, line.height)
    apart = line.left > above.right + 4 * high or line.right < above.left - 4 * high
    beside = abs(line.bottom - above.bottom) < high
    return line.bottom > above.top + high / 2 or line.top < above.bottom - 4 * high or (apart and not beside)


def _goes_on_elsewhere(above: Line, line: Line) -> bool:
    if above.end.startswith(BROKEN):
        return False
    if _climbs(above) is not _climbs(line):
        return True
    high = max(above.height, line.height)
    return line.bottom > above.top + high / 2 or (line.left > above.right and line.top < above.bottom - 4 * high)


def _climbs(line: Line) -> bool:
    """Whether a line is written up or down the page, as the name of an archive in a paper's margin."""
    high = line.top - line.bottom
    least = line.letters * max(CLIMBING, len(line.text) / 2)  # a row of cells at several heights is lower
    return line.letters > 0 and high > least and high > CLIMBING * (line.right - line.left)


def _sorted(lines: Sequence[Line], blocks: list[list[int]]) -> list[list[int]]:
    """Each block goes before the first that stands below it in the same column, where one was drawn before it."""
    placed: list[tuple[Line, list[int]]] = []
    for block in blocks:
        around = _around([lines[at] for at in block])
        first = next((at for at, (other, _) in enumerate(placed) if _stands_above(around, other)), len(placed))
        placed.insert(first, (around, block))
    return [block for _, block in placed]


def _around(block: Sequence[Line]) -> Line:
    left, bottom = min(line.left for line in block), min(line.bottom for line in block)
    return Line("", "", left, bottom, max(line.right for line in block), max(line.top for line in block))


def _stands_above(one: Line, other: Line) -> bool:
    shared = min(one.right, other.right) - max(one.left, other.left)
    narrower = min(one.right - one.left, other.right - other.left)
    return one.bottom > other.top - TOUCHING and shared > narrower / 2


def joined(lines: Sequence[Line], usual: float) -> str:
    """The lines as one text with an empty line between paragraphs; `usual` is the distance of two lines on the page."""
    pieces: list[str] = []
    for line, below in zip(lines, [*lines[1:], None], strict=True):
        pieces.append(line.text)
        pieces.append(line.end if below is None or line.end.startswith(BROKEN) else _between(line, below, usual))
    return "".join(pieces)


def _between(line: Line, below: Line, usual: float) -> str:
    """What parts two lines: nothing or a blank in a row, as of an exponent and what it stands on, else a line's end."""
    if abs(line.bottom - below.bottom) < line.height * 0.6 and below.left > line.right - TOUCHING:
        return "" if below.left - line.right < line.height * 0.15 and line.end != " " else " "
    return "\n\n" if line.bottom - below.bottom > PARAGRAPH * max(usual, line.height) else "\n"


def usual_distance(lines: Sequence[Line]) -> float:
    """The median of the distances between a line and the one below it, in points."""
    steps = sorted(
        above.bottom - below.bottom
        for above, below in pairwise(lines)
        if above.height / 2 < above.bottom - below.bottom < 3 * above.height
    )
    return steps[len(steps) // 2] if steps else 0.0
