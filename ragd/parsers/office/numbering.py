"""The numbers that Word writes before paragraphs ("7.3", "(a)"): counted as it counts them, for no text holds them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ragd.parsers.office.ooxml import Package
from ragd.parsers.reading import Reading, fact
from ragd.parsers.texts.xml_tree import attribute, local

LEVELS = 9  # of a list; Word has no more
DEEPEST_STYLE = 20  # steps from a style to the one it is based on, and so on
LONGEST_NUMBER = 40  # characters; more is a text before the paragraph
LAST_LETTER = 26 * 5  # "eeeee"; beyond, and beyond the Romans, figures are shown
LAST_ROMAN = 4999
ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x")),
    *((9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


@dataclass(slots=True)
class Level:
    """How one level of a list is counted and written."""

    start: int = 1
    kind: str = "decimal"
    text: str = ""  # "%1.%2": the numbers of the first and the second level
    restart: int | None = None  # 0: never; 2: after a paragraph of the first or second level only
    figures: bool = False  # the levels above are written in figures too, whatever they are elsewhere
    style: str = ""  # paragraphs of this style are at this level


@dataclass(slots=True)
class Counted:
    """Paragraphs that are counted together."""

    levels: dict[int, Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    shown: dict[int, str] = field(default_factory=dict)  # what stands before the last paragraph of each level


@dataclass(slots=True)
class Use:
    """A list as paragraphs name it: the list that counts for it, and where it begins anew by itself."""

    counted: Counted
    starts: dict[int, int] = field(default_factory=dict)  # once, at the first paragraph of each level


class Numbering:
    """Gives paragraph after paragraph its number; asked once for each, in the order of the document."""

    def __init__(self, package: Package, main: str) -> None:
        roots = list(package.trees(main, "numbering"))
        styles = [one for root in package.trees(main, "styles") for one in root if local(one) == "style"]
        self._styles = {attribute(one, "styleId"): one for one in styles}
        self._default = next((attribute(one, "styleId") for one in styles if _is_default(one)), "")
        lists = {attribute(one, "abstractNumId"): one for root in roots for one in root if local(one) == "abstractNum"}
        nums = {attribute(one, "numId"): one for root in roots for one in root if local(one) == "num"}
        self._lists = {name: Counted(_levels(one)) for name, one in lists.items()}
        self._uses = {name: _use(one, self._lists) for name, one in nums.items()}
        for name, one in lists.items():  # a list that says: as that style of lists has it
            link = _value(one, "numStyleLink")
            linked = self._uses.get(self._stated(link)[0]) if link else None
            for use in (one for one in self._uses.values() if linked and one.counted is self._lists[name]):
                use.counted = linked.counted if linked else use.counted

    def __bool__(self) -> bool:
        return bool(self._uses)

    def number(self, properties: Any) -> str | None:
        """What stands before a paragraph with these properties, with what it is below: "7.3 (a)".

        "" of a bullet, None of a paragraph of no list and of one whose number cannot be written here.
        """
        if not self._uses:
            return None
        name, level = self._place(properties)
        use = self._uses.get(name)
        if use is None or level not in use.counted.levels:
            return None
        count(use, level)
        return shown(use.counted, level)

    def _place(self, properties: Any) -> tuple[str, int]:
        """The list and the level that a paragraph is counted in: by its own word or by its style's."""
        name, level = _stated(properties)
        style = _value(properties, "pStyle") or self._default
        styled, styled_level = self._stated(style)
        name = name or styled
        if level is None and name == styled and name in self._uses:
            levels = self._uses[name].counted.levels
            level = next((at for at, one in levels.items() if one.style and one.style == style), styled_level)
        return name, level or 0

    def _stated(self, style: str) -> tuple[str, int | None]:
        """The list and level of a style, or of what it is based on."""
        found, level = "", None
        for _ in range(DEEPEST_STYLE):
            if style not in self._styles:
                break
            name, own = _stated(next((one for one in self._styles[style] if local(one) == "pPr"), ()))
            found, level = found or name, own if level is None else level
            if found:
                break
            style = _value(self._styles[style], "basedOn")
        return found, level


class Clauses:
    """Marks in a reading where numbered paragraphs begin: no text holds their numbers, and people cite them."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.number = ""  # of the clause in force

    def begin(self, number: str | None, *, gap: str = "\n\n") -> None:
        """What comes next is the clause of this number, or is below none."""
        if number:
            self._reading.turn(gap)
            self._reading.mark("clause", number, 0)
            self.number = number
        else:
            self.end()

    def end(self) -> None:
        """What comes next is below no number."""
        if self.number:
            self._reading.mark("clause", "", 0)
            self.number = ""

    def headed(self) -> None:
        """A heading comes next: that ends a clause by itself."""
        self.number = ""


def _is_default(style: Any) -> bool:
    return attribute(style, "type") == "paragraph" and attribute(style, "default") in ("1", "true")


def _stated(properties: Any) -> tuple[str, int | None]:
    """The list ("0": none) and the level that the properties of a paragraph or a style name themselves."""
    numbered = next((one for one in properties if local(one) == "numPr"), ())
    level = _value(numbered, "ilvl")
    return _value(numbered, "numId"), whole(level) if level else None


def _levels(parent: Any) -> dict[int, Level]:
    found = {}
    for one in (one for one in parent if local(one) == "lvl"):
        restart = _value(one, "lvlRestart")
        found[whole(attribute(one, "ilvl"))] = Level(
            start=whole(_value(one, "start")),  # without the element Word begins with 0
            kind=_value(one, "numFmt") or "decimal",
            text=_value(one, "lvlText"),
            restart=whole(restart) if restart else None,
            figures=any(local(part) == "isLgl" and attribute(part, "val") not in ("0", "false") for part in one),
            style=_value(one, "pStyle"),
        )
    return {level: one for level, one in found.items() if level < LEVELS}


def _use(num: Any, lists: Mapping[str, Counted]) -> Use:
    counted = lists.get(_value(num, "abstractNumId")) or Counted()
    starts: dict[int, int] = {}
    own: dict[int, Level] = {}
    for one in (one for one in num if local(one) == "lvlOverride"):
        stated = _value(one, "startOverride")
        if stated:
            starts[whole(attribute(one, "ilvl"))] = whole(stated)
        own |= _levels(one)
    # Levels of its own are counted apart: what is written otherwise is seldom the same list going on.
    return Use(Counted(counted.levels | own) if own else counted, starts)


def count(use: Use, level: int) -> None:
    """One more paragraph at a level (from 0)."""
    counted = use.counted
    counts, levels = counted.counts, counted.levels
    if level in use.starts:
        counts[level] = use.starts.pop(level)
    else:
        counts[level] = counts[level] + 1 if level in counts else levels[level].start
    for deeper in [at for at in counts if at > level]:
        after = levels[deeper].restart if deeper in levels else None
        if after is None or level < after:
            del counts[deeper]
    for deeper in [at for at in counted.shown if at >= level]:
        del counted.shown[deeper]


def shown(counted: Counted, level: int) -> str | None:
    """A number as it is cited: one that says only its own level goes with that of the level above."""
    how = counted.levels[level]
    if how.kind in ("bullet", "none"):
        return ""
    own = how.text
    for at in range(LEVELS):
        if (sign := f"%{at + 1}") in own:
            above = counted.levels.get(at, Level())
            kind = "decimal" if how.figures and above.kind not in ("none", "bullet") else above.kind
            own = own.replace(sign, _WRITTEN.get(kind, _nothing)(counted.counts.get(at, above.start)))
    own = (fact(own) or "").rstrip(".:").strip()
    if not any(map(str.isalnum, own)) or len(own) > LONGEST_NUMBER:
        return None
    if level and not any(f"%{at + 1}" in how.text for at in range(level)):
        above_it = max((at for at in counted.shown if at < level), default=None)
        own = f"{counted.shown[above_it]} {own}" if above_it is not None else own
    if len(own) <= LONGEST_NUMBER:
        counted.shown[level] = own
    return own


def _letters(number: int) -> str:
    """a ... z, aa, bb ... as Word has it."""
    if not 0 < number <= LAST_LETTER:
        return str(number)
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    if not 0 < number <= LAST_ROMAN:
        return str(number)
    written = ""
    for value, sign in ROMAN:
        written += sign * (number // value)
        number %= value
    return written


def _nothing(number: int) -> str:
    """Of words ("first") and of scripts whose numbers are not written here: no number is better than a wrong one."""
    return ""


_WRITTEN: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02}",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}


def _value(element: Any, name: str) -> str:
    """The value of a property among an element's children."""
    return next((attribute(one, "val") for one in element if local(one) == name), "")


def whole(text: str) -> int:
    """A number that a file states; of nonsense 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
