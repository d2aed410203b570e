"""Which of the ranked passages are shown: of a section on a page the best, of a document not too many."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping

Row = tuple[int, int]  # (key, ordinal)
A_DOCUMENT = 3  # passages of one document among the hits,
LONG, OF_A_LONG_ONE = 100_000, 8  # one more for each so many characters of it: a book is many letters; at most so many
A_SECTION = 1  # of what stands on one page below one heading: the rest is seen with it


class Taken:
    """What is among the hits already."""

    def __init__(
        self,
        passages: Mapping[Row, int],
        sections: Mapping[Row, Hashable],
        days: Mapping[Row, str],
        length: Callable[[int], int],
        *,
        a_section: int,
    ) -> None:
        """`passages` and `sections` name what is embedded and seen as one; `length` tells a document's characters.

        A day of a conversation (`days`) counts as a document: if others could take its room, a filter would bring more.
        """
        self._passages = passages
        self._sections = sections
        self._days = days
        self._length = length
        self._a_section = a_section
        self._of: Counter[Hashable] = Counter()  # documents and sections
        self._together: set[tuple[int, int]] = set()  # short answers of one mail share a vector: one stands for all
        self._allowed: dict[int, int] = {}

    def has_room(self, row: Row) -> bool:
        return (
            self._of[self._document(row)] < self._allow(row[0])
            and (row[0], self._passages[row]) not in self._together
            and (row not in self._sections or self._of[self._sections[row]] < self._a_section)
        )

    def add(self, row: Row) -> None:
        self._together.add((row[0], self._passages[row]))
        self._of[self._document(row)] += 1
        if row in self._sections:
            self._of[self._sections[row]] += 1

    def _document(self, row: Row) -> Hashable:
        return (row[0], self._days[row]) if row in self._days else row[0]

    def _allow(self, key: int) -> int:
        if key not in self._allowed:
            self._allowed[key] = min(A_DOCUMENT + self._length(key) // LONG, OF_A_LONG_ONE)
        return self._allowed[key]
