"""Where a result of an earlier search is now: files move between a search and `show`, and before the next sync."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragd.errors import SourceError
from ragd.index.catalog import View

SYNC = "`ragd sync` makes the index equal to the disk"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The place to take a document from, and what a person should know of it, in one line."""

    key: int
    path: str
    part: str | None
    note: str | None
    there: bool  # whether the disk has the file


def whereabouts(row: dict[str, Any], view: View) -> Whereabouts:
    """Where the document of a kept result is. Raises SourceError where the index has it nowhere any more."""
    document = row["document"]
    path, part = str(document["path"]), document["part"]
    keys = {(where, inner): key for key, where, inner in view.places_of(view.keys_with(document["id"]))}
    if not keys:
        raise SourceError(f"{path} has changed since that search", remedy="search again")
    found = _standing(keys)
    if (path, part) in keys:
        if (path, part) in found:
            return Whereabouts(keys[path, part], path, part, _changed(view, path), there=True)
        if not found:
            return Whereabouts(keys[path, part], path, part, f"{path} is no longer there; {SYNC}", there=False)
        return Whereabouts(keys[found[0]], *found[0], f"{_moved(path, found[0][0])}; {SYNC}", there=True)
    first = (found or sorted(keys, key=_order))[0]
    return Whereabouts(keys[first], *first, _moved(path, first[0]), there=bool(found))


def moved_on(view: View, paths: Iterable[str]) -> list[str]:
    """A line on the files that are not as they were when they were read; nothing where all are."""
    notes = [note for path in dict.fromkeys(paths) if (note := _changed(view, path) or _gone(path))]
    if len(notes) < 2:
        return notes
    return [f"{len(notes)} of these files were changed or went after they were read: this is how they were; {SYNC}"]


def _standing(places: Iterable[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    return [place for place in sorted(places, key=_order) if os.path.exists(place[0])]  # noqa: PTH110 - never raises


def _order(place: tuple[str, str | None]) -> tuple[bool, str, str]:
    return bool(place[1]), place[0], place[1] or ""


def _moved(path: str, now: str) -> str:
    return f"{path} is no longer there; the same content is at {now}"


def _gone(path: str) -> str | None:
    return None if os.path.lexists(path) else f"{path} is no longer there; {SYNC}"


def _changed(view: View, path: str) -> str | None:
    """Whether the file is another one than was read, as far as its size and time tell."""
    known = view.size_and_time(path)
    try:
        now = Path(path).stat()
    except OSError:
        return None
    if known is None or (now.st_size, now.st_mtime_ns) == known:
        return None
    return f"{path} was changed after it was read: this is how it was; {SYNC}"
