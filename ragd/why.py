"""What became of one path, and why: read or not, by which parser, what of it was left out and by which rule."""

from dataclasses import replace
from pathlib import Path

from ragd import rules
from ragd.errors import SourceError
from ragd.home import Home
from ragd.index.catalog import KnownFile, View
from ragd.index.catalog.dates import file_time
from ragd.index.difference import same
from ragd.parsers.table import readable, reader_version
from ragd.records import Fate, Outcome, SourceFile
from ragd.sources import walk

SYNC = "`ragd sync`"
ADD = "`ragd add` takes it in"
NOT_ADDED = "it lies in no folder that was added"


def fate_of(path: Path, part: str | None, home: Home) -> Fate:
    """What became of a file, of one part of it, or of what lies in a folder.

    Raises SourceError for a path that is neither there nor known, and for a part that the file does not have.
    """
    try:
        with View(home.catalog) as view:
            fate = _Asked(view, home, path).fate()
    except FileNotFoundError:
        fate = _not_added(path)
    return _whole(fate) if part is None else _of_part(fate, part)


def _whole(fate: Fate) -> Fate:
    """The file with what became of its parts: one of which all failed was not read, though it could be opened."""
    failed = sum(one.status == "failed" for one in fate.problems)
    if fate.what != "file" or fate.status != "indexed" or not failed:
        return fate
    note = f"{failed:,} of its parts could not be read"
    if fate.parts:
        return replace(fate, note=note)
    return replace(fate, status="failed", note="its only part could not be read" if failed == 1 else note)


class _Asked:
    """One path, the snapshot that knows of it, and the root that it lies in."""

    def __init__(self, view: View, home: Home, path: Path) -> None:
        self._view = view
        self._home = home
        self._path = path
        inside = [root for root in view.roots() if path.is_relative_to(root[0])]
        self._root = max(inside, key=lambda root: len(root[0]), default=None)

    def fate(self) -> Fate:
        known = self._view.lookup.file(str(self._path)) if walk.is_text(str(self._path)) else None
        if known:
            return self._known(*known)
        if self._root is None:
            return self._above_roots() or _not_added(self._path)
        return self._unknown(self._now(self._root[0]))

    def _known(self, known: KnownFile, read_at: float) -> Fate:
        lookup, path = self._view.lookup, str(self._path)
        return Fate(
            path=path,
            what="file",
            status=known.status,
            note=self._note(known),
            remedy=self._since(known),
            root=self._root[0] if self._root else None,
            reader=known.reader.partition(" ")[0],
            read_at=file_time(int(read_at * 1e9)),
            parts=tuple(lookup.parts(path)),
            problems=tuple(lookup.troubles(path)),
            same_bytes=tuple(lookup.same_bytes(known)),
        )

    def _note(self, known: KnownFile) -> str | None:
        if known.note != rules.FORGOTTEN_CONTENT:
            return known.note
        path = self._view.contents.forgotten(known.file.size).get(known.digest or "")
        return rules.FORGOTTEN_AS.format(path) if path else known.note

    def _since(self, known: KnownFile) -> str | None:
        """What is different now from when the file was read."""
        if self._root is None:
            return None
        if self._root[1] != "ok":
            return f"{self._root[0]} cannot be seen now: what is known of it stays"
        now = self._now(self._root[0])
        if now is None:
            return f"it is no longer there: {SYNC} lets go of it"
        if isinstance(now, Outcome):
            return f"now left out ({now.note}): {SYNC} lets go of it" if now.status == "skipped" else now.note
        if not same(now, known):
            return f"it has changed since: {SYNC} reads it again"
        if known.reader != reader_version(self._path.name):
            return f"its parser is another version now: {SYNC} reads it again"
        return None

    def _unknown(self, now: SourceFile | Outcome | None) -> Fate:
        """A path of a root that was never read."""
        assert self._root
        path, root = walk.shown(str(self._path)), self._root[0]
        if now is None:
            raise SourceError(f"{path} is not there and not known", remedy="check the name")
        if isinstance(now, SourceFile):
            return Fate(path, "file", "pending", remedy=f"{SYNC} reads it", root=root)
        if now.path == path and now.status == "unchanged":
            return self._folder(root)
        what = "folder" if self._path.is_dir() else "file"
        note = now.note if now.path == path else f"{now.path} is left out: {now.note}"
        return Fate(path, what, now.status, note=note, root=root)

    def _now(self, root: str) -> SourceFile | Outcome | None:
        forgotten, own = self._view.forgotten(), [self._home.path]
        return walk.examine(self._path, Path(root), readable=readable, forgotten=forgotten, excluded=own)

    def _folder(self, root: str | None) -> Fate:
        path = str(self._path)
        return Fate(path, "folder", "indexed", root=root, below=tuple(self._view.lookup.below(path)))

    def _above_roots(self) -> Fate | None:
        """A folder that was not added itself, but something in it was."""
        inside = [root[0] for root in self._view.roots() if Path(root[0]).is_relative_to(self._path)]
        return self._folder(None) if inside else None


def _not_added(path: Path) -> Fate:
    shown = walk.shown(str(path))
    if not path.exists():
        raise SourceError(f"{shown} is not there and not known", remedy="`ragd status` lists what is indexed")
    if path.is_dir():
        remedy = ADD if walk.is_text(str(path)) else f"it would be left out: {rules.NAME}"
        return Fate(shown, "folder", "unknown", note=NOT_ADDED, remedy=remedy)
    now = walk.examine(path, path.parent, readable=readable, forgotten=frozenset(), excluded=())
    left_out = isinstance(now, Outcome) and now.status == "skipped"
    remedy = f"it would be left out: {now.note}" if isinstance(now, Outcome) and left_out else ADD
    return Fate(shown, "file", "unknown", note=NOT_ADDED, remedy=remedy)


def _of_part(fate: Fate, part: str) -> Fate:
    """What is told of one part, and of the parts inside it."""

    def inside(name: str | None) -> bool:
        return name is not None and (name == part or name.startswith(f"{part} > "))

    parts = tuple(one for one in fate.parts if inside(one.part))
    problems = tuple(one for one in fate.problems if inside(one.part))
    if not parts and not problems:
        raise SourceError(f"{fate.path} has no part {part}", remedy=f"`ragd why {fate.path} --json` lists its parts")
    own = next((one for one in problems if one.part == part), None)
    status, note = (own.status, own.note) if own else ("indexed", None)
    return Fate(
        path=fate.path,
        what="part",
        status=status,
        part=part,
        note=note,
        remedy=fate.remedy,
        root=fate.root,
        reader=fate.reader,
        read_at=fate.read_at,
        parts=parts,
        problems=tuple(one for one in problems if one is not own),
    )
