"""How the parts of what was appended to a file are named: as if the file had been read whole."""

import re
from collections.abc import Callable

NUMBERED = re.compile(r" #\d+$")
INSIDE = " > "


class Names:
    """Names given to new parts, after those that the file's old part has."""

    def __init__(self, taken: Callable[[str], bool]) -> None:
        """`taken(name)`: the old part has a part of this name."""
        self._taken = taken
        self._counts: dict[str, int] = {}
        self._given: dict[str, str] = {}  # as the parser numbered it among the new ones -> as it is called

    def of(self, part: str | None) -> str | None:
        """What a part is called that the parser, which sees only what is new, called `part`."""
        if part is None:
            return None
        top, inside, rest = part.partition(INSIDE)
        if top not in self._given:
            self._given[top] = self._next(NUMBERED.sub("", top))
        return self._given[top] + inside + rest

    def _next(self, name: str) -> str:
        count = self._counts[name] = self._count(name) + 1
        return name if count == 1 else f"{name} #{count}"

    def _count(self, name: str) -> int:
        if name in self._counts:
            return self._counts[name]
        count = 0
        while self._taken(name if not count else f"{name} #{count + 1}"):
            count += 1
        return count
