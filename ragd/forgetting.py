"""What is forgotten is known by its bytes too, so that it stays out under another name."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ragd.index.catalog import Catalog, Content
from ragd.index.difference import same
from ragd.index.ingest import digest_of
from ragd.parsers.digest import digests_of
from ragd.parsers.table import readable
from ragd.records import SourceFile
from ragd.sources import walk

Held = tuple[str, Content]  # the path of a file, and its bytes


def held(catalog: Catalog, chosen: Sequence[Path], *, home: Path) -> dict[Path, list[Held]]:
    """What the files at or below each of the chosen paths hold, as they were read and as they are now.

    What another file holds too that was not chosen stays in the index, and so do its copies: it is not among them.
    """
    found = {path: [*_read(catalog, path), *_unread(catalog, path, home)] for path in chosen}
    everywhere = catalog.contents.holders({content for many in found.values() for _, content in many})
    stays = {
        content
        for content, holders in everywhere.items()
        if any(one.status != "skipped" and not _is_in(one.path, chosen) for one in holders)
    }
    return {path: [one for one in many if one[1] not in stays] for path, many in found.items()}


def forgotten_content(catalog: Catalog, path: Path) -> Content | None:
    """The bytes of the file at a path, if they are among what was forgotten."""
    if not path.is_file():
        return None
    size = path.stat().st_size
    forgotten = catalog.contents.forgotten(size)
    try:
        digest = digests_of(path, size)[0] if forgotten else None
    except OSError:
        return None
    return Content(size, digest) if digest in forgotten else None


def _read(catalog: Catalog, path: Path) -> Iterator[Held]:
    for name, known in catalog.known_files(str(path)).items():
        if known.digest and known.file.size:  # no bytes are the same bytes in every empty file
            yield name, Content(known.file.size, known.digest)


def _unread(catalog: Catalog, path: Path, home: Path) -> Iterator[Held]:
    """Of the files that were added, those that changed since they were read, or were not read at all."""
    known = {name: one for name, one in catalog.known_files(str(path)).items() if one.digest}

    def is_read(file: SourceFile) -> bool:
        return same(file, known.get(str(file.path)))

    roots = list(map(Path, catalog.roots()))
    inside = [path] if _is_in(str(path), roots) else [root for root in roots if _is_in(str(root), [path])]
    for top in (one for one in inside if one.exists()):
        for file in walk.scan(top, readable=readable, excluded=[home], known=is_read):
            if not isinstance(file, SourceFile) or not file.size or is_read(file):
                continue
            if digest := digest_of(file):
                yield str(file.path), Content(file.size, digest)


def _is_in(path: str, folders: Sequence[Path]) -> bool:
    return any(f"{path}/".startswith(f"{str(folder).rstrip('/')}/") for folder in folders)
