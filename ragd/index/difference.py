"""The work to do: how a root on the disk differs from what the catalog knows of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ragd.index.catalog import KnownFile
from ragd.records import Outcome, SourceFile


@dataclass(frozen=True, slots=True)
class Difference:
    """What one look at a root found, against what was known of it."""

    read: tuple[SourceFile, ...]  # new or changed, newest first
    unchanged: tuple[str, ...]
    missing: tuple[str, ...]  # known, and not there any more
    left_out: tuple[Outcome, ...]
    again: int  # of those to read, how many are as they were and only their parser is another


def difference(
    seen: Iterable[SourceFile | Outcome],
    known: Mapping[str, KnownFile],
    *,
    reader: Callable[[str], str],
    keeps: Callable[[Outcome], bool],
) -> Difference:
    """Compare a scan with the catalog. `reader(name)` names the parser that would read a file now, with its version.

    `keeps(outcome)`: nothing could be seen at that path and below, so what is known there is left as it is.
    """
    read: list[SourceFile] = []
    unchanged: list[str] = []
    left_out: list[Outcome] = []
    again = 0
    for item in seen:
        if isinstance(item, Outcome):
            left_out.append(item)
        elif _is_current(item, known.get(str(item.path)), reader):
            unchanged.append(str(item.path))
        else:
            read.append(item)
            again += same(item, known.get(str(item.path)))
    there = {*unchanged, *(str(file.path) for file in read)}
    unseen = {outcome.path for outcome in left_out if keeps(outcome)}
    below = tuple(path.rstrip("/") + "/" for path in unseen)
    missing = [path for path in known if path not in there and path not in unseen and not path.startswith(below)]
    read.sort(key=lambda file: (-file.mtime_ns, file.path))
    return Difference(tuple(read), tuple(unchanged), tuple(missing), tuple(left_out), again)


def same(file: SourceFile, known: KnownFile | None) -> bool:
    """Whether the disk shows a file as it was when it was last read. Its device says nothing: a reboot changes it."""
    if known is None:
        return False
    now, before = ((one.size, one.mtime_ns, one.ctime_ns, one.inode) for one in (file, known.file))
    return now == before


def _is_current(file: SourceFile, known: KnownFile | None, reader: Callable[[str], str]) -> bool:
    return known is not None and known.reader == reader(file.path.name) and same(file, known)
