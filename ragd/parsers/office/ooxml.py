"""The package that Word, Excel and PowerPoint share: an archive of parts that point at each other."""

import posixpath
from collections.abc import Iterator
from typing import Any

from ragd.parsers.packed.zipped import Zipped
from ragd.parsers.source import Unreadable
from ragd.parsers.texts.xml_tree import attribute, local, tree


class Package:
    """The parts of an Office file. `what` is what a person calls the file ("Word document")."""

    def __init__(self, data: bytes, what: str) -> None:
        self.archive = Zipped(data, what)
        self.what = what
        self._names = {name.lower(): name for name in self.archive.names}  # some programs are not strict about case

    @property
    def main(self) -> str:
        """The part that the package is about: the document, the workbook, the presentation."""
        for target, kind in self.relations("").values():
            if kind == "officeDocument":
                return target
        raise Unreadable(f"damaged {self.what} (its main part is missing)")

    def read(self, part: str) -> Any:
        """The tree of a part that has to be there."""
        return tree(self.archive.read(self._names.get(part.lower(), part)), self.what)

    def find(self, part: str) -> bytes | None:
        """The bytes of a part that may be missing."""
        return self.archive.find(self._names.get(part.lower(), part))

    def trees(self, part: str, *kinds: str) -> Iterator[Any]:
        """The trees of the parts of these kinds that a part points to; damaged ones are passed over."""
        for target, kind in self.relations(part).values():
            if kind in kinds and (root := self.tree(target)) is not None:
                yield root

    def tree(self, part: str) -> Any:
        """The tree of a part that may be missing or damaged: None then."""
        data = self.find(part)
        try:
            return tree(data, self.what) if data else None
        except Unreadable:
            return None

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that a part ("": the package) points to, and of which kind, by relation id."""
        folder, name = posixpath.split(part)
        data = self.find(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for relation in tree(data, self.what) if data else ():
            if attribute(relation, "TargetMode") == "External":
                continue
            target = posixpath.normpath(posixpath.join("/", folder, attribute(relation, "Target"))).lstrip("/")
            found[attribute(relation, "Id")] = (target, attribute(relation, "Type").rpartition("/")[2])
        return found


def chart_rows(chart: Any) -> Iterator[list[str]]:
    """A chart as it is seen: its title, then the names of its series, then a row a category with their values."""
    title = next((one for one in chart.iter() if local(one) == "title"), None)
    if title is not None:
        yield ["".join(one.text or "" for one in title.iter() if local(one) == "t")]
    series = [one for one in chart.iter() if local(one) == "ser"]
    names = [" ".join(_cached(one, "tx").values()) for one in series]
    values = [_cached(one, "val") or _cached(one, "yVal") for one in series]
    categories: dict[int, str] = {}
    for one in series:
        categories |= _cached(one, "cat") or _cached(one, "xVal")
    if any(names):
        yield ["", *names]
    for index in sorted({*categories, *(at for one in values for at in one)})[:1000]:
        yield [categories.get(index, ""), *(one.get(index, "") for one in values)]


def _cached(series: Any, role: str) -> dict[int, str]:
    """The values that a part of a series had when the chart was last drawn, by their index."""
    found = {}
    part = next((one for one in series if local(one) == role), None)
    for point in part.iter() if part is not None else ():
        if local(point) == "pt":
            words = " ".join(one.text or "" for one in point if local(one) == "v")
            index = attribute(point, "idx")
            found[int(index) if index.isdigit() else 0] = _short(words)
    if part is not None and not found:
        found = {at: one.text or "" for at, one in enumerate(one for one in part.iter() if local(one) == "v")}
    return found


def _short(words: str) -> str:
    """4.3 of 4.2999999999999998, as the chart shows it."""
    try:
        return f"{float(words):.10g}" if "." in words and len(words) > 12 else words
    except ValueError:
        return words
