"""A file that is no longer there is told as moved where its bytes have come to another path, and as gone otherwise."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Sequence

from ragd import rules
from ragd.index.catalog import Catalog, Holder
from ragd.records import Outcome


def farewells(catalog: Catalog, missing: Sequence[str], arrived: Collection[str]) -> list[Outcome]:
    """What became of known files that are missing; `arrived` are the paths that were read in the same run."""
    moved, stays = _whereabouts(catalog, missing, arrived)
    return [Outcome(path, None, "forgotten", _note(moved.get(path), stays.get(path))) for path in missing]


def _note(now: str | None, copy: str | None) -> str:
    if now:
        return rules.MOVED.format(now)
    return f"it is no longer there; the same bytes are at {copy}" if copy else "it is no longer there"


def _whereabouts(
    catalog: Catalog, missing: Sequence[str], arrived: Collection[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Path -> where the file is now, and path -> a copy of it that was there before, too."""
    moved: dict[str, str] = {}
    stays: dict[str, str] = {}
    gone = set(missing)
    lost = catalog.contents.of(missing)
    holders = catalog.contents.holders(lost.keys())
    for content, those in lost.items():
        there = [one for one in holders[content] if one.path not in gone]
        inodes = {one.inode for one in those}  # moved where nothing had to be read: by another run, or out of a root
        new = [one for one in there if one.path in arrived or one.inode in inodes]
        moved |= _pairs(those, new, whatever_the_name=content.size > 0)
        if there and content.size:
            stays |= dict.fromkeys((one.path for one in those), there[0].path)
    return moved, stays


def _pairs(lost: Iterable[Holder], new: Iterable[Holder], *, whatever_the_name: bool) -> dict[str, str]:
    """Each lost file with one that has come for it: of the same name if there is one."""
    by_name: defaultdict[str, deque[str]] = defaultdict(deque)
    for one in new:
        by_name[_name(one.path)].append(one.path)
    old = [one.path for one in lost]
    pairs = {path: by_name[_name(path)].popleft() for path in old if by_name[_name(path)]}
    if whatever_the_name:
        rest = [path for paths in by_name.values() for path in paths]
        pairs |= dict(zip((path for path in old if path not in pairs), rest, strict=False))
    return pairs


def _name(path: str) -> str:
    return path.rpartition("/")[2]
