"""What an index says, without the numbers that may differ between two indexes of the same files."""

from collections.abc import Iterable

from ragd import Library
from ragd.index.catalog import View

Contents = dict[tuple[str, str | None], tuple[str, list[tuple[int, int, str]]]]


def contents(library: Library) -> Contents:
    """Every place with its document and its passages."""
    with View(library.home.catalog) as view:
        found: Contents = {}
        for path, part, document, key in view.places():
            rows = [(key, ordinal) for _, key, ordinal in view.passages_of_keys([key])]
            chunks = [(one.chunk.start, one.chunk.end, one.chunk.text) for one in view.stored(rows)]
            found[path, part] = (document, sorted(chunks))
        return found


def answers(library: Library, questions: Iterable[str]) -> list[list[tuple[str, int, float]]]:
    """The result lists of some questions: path, start, score."""
    return [
        [(hit.document.path, hit.start, round(hit.score, 6)) for hit in library.search(question, 20)]
        for question in questions
    ]
