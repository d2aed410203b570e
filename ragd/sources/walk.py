"""Which files of a root are to be read, which are left out and by which rule.

Links: a link to a file inside the root is one more place of that file, unless a rule of names leaves its target out; a
link to a folder is never followed (inside the root its files are met at their own place), so that no walk leaves the
root or goes round in circles.

An Outcome with status "failed", or with the note `rules.CLOUD`, says that nothing could be seen there, not that nothing
is there: `keeps(outcome)` is true, and what is known at that path and below it stays.
"""

# The walk stays with strings and os, because a Path for every name would double its time:
# ruff: noqa: PTH100, PTH116, PTH118, PTH119, PTH208

import os
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, Protocol, Self

from ragd import rules
from ragd.records import Outcome, SourceFile
from ragd.sources import ignore, sniff

Found = SourceFile | Outcome
Ignores = tuple[ignore.IgnoreFile, ...]


def scan(
    root: Path,
    *,
    readable: Callable[[str], bool],
    forgotten: Collection[str] = (),
    excluded: Collection[Path] = (),
    known: Callable[[SourceFile], bool] | None = None,
    under: Path | None = None,
) -> Iterator[Found]:
    """The files of a root to read, and one Outcome for each file or folder left out; a folder's files by name first.

    `root` is an absolute folder or file; `under` narrows the walk to a file or folder of it (nothing is yielded if it
    is not there), with the same rules. `readable(name)`: a parser is known for this file name; other files are looked
    into. `forgotten` are absolute paths, of files and folders; `excluded` are ragd's own folders. `known(file)`: the
    catalog holds this file with this size and these times, so that it need not be looked into again; without it every
    small file is opened, for it might hold a private key.
    """
    sight = _Sight.of(root, readable=readable, known=known, forgotten=forgotten, excluded=excluded)
    top = _descend(sight, os.path.abspath(under or root))
    if isinstance(top, _Folder):
        yield from _walk(sight, top)
    elif top is not None:
        yield top


def examine(
    path: Path,
    root: Path,
    *,
    readable: Callable[[str], bool],
    forgotten: Collection[str] = (),
    excluded: Collection[Path] = (),
    known: Callable[[SourceFile], bool] | None = None,
) -> Found | None:
    """What one path of a root is now, None if nothing is there. For a folder use `scan(root, under=path)`.

    A folder that no rule leaves out gives an Outcome "unchanged": it is there, and itself nothing to read.
    """
    sight = _Sight.of(root, readable=readable, known=known, forgotten=forgotten, excluded=excluded)
    found = _descend(sight, os.path.abspath(path))
    return Outcome(shown(found.path), None, "unchanged", "a folder") if isinstance(found, _Folder) else found


def keeps(outcome: Outcome) -> bool:
    """Whether this Outcome leaves open what is at its path and below, so that what is known of it must stay."""
    return outcome.status == "failed" or outcome.note == rules.CLOUD


def state_of(
    root: Path, known: int, device: int | None, *, files: Iterable[Path] = (), one_file: bool = False
) -> Literal["ok", "unknown", "gone"]:
    """Whether what the disk shows of a root can be believed (design, rule 3).

    `known` counts the files that the catalog has of it and `device` is where they were; `files` are some or all of
    them, `one_file` says that the root is itself a file. "unknown": missing, unreadable, suddenly empty, or on another
    device with none of `files` there. "gone": a one-file root whose folder is there and it is not.
    """
    try:
        seen = root.stat()
        if stat.S_ISDIR(seen.st_mode):
            os.scandir(root).close()
    except (FileNotFoundError, NotADirectoryError):
        return "gone" if one_file and root.parent.is_dir() and not root.is_symlink() else "unknown"
    except OSError:
        return "unknown"
    if not stat.S_ISDIR(seen.st_mode) or not known:
        return "ok"
    if device is not None and device != seen.st_dev and not _any_there(files):
        return "unknown"
    return "ok" if _holds_a_file(root) else "unknown"


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a walk is told; paths are absolute."""

    root: str
    real_root: str
    readable: Callable[[str], bool]
    known: Callable[[SourceFile], bool]
    forgotten: frozenset[str]
    excluded: frozenset[str]

    @classmethod
    def of(
        cls,
        root: Path,
        *,
        readable: Callable[[str], bool],
        known: Callable[[SourceFile], bool] | None,
        forgotten: Collection[str],
        excluded: Collection[Path],
    ) -> Self:
        path, real = os.path.abspath(root), os.path.realpath(root)
        return cls(
            root=path,
            real_root=real,
            readable=readable,
            known=known or (lambda _: False),
            forgotten=frozenset(forgotten),
            # named as the walk meets them, also where the root is a link or lies behind one
            excluded=frozenset(
                os.path.normpath(os.path.join(path, os.path.relpath(os.path.realpath(own), real))) for own in excluded
            ),
        )


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to list, and the ignore files of the folders above it, outermost first."""

    path: str
    ignores: Ignores


class _Entry(Protocol):
    """What os.DirEntry and _Single have in common."""

    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    def is_symlink(self) -> bool: ...
    def is_dir(self, *, follow_symlinks: bool = True) -> bool: ...
    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result: ...


class _Single:
    """One path as os.scandir would show it, without listing the folder it is in."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = os.path.basename(path)
        self.seen = os.lstat(path)

    def is_symlink(self) -> bool:
        return stat.S_ISLNK(self.seen.st_mode)

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return stat.S_ISDIR(self.stat(follow_symlinks=follow_symlinks).st_mode)

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        return os.stat(self.path) if follow_symlinks else self.seen


def _walk(sight: _Sight, top: _Folder) -> Iterator[Found]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        entries = _listed(folder.path)
        if isinstance(entries, Outcome):
            yield entries
            continue
        names = {entry.name for entry in entries}
        if folder.path != sight.root and (rule := _rule_inside(folder.path, names)):
            yield Outcome(folder.path, None, "skipped", rule)
            continue
        ignores = _with_ignore_files(folder, names)
        below: list[_Folder] = []
        for entry in entries:
            found = _judge(sight, entry, ignores, partial(set, names))
            if isinstance(found, _Folder):
                below.append(found)
            elif found is not None:
                yield found
        waiting += reversed(below)


def _descend(sight: _Sight, path: str) -> _Folder | Found | None:
    """What the rules of all folders from the root down to `path` make of it; None if nothing is there."""
    top: _Folder | Found | None = _judge_root(sight)
    steps = path[len(sight.root) :].strip("/").split("/") if path != sight.root else []
    here = sight.root
    for step in steps:
        if not isinstance(top, _Folder):
            return top if isinstance(top, Outcome) else None
        ignores = _with_ignore_files(top, ignore.NAMES)
        folder, here = here, os.path.join(here, step)
        try:
            entry = _Single(here)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            return _failed(here, "cannot be looked at", error)
        top = _judge(sight, entry, ignores, partial(_names, folder))
        if isinstance(top, _Folder) and (rule := _rule_inside(here, _names(here))):
            return Outcome(here, None, "skipped", rule)
    return top


def _judge_root(sight: _Sight) -> _Folder | Found:
    """The person named the root, so it is taken though it be hidden or ignored; but not what may hold secrets."""
    path, name = sight.root, os.path.basename(sight.root)
    if rule := _rule_of_path(sight, path) or rules.secret_rule(name):
        return _skipped(path, rule)
    try:
        seen = os.stat(path)
        return _Folder(path, ()) if stat.S_ISDIR(seen.st_mode) else _judge_file(sight, path, name, seen)
    except FileNotFoundError:
        return Outcome(path, None, "failed", "is not there")
    except OSError as error:
        return _failed(path, "cannot be looked at", error)


def _judge(sight: _Sight, entry: _Entry, ignores: Ignores, beside: Callable[[], set[str]]) -> _Folder | Found | None:
    """What becomes of one entry of a folder; None if it has vanished meanwhile."""
    try:
        if entry.is_symlink():
            return _judge_link(sight, entry, ignores)
        if entry.is_dir(follow_symlinks=False):
            return _judge_folder(sight, entry, ignores, beside)
        rule = _rule_of_path(sight, entry.path) or _rule_of_name(rules.file_rule(entry.name), entry.path, ignores)
        rule = rule or rules.transcript_rule(entry.name, beside) or sniff.twin_rule(entry.path, beside)
        return _skipped(entry.path, rule) if rule else _judge_file(sight, entry.path, entry.name, entry.stat())
    except FileNotFoundError:
        return None
    except OSError as error:
        return _failed(entry.path, "cannot be read", error)


def _judge_folder(sight: _Sight, entry: _Entry, ignores: Ignores, beside: Callable[[], set[str]]) -> _Folder | Found:
    rule = _rule_of_path(sight, entry.path) or _rule_of_name(
        rules.folder_rule(entry.name, beside), entry.path, ignores, folder=True
    )
    if rule is None and sys.platform == "darwin" and _dataless(entry.stat(follow_symlinks=False)):
        rule = rules.CLOUD
    return _skipped(entry.path, rule) if rule else _Folder(entry.path, ignores)


def _judge_link(sight: _Sight, entry: _Entry, ignores: Ignores) -> Found:
    rule = _rule_of_path(sight, entry.path) or _rule_of_name(rules.file_rule(entry.name), entry.path, ignores)
    if rule is None:
        target = os.path.realpath(entry.path)
        try:
            seen = os.stat(target)
        except OSError:
            return _skipped(entry.path, rules.BROKEN_LINK)
        rule = _rule_of_target(sight, target, folder=stat.S_ISDIR(seen.st_mode))
    return _skipped(entry.path, rule) if rule else _judge_file(sight, entry.path, entry.name, seen)


def _rule_of_target(sight: _Sight, target: str, *, folder: bool) -> str | None:
    """The rule against a link to `target`: a link must not be a way round what its target's own path would meet."""
    if folder and target == sight.real_root:
        return rules.ROOT_LINK
    if not target.startswith(sight.real_root.rstrip("/") + "/"):
        return rules.OUTSIDE
    if folder:
        return rules.FOLDER_LINK
    here = sight.root
    for step in target[len(sight.real_root) :].strip("/").split("/"):
        here = os.path.join(here, step)
        if rule := _rule_of_path(sight, here) or rules.secret_rule(step):
            return rule
    return None


def _judge_file(sight: _Sight, path: str, name: str, seen: os.stat_result) -> Found:
    if not stat.S_ISREG(seen.st_mode):
        return _skipped(path, rules.SPECIAL)
    if _dataless(seen):
        return _skipped(path, rules.CLOUD)
    file = SourceFile(Path(path), seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_dev, seen.st_ino)
    if sight.known(file):
        return file
    readable = sight.readable(name)
    rule = None if readable else rules.content_rule(name)
    try:
        rule = rule or sniff.content_rule(path, seen.st_size, known=readable)
    except FileNotFoundError:
        raise
    except OSError as error:
        return _failed(path, "cannot be read", error)
    return _skipped(path, rule) if rule else file


def _rule_of_path(sight: _Sight, path: str) -> str | None:
    if path in sight.forgotten:
        return rules.FORGOTTEN
    if path in sight.excluded:
        return rules.OWN
    if path in rules.KERNEL:
        return rules.SPECIAL
    return None if path.isascii() or is_text(path) else rules.NAME


def _rule_of_name(rule: str | None, path: str, ignores: Ignores, *, folder: bool = False) -> str | None:
    """The rule of names, or the line of an ignore file; a `!` line of one lifts what may be lifted."""
    if not ignores or (rule and not rules.can_be_lifted(rule)):
        return rule
    said = ignore.verdict(ignores, path, folder=folder)
    if rule:
        return None if said and said[0] == "in" else rule
    return said[1] if said and said[0] == "out" else None


def _rule_inside(path: str, names: Collection[str]) -> str | None:
    """The rule that leaves a folder out for what lies in it."""
    if "CACHEDIR.TAG" in names:
        try:
            tag = sniff.first_bytes(os.path.join(path, "CACHEDIR.TAG"), len(sniff.CACHE_SIGNATURE))
        except OSError:
            tag = b""
        if tag == sniff.CACHE_SIGNATURE:
            return rules.CACHE
    return next((rule for signs, rule in rules.INSIDE if signs.issubset(names)), None)


def _with_ignore_files(folder: _Folder, names: Collection[str]) -> Ignores:
    loaded = (ignore.load(folder.path, name) for name in ignore.NAMES if name in names)
    return folder.ignores + tuple(file for file in loaded if file)


def _listed(path: str) -> list[os.DirEntry[str]] | Outcome:
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        return _failed(path, "cannot be listed", error)


def _names(path: str) -> set[str]:
    try:
        return set(os.listdir(path))
    except OSError:
        return set()


def _dataless(seen: os.stat_result) -> bool:
    return bool(getattr(seen, "st_flags", 0) & rules.DATALESS)


def is_text(path: str) -> bool:
    """Whether a path can be stored and printed: the system takes names that are not UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _skipped(path: str, rule: str) -> Outcome:
    return Outcome(shown(path), None, "skipped", rule)


def _failed(path: str, what: str, error: OSError) -> Outcome:
    return Outcome(shown(path), None, "failed", f"{what}: {(error.strerror or str(error)).lower()}")


def shown(path: str) -> str:
    """The path as text: a name that is not UTF-8 is shown with escapes, since no store or terminal takes it."""
    return path if path.isascii() else os.fsencode(path).decode(errors="backslashreplace")


def _any_there(files: Iterable[Path]) -> bool:
    return any(os.path.lexists(path) for path in files)


def _holds_a_file(root: Path) -> bool:
    """Whether anything but hidden files is left. What a volume leaves at its mount point is an empty folder."""
    for _, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name[0] != "."]
        if any(name[0] != "." for name in names):
            return True
    return False
