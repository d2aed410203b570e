"""The lines of a mail's text, and how deep its own marks or its markup say that each is quoted."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ragd.parsers.mail.reply_words import ODD_MARK, ON_BEHALF, OWN_MARK, PREFIX, WROTE
from ragd.records import Aside, AsideKind

BROKEN_FROM, BROKEN_END = 55, 25  # code points of a quoted line that was broken, and of what came off it
OFTEN = 3  # lines broken alike, from which on it was a program


@dataclass(slots=True)
class Line:
    """A line of the text: how deep it is quoted, and what it says without the marks of that."""

    start: int
    end: int
    depth: int
    words: str
    kind: AsideKind | None = None  # "quote" follows from the depth


def lines_of(text: str, given: Sequence[Aside] = ()) -> list[Line]:
    """The lines with their depth; `given` are the asides that the markup of an HTML mail states."""
    lines = _marked(text, given)
    _deepen_odd_marks(lines)
    _deepen_own_marks(lines)
    _rejoin_broken_lines(lines)
    return lines


def _marked(text: str, given: Sequence[Aside]) -> list[Line]:
    lines: list[Line] = []
    start = 0
    for whole in text.split("\n"):
        end = start + len(whole)
        depth, words = 0, whole
        if ">" in whole[:24] or whole.startswith("| "):
            found = PREFIX.match(whole)
            if found and not (found[0] == "| " and lines and lines[-1].depth == 0 and lines[-1].words):
                depth, words = max(found[0].count(">"), 1), whole[found.end() :]
        lines.append(Line(start, end, depth, words.strip()))
        start = end + 1
    for aside in given:
        for line in lines:
            within = aside.start <= line.start and line.end <= aside.end
            if within and (line.end > line.start or aside.kind == "signature"):  # all of which is one
                if aside.kind == "quote":
                    line.depth += 1
                else:
                    line.kind = aside.kind
    return lines


def _deepen_odd_marks(lines: list[Line]) -> None:
    """Below "Dana wrote:" some programs mark what is quoted in a way of their own: "--] Who comes?"."""
    for at, line in enumerate(lines[:-1]):
        if line.depth or not line.words.endswith(":") or not WROTE.search(line.words):
            continue
        below = next((one for one in lines[at + 1 : at + 3] if one.words), None)
        found = ODD_MARK.match(below.words) if below and not below.depth else None
        if found:
            for one in lines[at + 1 :]:
                if not one.depth and one.words.startswith(found[0].strip()):
                    one.depth, one.words = 1, one.words.removeprefix(found[0].strip()).strip()


def _deepen_own_marks(lines: list[Line]) -> None:
    """Lines below each other that begin alike, "Dana> so", "| so", are quoted, and all others with that mark."""
    runs = [
        (mark, list(run)) for mark, run in groupby(lines, key=lambda one: "" if one.depth else _own_mark(one)) if mark
    ]
    known = {mark for mark, run in runs if len(run) > 1 and (mark != "|" or _is_no_table(run))}
    for mark, run in runs:
        if mark in known and (mark != "|" or _is_no_table(run)):
            for line in run:
                line.words = line.words.removeprefix(mark).strip()
                deeper = PREFIX.match(line.words)
                line.depth = 1 + (max(deeper[0].count(">"), 1) if deeper else 0)
                line.words = line.words[deeper.end() :].strip() if deeper else line.words


def _own_mark(line: Line) -> str:
    found = OWN_MARK.match(line.words)
    return found[1] if found else ""


def _is_no_table(run: list[Line]) -> bool:
    """Whether a bar before each line marks a quote: rows of a table end with one or have several, trees have lines."""
    said = [line.words for line in run if line.words != "|"]
    drawn = any(one.endswith("|") or "--" in one[:16] for one in said)
    return len(said) > 1 and not drawn and any(one.count("|") == 1 for one in said)


def _rejoin_broken_lines(lines: list[Line]) -> None:
    """A program that broke a long quoted line left its last words with fewer marks.

    With none they may be an answer, unless the sentence goes on below them and that happens again and again.
    """
    unmarked = []
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        if before.depth == after.depth > line.depth:
            if _goes_on(before.words, line.words) if line.depth else _ends_a_name(before.words, line.words):
                line.depth = before.depth
            elif _goes_on(before.words, line.words) and after.words[:1].islower():
                unmarked.append((line, before.depth))
    if len(unmarked) >= OFTEN:
        for line, depth in unmarked:
            line.depth = depth


def _goes_on(before: str, words: str) -> bool:
    """Whether a line is the end of the one before, not an answer: that begins with a capital, or after a sentence."""
    return (
        0 < len(words) <= BROKEN_END and len(before) >= BROKEN_FROM and not (words[0].isupper() or before[-1] in ".?!:")
    )


def _ends_a_name(before: str, words: str) -> bool:
    """Whether a line without a mark is the end of who is quoted, which Outlook broke off."""
    return 0 < len(words) <= BROKEN_END and ON_BEHALF.search(before) is not None
