"""The numbers that a word processor writes before the paragraphs of an OpenDocument text: of its lists and headings."""

import re
from dataclasses import dataclass, field
from typing import Any

from ragd.parsers.office.numbering import LEVELS, Counted, Level, Use, count, shown, whole
from ragd.parsers.texts.xml_tree import attribute, local

KINDS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
SIGN = re.compile(r"%(\d)%")  # of a level, as LibreOffice writes a format: "%1%.%2%)"
LEVEL_STYLES = ("list-level-style-number", "list-level-style-bullet", "list-level-style-image", "outline-level-style")
ASIDE = ("note", "annotation", "tracked-changes")  # have lists of their own, or none
DEEPEST_STYLE = 20  # steps from a style to its parent, and so on


@dataclass(slots=True)
class _Style:
    """What a paragraph's style says of numbers."""

    parent: str
    lists: str | None  # the list that its paragraphs are of; "": of none, also as headings


@dataclass(slots=True)
class _Lists:
    """The lists that were met so far."""

    by_id: dict[str, Use] = field(default_factory=dict)
    by_style: dict[str, Use] = field(default_factory=dict)  # the last of each


def numbers(body: Any, *parts: Any) -> dict[Any, str]:
    """What stands before each paragraph of a list and each numbered heading: "7.3", "" of a bullet.

    `parts` are the trees that hold styles; None is one that is missing. A paragraph that goes on in its item has "".
    """
    return _Counting(parts).numbers(body)


class _Counting:
    def __init__(self, parts: tuple[Any, ...]) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._styles: dict[str, _Style] = {}
        self._headings = Use(Counted())
        tops = (top for part in parts if part is not None for top in part)
        for one in (one for top in tops if local(top) in ("styles", "automatic-styles") for one in top):
            name = local(one)
            if name == "list-style":
                self._levels[attribute(one, "name")] = _levels(one)
            elif name == "outline-style":
                self._headings = Use(Counted(_levels(one)))
            elif name == "style" and attribute(one, "family") == "paragraph":
                self._styles[attribute(one, "name")] = _style(one)
        self._lists = _Lists()
        self._found: dict[Any, str] = {}

    def numbers(self, body: Any) -> dict[Any, str]:
        self._inside(body)
        return self._found

    def _inside(self, element: Any) -> None:
        for child in element:
            name = local(child)
            if name == "list":
                self._list(child, None, 0)
            elif name == "h":
                self._heading(child)
            if name and name != "list" and name not in ASIDE and len(child):
                self._inside(child)

    def _list(self, element: Any, use: Use | None, level: int) -> None:
        use = use or self._begun(element)
        for item in element:
            if local(item) not in ("list-item", "list-header"):
                continue
            stated = attribute(item, "start-value")
            if stated:
                use.starts[level] = whole(stated)
            fresh = local(item) == "list-item"
            for child in item:
                if local(child) == "list":
                    self._list(child, use, level + 1)
                elif local(child) in ("p", "h"):
                    self._found[child] = self._counted(use, level) if fresh else ""
                    fresh = False
                    self._inside(child)

    def _begun(self, element: Any) -> Use:
        """The list that an outermost list element counts in: a new one, unless it goes on with another."""
        style = attribute(element, "style-name") or self._style_of_first(element)
        use = self._lists.by_id.get(attribute(element, "continue-list"))
        if use is None and attribute(element, "continue-numbering") == "true":
            use = self._lists.by_style.get(style)
        use = use or Use(Counted(self._levels.get(style, {})))
        self._lists.by_style[style] = use
        self._lists.by_id[attribute(element, "id")] = use
        self._lists.by_id.pop("", None)
        return use

    def _style_of_first(self, element: Any) -> str:
        first = next((one for one in element.iter() if local(one) in ("p", "h")), None)
        return self._stated(attribute(first, "style-name") if first is not None else "") or ""

    def _stated(self, style: str) -> str | None:
        """The list of a style, or of what it is based on."""
        for _ in range(DEEPEST_STYLE):
            if style not in self._styles:
                break
            if self._styles[style].lists is not None:
                return self._styles[style].lists
            style = self._styles[style].parent
        return None

    def _heading(self, heading: Any) -> None:
        """A heading that stands in no list is counted by the outline, where that has a number for its level."""
        level = whole(attribute(heading, "outline-level")) - 1
        unnumbered = (
            attribute(heading, "is-list-header") == "true" or self._stated(attribute(heading, "style-name")) == ""
        )
        if not unnumbered and level in self._headings.counted.levels:
            stated = attribute(heading, "start-value")
            if stated:
                self._headings.starts[level] = whole(stated)
            self._found[heading] = self._counted(self._headings, level)

    def _counted(self, use: Use, level: int) -> str:
        if level not in use.counted.levels:
            return ""
        count(use, level)
        return shown(use.counted, level) or ""


def _levels(parent: Any) -> dict[int, Level]:
    found = {}
    for one in (one for one in parent if local(one) in LEVEL_STYLES):
        level = whole(attribute(one, "level")) - 1
        if 0 <= level < LEVELS:
            found[level] = _level(one, level)
    return found


def _level(one: Any, level: int) -> Level:
    if local(one) in ("list-level-style-bullet", "list-level-style-image"):
        return Level(start=1, kind="bullet")
    written = attribute(one, "num-format")
    displayed = min(whole(attribute(one, "display-levels")) or 1, level + 1)
    signs = ".".join(f"%{at + 1}" for at in range(level + 1 - displayed, level + 1))
    text = f"{attribute(one, 'num-prefix')}{signs}{attribute(one, 'num-suffix')}"
    stated = SIGN.sub(r"%\1", attribute(one, "num-list-format"))
    start = attribute(one, "start-value")
    return Level(
        start=whole(start) if start else 1, kind=KINDS.get(written, "none"), text=stated if "%" in stated else text
    )


def _style(one: Any) -> _Style:
    lists = next((value for key, value in one.attrib.items() if key.endswith("}list-style-name")), None)
    return _Style(attribute(one, "parent-style-name"), lists)
