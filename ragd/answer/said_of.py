"""Whether a span says a thing of what the claim says it of: a number of the right plan, a deed of the right person.

Words alone do not tell: "the Standard plan includes 1 vault, the Plus plan 10" has every word of "Plus includes 1".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragd.answer import values, words
from ragd.answer.values import Measure

_TIME = frozenset({"second", "minut", "hour", "day", "night", "week", "month", "quarter", "year", "decad", "centuri"})
_MONEY = frozenset(values.CURRENCIES.values())
_BYTES = frozenset({"byte", "kb", "mb", "gb", "tb", "kilobyt", "megabyt", "gigabyt", "terabyt"})
_FAMILIES = (_TIME, _MONEY, _BYTES)
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)*_]*\s+|\n+(?=\s*(?:[-*+•]|\d{1,3}[.)])\s)|\n{2,}")
_RULE_CELL = re.compile(r":?-{2,}:?")
_GROUP = 2  # lines
_YEAR = re.compile(r"(?:19|20)\d\d")
_BY = re.compile(r"\b(?:by|from|door|von|par|por)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Saying:
    """Numbers, and the stems of what is said around them."""

    measures: tuple[Measure, ...]
    stems: frozenset[str]
    number: int  # of the clause or row, so that two numbers of one are known


def of_another(
    claimed: Sequence[Measure], said: frozenset[str], asked: frozenset[str], text: str, *, around: str
) -> bool:
    """Whether a number of the claim is said of something else in `text`, which says another of what the claim is about.

    `said` are the claim's content words and `asked` its question's; `around` is the passage that holds the text, where
    a table's head may stand.
    """
    sayings = list(_sayings(text, around))
    heads = _years(heads_of(text, around))  # a year above a column says which number is meant, and is none itself
    years = heads & {f"{reading:g}" for measure in claimed for reading in measure.readings}
    counted = [measure for measure in claimed if not years & {f"{reading:g}" for reading in measure.readings}]
    return any(_is_anothers(measure, claimed, (said | years, asked), sayings) for measure in counted)


def _is_anothers(
    measure: Measure,
    claimed: Sequence[Measure],
    about: tuple[frozenset[str], frozenset[str]],
    sayings: Sequence[Saying],
) -> bool:
    known = frozenset[float]().union(*(one.readings for one in claimed))
    holding = [one for one in sayings if any(shown.readings & measure.readings for shown in one.measures)]
    rivals = [
        one for one in sayings if any(not shown.readings & known and _alike(shown, measure) for shown in one.measures)
    ]
    if not holding or not rivals:
        return False

    def fits(one: Saying) -> tuple[int, int]:
        return len(one.stems & about[0]), len(one.stems & about[1])

    best = max(holding, key=fits)
    tied = [one for one in rivals if fits(one) == fits(best)]
    wanted = about[0] | about[1]
    return max(map(fits, rivals)) > fits(best) or any(
        # What was said before goes on being said: only the words of a later rival set it apart.
        one.number == best.number or (one.number > best.number and (one.stems - best.stems) & wanted)
        for one in tied
    )


def _alike(one: Measure, other: Measure) -> bool:
    """Whether two numbers could answer the same question: both are money, or both count the same."""
    if not one.units or not other.units:
        return True
    return bool(one.units & other.units) or any(one.units & family and other.units & family for family in _FAMILIES)


def _sayings(text: str, around: str) -> Iterator[Saying]:
    number = 0
    for line in text.split("\n"):
        if cells_of(line):
            number += 1
            for cell, stems in _row(line, around):
                yield Saying(values.values(cell).measures, stems, number)
    prose = "\n".join("" if cells_of(line) else line for line in text.split("\n"))
    for sentence in _SENTENCE.split(prose):
        said = ""
        for clause in words.clauses(sentence):
            said = f"{said} {clause}"
            number += 1
            if shown := values.values(clause).measures:
                yield Saying(shown, frozenset(words.content(said)), number)
                said = ""  # what comes next is about the next number


def cells_of(line: str) -> list[str]:
    """The cells of a table's row; none where a line is no row."""
    bare = line.strip()
    if bare.startswith("|") and bare.count("|") > 2:
        return [cell.strip() for cell in re.split(r"(?<!\\)\|", bare.strip("|"))]
    return [cell.strip() for cell in line.split("\t")] if re.search(r"\S\t+\S", line) else []


def _row(line: str, around: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each cell with the words of its row's and its column's head."""
    cells, heads = cells_of(line), _heads(line, around)
    if len(heads) == len(cells) - 1:
        heads = ["", *heads]  # the column of the labels has no head, and what has none leaves no trace in a PDF
    label = frozenset(words.content(cells[0]))
    for column, cell in enumerate(cells):
        head = heads[column] if column < len(heads) else ""
        yield cell, label | _years(head) | frozenset(words.content(f"{cell} {head}"))


def _heads(line: str, around: str) -> list[str]:
    """The first row of the table that a row is in, as far as the passage has it.

    A line or two between rows name a group of them; below these only years or words begin another table.
    """
    head: list[str] = []
    between = 0
    for other in around.split("\n"):
        cells = cells_of(other)
        if not cells:
            between += 1
        elif not head or between > _GROUP or (between and are_heads(cells)) or all(map(_YEAR.fullmatch, cells)):
            head = cells
        between = 0 if cells else between
        if other.strip() == line.strip():
            break
    return [] if all(_RULE_CELL.fullmatch(cell) for cell in head) else head


def _years(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split() if _YEAR.fullmatch(word))


def are_heads(cells: list[str]) -> bool:
    """Whether the cells of a row have no numbers but years: they say what stands below."""
    return all(_YEAR.fullmatch(cell) or not any(map(str.isdigit, cell)) for cell in cells)


def heads_of(text: str, around: str) -> str:
    """The heads of the tables whose rows are in a text, as far as the passage around it has them."""
    return "\n".join(" ".join(_heads(line, around)) for line in text.split("\n") if cells_of(line))


def turned_round(claim: str, text: str) -> bool:
    """Whether the text has two names of the claim in the other order, as who did it and to whom it was done."""
    for sentence in _SENTENCE.split(text):
        both = _capitals(claim).keys() & _capitals(sentence).keys()
        said = [(at, stem) for stem, at in _capitals(claim).items() if stem in both]
        shown = [stem for stem in _capitals(sentence) if stem in both]
        if len(both) > 1 and shown[0] != said[0][1]:
            between = claim[said[0][0] : _capitals(claim)[shown[0]]]
            listed = re.search(r"\band\b|,|&", between)
            return not listed and len(_BY.findall(claim)) == len(_BY.findall(sentence))
    return False


def _capitals(text: str) -> dict[str, int]:
    """The stems of the capitalised words outside of code, in order, each with where it first stands."""
    found: dict[str, int] = {}
    text = re.sub(r"`[^`\n]*`", lambda code: " " * len(code[0]), text)
    for match in re.finditer(r"[^\W\d_]+", text):
        if match[0][0].isupper() and match[0].casefold() not in words.SMALL:
            found.setdefault(words.stem(match[0]), match.start())
    return found
