"""The story of keeping the three stores in order: what a crash left, what lost its place, what was forgotten."""

import contextlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from ragd.index.catalog import Catalog
from ragd.index.header import header_above, words_above
from ragd.index.vectors import Vectors
from ragd.index.words import WordRow, Words, WordsDamaged

DELETED_SHARE = 0.1  # of the word index: above it, idle upkeep builds it anew, since deleted rows colour its statistics


def open_words(catalog: Catalog, folder: Path, *, say: Callable[[str], None]) -> Words:
    """The word index that the catalog names, without what a crash left in it.

    Rows under keys that were reserved and never committed would stay in the statistics that scores are made of, so
    an index that holds any is built anew (4 s for 100,000 passages), as is one that cannot be read or lacks rows.
    """
    reserved = catalog.reserved()
    try:
        words = Words.open(folder / (catalog.setting("words") or "0"))
        words.delete(catalog.dropped())
        words.commit()
        whole = words.rows() == catalog.word_rows()
    except WordsDamaged:
        whole = False
    if not whole:
        if not reserved:
            say("the word index is not whole; building it anew from the catalog")
        words = rebuild_words(catalog, folder)
    catalog.release(reserved)
    return words


def rebuild_words(catalog: Catalog, folder: Path) -> Words:
    """Build the word index anew from the catalog beside the old one, then swap: no trace of deleted rows is left."""
    old = int(catalog.setting("words") or "0")
    new = folder / str(old + 1)
    shutil.rmtree(new, ignore_errors=True)  # what an interrupted rebuild left
    words = Words.open(new)
    for key in catalog.all_keys():
        words.add(
            WordRow(key, row.ordinal, row.title or "", words_above(row.title, row.author, row.chunk), row.chunk.text)
            for row in catalog.of_key(key)
            if row.chunk.role == "body"
        )
    words.add(
        WordRow(key, 0, "", header_above(None, one.author, one.chunk), one.chunk.text)
        for key, one in catalog.shared.all()
    )
    words.commit()
    catalog.put("words", str(old + 1))
    # A search that still reads the old folder keeps its open files; one that comes too late looks again.
    shutil.rmtree(folder / str(old), ignore_errors=True)
    return words


def sound_vectors(catalog: Catalog, space: int, vectors: Vectors) -> None:
    """Make the vectors and the catalog agree: rows that no commit vouches for go, lost ones are owed again."""
    if vectors.count() == catalog.spaces.count(space):
        return
    there, vouched = set(vectors.ids()), catalog.spaces.embedded(space)
    vectors.delete(there - vouched)
    catalog.spaces.unmark(space, vouched - there)


def clear_away(catalog: Catalog, words: Words, spaces: Callable[[], Iterable[Vectors]], *, before: float) -> int:
    """Take out what lost its last place before a time (seconds of the epoch). Returns how many documents went.

    The catalog lets go first: a crash in between leaves rows that nobody can see and that the next call removes.
    """
    keys = catalog.purge(before=before)
    passages = catalog.dropped_passages()
    if keys:
        words.delete(keys)
        words.commit()
    if passages:
        for vectors in spaces():  # opened only where something goes: LanceDB takes its time to load
            vectors.delete(passages)
    if keys or passages:
        catalog.clear_dropped()
    return len(keys)


def tidy_words(catalog: Catalog, words: Words, folder: Path) -> Words:
    """Build the word index anew where too many deleted rows are left in its statistics."""
    if words.deleted() <= DELETED_SHARE * max(words.rows(), 1):
        return words
    words.close()
    return rebuild_words(catalog, folder)


def erase(catalog: Catalog, words: Words, spaces: Iterable[Vectors], folder: Path) -> Words:
    """Leave nothing of what was deleted in any store's files (`forget`)."""
    words.close()
    words = rebuild_words(catalog, folder)
    for vectors in spaces:
        vectors.purge()
    catalog.truncate()
    return words


def drop_spaces(catalog: Catalog, folder: Path, *, keep: int) -> None:
    """Remove the vectors of embedders that are no longer used."""
    for space in catalog.spaces.all():
        if space != keep:
            catalog.spaces.drop(space)
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(folder / str(space))
