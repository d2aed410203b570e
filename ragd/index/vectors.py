"""The vectors of texts, kept by LanceDB: which texts mean something close to a question, and exactly how close.

A row is `(text_id, vector)`, the vector unit length. The table lies in `<folder>/vectors.lance`. Rows are written and
read through pylance, LanceDB's own library for the same table: it imports in 0.2 s where lancedb takes 1.0 s, which a
`ragd search` in a fresh process would wait for. lancedb is imported where an index is built.
"""

import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ragd.errors import RagdError

if TYPE_CHECKING:
    import lance
    import pyarrow as pa  # type: ignore[import-untyped]

T = TypeVar("T")

TABLE = "vectors"
FEW_IDS = 5_000  # up to here a filter's vectors are read and scored; above, searching deeper and dropping is faster
INDEXED_FROM = 50_000  # rows; below, looking at every vector takes some 10 ms and misses nothing
PARTITION = 50_000  # rows of one graph of the index: more take more memory to build, fewer make searches slower
UNINDEXED = 10_000  # rows that may wait for the index; a search looks at each of them
FRAGMENTS = 32  # small files that may gather; each costs every search an open and a read
SMALL = 20_000  # rows
GRACE = timedelta(minutes=10)  # a version older than this is read by no search
DEEP = 5_000  # candidates; for more every vector is looked at, which misses none
SETTLED = 600  # seconds after which a file is on the disk, whoever wrote it: no system waits so long
NOISE = 1e-5  # float32 distances of the library and exact cosines differ by less


class VectorsDamaged(RagdError):
    """The vectors on the disk cannot be used; they are made anew from the catalog's texts."""


class Vectors:
    """The vectors of texts. Any number of processes read; one, which the caller's lock names, writes."""

    @classmethod
    def open(cls, folder: Path, dimensions: int) -> "Vectors":
        """The vectors in `folder`, none yet where there is no table; VectorsDamaged if they cannot be used."""
        return cls(folder, dimensions)

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._folder = folder
        self._path = folder / f"{TABLE}.lance"
        self._dimensions = dimensions
        self._synced: set[str] = set()
        self._dataset: lance.LanceDataset | None = None
        self._folder_seen = 0  # inode of the table's folder: one that was swapped may count its versions anew
        self._known: _Places | None = None
        self.refresh()

    # Writing

    def add(self, ids: Sequence[int], vectors: np.ndarray) -> None:
        """Keep `vectors` ((n, dimensions) float32, unit length) of these texts; they are on the disk when it returns.

        A text whose vector is already there (a run that was killed before it could say so) is passed over.
        """
        known = self._present(ids)
        fresh = {text: at for at, text in enumerate(ids) if text not in known}
        if not fresh:
            return
        rows = np.ascontiguousarray(vectors[list(fresh.values())], dtype=np.float32)
        if rows.shape[1] != self._dimensions:
            raise VectorsDamaged(f"vectors of {rows.shape[1]} numbers where {self._dimensions} are kept")
        self._append(self._table(list(fresh), rows))

    def delete(self, ids: Collection[int]) -> None:
        """Drop the vectors of these texts; unknown ids are no error. For good only after `purge`."""
        if self._dataset is None or not ids:
            return
        for part in _parts(ids):
            self._dataset.delete(_among(part))
        self._sync()
        self.refresh()

    def tidy(self) -> None:
        """Merge small files, build or extend the index, drop versions that no search reads; for when nothing waits."""
        if self._dataset is None:
            return
        small = sum(fragment.count_rows() < SMALL for fragment in self._dataset.get_fragments())
        if small > FRAGMENTS:
            self._dataset.optimize.compact_files(num_threads=1, batch_size=1024)
        self._index()
        self._sync()
        self._dataset.cleanup_old_versions(GRACE, delete_unverified=True, error_if_tagged_old_versions=False)
        self.refresh()

    def purge(self) -> None:
        """Remove what was deleted from the disk: rewrite every file that holds a deleted row, drop old versions."""
        if self._dataset is None:
            return
        self._dataset.optimize.compact_files(materialize_deletions_threshold=0.0, num_threads=1, batch_size=1024)
        self._sync()
        # pylance takes a duration of nothing for "two weeks"
        self._dataset.cleanup_old_versions(
            timedelta(microseconds=1), delete_unverified=True, error_if_tagged_old_versions=False
        )
        self.refresh()

    # Reading

    def refresh(self) -> None:
        """See the newest version, this process's or another's (1 ms)."""
        import lance

        if not any((self._path / "_versions").glob("*.manifest")):
            self._dataset = None
            return
        session = self._dataset.session() if self._dataset is not None else None
        try:
            dataset = lance.dataset(self._path, session=session)
            width = dataset.schema.field("vector").type.list_size
        except (OSError, ValueError, KeyError) as error:
            raise VectorsDamaged(f"the vectors cannot be read ({error})", remedy="ragd sync makes them anew") from error
        if width != self._dimensions:
            raise VectorsDamaged(f"the vectors have {width} numbers, the model makes {self._dimensions}")
        folder, before = self._path.stat().st_ino, self._dataset
        if before is None or before.version != dataset.version or folder != self._folder_seen:
            self._dataset, self._folder_seen = dataset, folder

    def count(self) -> int:
        """How many texts have a vector."""
        return self._read(lambda dataset: dataset.count_rows(), 0)

    def ids(self) -> set[int]:
        """The texts that have a vector."""
        return self._read(lambda dataset: set(self._places(dataset).texts.tolist()), set())

    def search(self, vector: np.ndarray, limit: int, *, ids: Collection[int] | None = None) -> list[tuple[int, float]]:
        """The `limit` closest texts as (text_id, cosine), closest first; equal cosines by id.

        `ids` keeps only these texts and changes no cosine. Exact up to 50,000 texts; above, an index finds the
        candidates and their cosines are exact.
        """
        if limit < 1 or (ids is not None and not ids):
            return []
        if ids is not None and len(ids) <= FEW_IDS:
            return _ranked(self.cosines(vector, ids), limit)
        allowed = None if ids is None else frozenset(ids)
        return self._read(lambda dataset: self._nearest(dataset, vector, limit, allowed), [])

    def cosines(self, vector: np.ndarray, ids: Collection[int]) -> dict[int, float]:
        """The exact cosine of each of these texts that has a vector."""
        found, rows = self._rows(ids)
        return dict(zip(found, _cosines(vector, rows), strict=True))

    def vectors(self, ids: Sequence[int]) -> np.ndarray:
        """(n, dimensions) float32: the vectors of these texts, in their order; VectorsDamaged if one has none."""
        found, rows = self._rows(ids)
        at = {text: row for row, text in enumerate(found)}
        missing = [text for text in ids if text not in at]
        if missing:
            raise VectorsDamaged(f"{len(missing)} texts have no vector", remedy="ragd sync makes them anew")
        picked: np.ndarray = rows[[at[text] for text in ids]]
        return picked

    # How

    def _nearest(
        self, dataset: "lance.LanceDataset", vector: np.ndarray, limit: int, allowed: frozenset[int] | None
    ) -> list[tuple[int, float]]:
        """Looks deeper until what was not seen is farther than the last that counts, whatever float32 rounds."""
        total = dataset.count_rows()
        depth = limit + 56
        while True:
            found = self._candidates(dataset, vector, min(depth, total))
            kept = [(text, near) for text, near in found if allowed is None or text in allowed]
            exhausted = depth >= total  # a graph may return fewer than it is asked for, and have more
            if exhausted or (len(kept) >= limit and found[-1][1] < kept[limit - 1][1] - NOISE):
                edge = kept[limit - 1][1] - NOISE if len(kept) >= limit else -2.0
                return _ranked(self.cosines(vector, [text for text, near in kept if near >= edge]), limit)
            depth *= 4

    def _candidates(self, dataset: "lance.LanceDataset", vector: np.ndarray, depth: int) -> list[tuple[int, float]]:
        if depth < 1:
            return []
        query = {"column": "vector", "q": vector.astype(np.float32), "k": depth, "metric": "dot"}
        query |= {"ef": max(600, 2 * depth), "refine_factor": 1, "nprobes": 1_000}  # of the index; all its graphs
        query["use_index"] = depth <= DEEP
        table = dataset.to_table(columns=["text_id", "_distance"], nearest=query)
        near = 1.0 - table["_distance"].to_numpy()
        return sorted(zip(table["text_id"].to_pylist(), near.tolist(), strict=True), key=lambda hit: (-hit[1], hit[0]))

    def _rows(self, ids: Collection[int]) -> tuple[list[int], np.ndarray]:
        """The texts of `ids` that have a vector, and the vectors, in one order."""
        nothing: tuple[list[int], np.ndarray] = ([], np.zeros((0, self._dimensions), np.float32))

        def rows(dataset: "lance.LanceDataset") -> tuple[list[int], np.ndarray]:
            texts, places = self._places(dataset).of(ids)
            if not texts:
                return nothing
            return texts, _matrix(dataset.take(places, columns=["vector"])["vector"], self._dimensions)

        return self._read(rows, nothing)

    def _present(self, ids: Collection[int]) -> set[int]:
        return self._read(lambda dataset: set(self._places(dataset).of(ids)[0]), set())

    def _places(self, dataset: "lance.LanceDataset") -> "_Places":
        """Where each text's row is, read once a version: naming 5,000 ids in a filter took twice as long."""
        known = self._known
        if known is None or known.dataset is not dataset:
            texts = dataset.to_table(columns=["text_id"], scan_in_order=True)["text_id"].to_numpy()
            order = np.argsort(texts, kind="stable")
            self._known = known = _Places(dataset, texts[order], order)
        return known

    def _read(self, look: Callable[["lance.LanceDataset"], T], nothing: T) -> T:
        """What `look` sees; once more with the newest version if the one it reads is being cleaned away."""
        if self._dataset is None:
            return nothing
        try:
            return look(self._dataset)
        except (OSError, ValueError) as error:
            if "not found" not in str(error).lower():
                raise VectorsDamaged(f"the vectors cannot be read ({error})", remedy="try again") from error
        self.refresh()
        try:
            return look(self._dataset) if self._dataset is not None else nothing
        except (OSError, ValueError) as error:
            raise VectorsDamaged(f"the vectors cannot be read ({error})", remedy="ragd sync makes them anew") from error

    def _table(self, ids: Sequence[int], rows: np.ndarray) -> "pa.Table":
        import pyarrow as pa

        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel(), pa.float32()), self._dimensions)
        return pa.table({"text_id": pa.array(ids, pa.int64()), "vector": vectors})

    def _append(self, table: "pa.Table") -> None:
        """Data first, synced; then the version that names it, synced: a power cut leaves a table that can be read."""
        import lance

        if self._dataset is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._dataset = lance.write_dataset(table.slice(0, 0), self._path, mode="create")
        written = lance.fragment.write_fragments(table, self._dataset, mode="append")
        self._sync()
        append = lance.LanceOperation.Append(written)
        self._dataset = lance.LanceDataset.commit(self._dataset, append, read_version=self._dataset.version)
        self._sync()

    def _index(self) -> None:
        dataset = self._dataset
        if dataset is None or dataset.count_rows() < INDEXED_FROM:
            return
        indexed = {index.name: index.num_rows_indexed for index in dataset.describe_indices()}
        if f"{TABLE}_near" not in indexed:
            self._build_index(dataset.count_rows())
        elif dataset.count_rows() - indexed[f"{TABLE}_near"] > UNINDEXED:
            dataset.optimize.optimize_indices()

    def _build_index(self, rows: int) -> None:
        import lancedb
        from lancedb.index import HnswSq

        near = HnswSq(distance_type="dot", num_partitions=max(1, rows // PARTITION))
        table = lancedb.connect(self._folder).open_table(TABLE)
        table.create_index("vector", config=near, name=f"{TABLE}_near")

    def _sync(self) -> None:
        """fsync the files that this process has not synced yet, and the folders that name them (LanceDB does not)."""
        for folder, _, names in os.walk(self._path):
            new = [name for name in (os.path.join(folder, name) for name in names) if name not in self._synced]  # noqa: PTH118
            young = [name for name in new if _age(name) < SETTLED]
            for name in [*young, folder] if young else []:
                _fsync(name)
            self._synced.update(new)
        _fsync(str(self._folder))


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the row of each text is in one version of the table: `texts` ascending, `places` beside them."""

    dataset: "lance.LanceDataset"
    texts: np.ndarray
    places: np.ndarray

    def of(self, ids: Collection[int]) -> tuple[list[int], list[int]]:
        """Those of the texts that have a row, ascending, and where."""
        wanted = np.unique(np.fromiter(ids, np.int64, len(ids)))
        at = np.searchsorted(self.texts, wanted)
        there = at < len(self.texts)
        there[there] = self.texts[at[there]] == wanted[there]
        return wanted[there].tolist(), self.places[at[there]].tolist()


def load() -> None:
    """Import what the first write needs, which takes half a second: for who can while something else is waited for."""
    import lance  # noqa: F401
    import pyarrow as pa  # noqa: F401


def _matrix(column: Any, dimensions: int) -> np.ndarray:
    flat = column.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    rows: np.ndarray = np.asarray(flat, dtype=np.float32).reshape(-1, dimensions)
    return rows


def _cosines(vector: np.ndarray, rows: np.ndarray) -> list[float]:
    """Row by row in float64: a matrix product's last bits would depend on which other rows are asked with it."""
    products: np.ndarray = rows.astype(np.float64) * vector.astype(np.float64)
    return [float(cosine) for cosine in products.sum(axis=1)]


def _ranked(cosines: dict[int, float], limit: int) -> list[tuple[int, float]]:
    return sorted(cosines.items(), key=lambda hit: (-hit[1], hit[0]))[:limit]


def _parts(ids: Collection[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while part := list(islice(rest, FEW_IDS)):
        yield part


def _among(ids: Collection[int]) -> str:
    return f"text_id in ({', '.join(str(int(text)) for text in ids)})"


def _age(path: str) -> float:
    """Seconds since a file was written."""
    try:
        return abs(time.time() - os.stat(path).st_mtime)  # noqa: PTH116
    except FileNotFoundError:
        return inf


def _fsync(path: str) -> None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return  # a temporary file that was gone before it was looked at
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
