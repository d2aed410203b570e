"""What hangs on a text and stands beside it: notes, comments, heads and feet, each marked with what it hangs on."""

import re
from collections.abc import Iterable
from typing import Any

from ragd.parsers.office.numbering import Clauses
from ragd.parsers.reading import Reading
from ragd.parsers.texts.xml_tree import attribute, local

LONGEST = 80  # characters of a heading, in what is said of a note
TYPED = re.compile(
    r"\d{1,3}(?:\.\d{1,3})+(?=\.?\s+[\"“„«'(]?[^\W\d_a-zß-ÿ])"
)  # "5.1 Either party": a number in the text
MOST = 20_000  # notes and comments whose place is kept


class Beside:
    """Remembers where each note is met in a reading, and marks it when its own words come."""

    def __init__(self, reading: Reading, clauses: Clauses) -> None:
        self._reading = reading
        self._clauses = clauses
        self._met: dict[tuple[str, str], str] = {}
        self._here = ""  # what stands beside the text and is read now

    def meet(self, elements: Iterable[Any], text: str = "") -> None:
        """Note which notes and comments are named among these, where the reading is now: in a paragraph of `text`."""
        for one in elements:
            name = local(one).removesuffix("Reference").removesuffix("RangeStart")
            if name != local(one) and len(self._met) < MOST:
                self._met.setdefault((name, attribute(one, "id")), self.where(text))

    def met(self, what: str, identity: str) -> str:
        """Where a note was met; "" where it was not."""
        return self._met.get((what, identity), "")

    def where(self, text: str = "") -> str:
        """The clause in force, the number that a paragraph's own text begins with, or the heading."""
        typed = TYPED.match(text.strip())
        if self._here or self._clauses.number or typed:
            return self._here or self._clauses.number or (typed[0] if typed else "")
        last = next((mark.label for mark in reversed(self._reading.marks) if mark.kind == "heading"), "")
        return last if len(last) <= LONGEST else f"{last[:LONGEST].rsplit(None, 1)[0]} ..."

    def begin(self, what: str, where: str = "") -> None:
        """What comes next is a "footnote" to something, a "comment" on it, or a "header"."""
        link = "to" if what.endswith("note") else "on"
        self._here = f"{what} {link} {where}" if where else what
        self._clauses.end()
        self._reading.turn()
        self._reading.mark("beside", self._here, 1)

    def end(self) -> None:
        """What was beside the text is read: on a slide the next one follows."""
        self._here = ""


def comment_by(who: str | None) -> str:
    """ "comment by Dana": what a comment is called."""
    return f"comment by {who}" if who else "comment"
