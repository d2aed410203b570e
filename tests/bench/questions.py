"""What the sample corpus's forty questions find and are answered, and whether every citation stands where it says.

    python tests/bench/questions.py [--model quotes smollm2-135m] [--verbose]

The corpus is indexed in a throw-away home. Found: the expected file, and the expected place in it (part, page or the
passage itself), is among the first five of `library.search`. An answer is right when it holds the expected fact: its
numbers (as digits or words), or where it has none at least half of its content words. Every hit of every search and
every citation of every answer is checked by `tests/citation_checker.py`, which uses none of ragd's parsers.
"""

import argparse
import re
import statistics
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from citation_checker import complaint, squeeze
from snowballstemmer import stemmer  # type: ignore[import-untyped]

from ragd import Library
from ragd.records import Answer, Citation, Hit

CORPUS = Path(__file__).parent.parent.parent / "sample_corpus"
MODELS = ["quotes", "smollm2-135m"]
READ = 12  # passages retrieved for an answer
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NUMBER_WORDS = {word: str(number) for number, word in enumerate(NUMBERS)}
NUMBER_WORDS |= {"thirty": "30", "sixty": "60", "thirteenth": "13", "fourteenth": "14"}
SMALL = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "is", "it", "of", "on", "or", "the", "to"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what a search found for it and what it was answered."""

    number: int
    expected: dict[str, Any]
    hits: Sequence[Hit]
    answer: Answer
    seconds: float

    @property
    def verdict(self) -> str:
        """How the question ended: "right", "refused", or where it went wrong."""
        if not self.expected["answerable"]:
            return "accepted" if self.answer.answered else "refused"
        if not self.answer.answered:
            return "refused wrongly" if self.read else "not retrieved, refused"
        if states(self.answer.answer, self.expected["answer"]):
            return "right"
        return "another span" if self.read else "not retrieved, answered"

    @property
    def read(self) -> bool:
        """Whether a passage that holds the answer was among those that the answer is made from."""
        return any(holds_answer(hit, self.expected) for hit in self.hits[:READ])


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--model", nargs="+", default=MODELS, help="who answers: quotes, or a model that is installed")
    given.add_argument("--verbose", action="store_true", help="each question with what came back")
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as home, Library.open(home, say=note) as library:
        library.add([CORPUS])
        for model in options.model:
            asked = []
            for number, one in enumerate(questions(), start=1):
                asked.append(ask(library, number, one, model))
                if options.verbose:
                    print(shown(asked[-1]), flush=True)
            print(table(model, asked), flush=True)


def note(line: str) -> None:
    print(line, file=sys.stderr)


def questions() -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = tomllib.loads((CORPUS / "questions.toml").read_text("utf-8"))["question"]
    return asked


def ask(library: Library, number: int, expected: dict[str, Any], model: str) -> Asked:
    hits = library.search(expected["question"], READ)
    start = time.monotonic()
    answer = library.ask(expected["question"], model=model)
    return Asked(number, expected, hits, answer, time.monotonic() - start)


# what counts as found and as right


def in_file(one: Hit | Citation, expected: dict[str, Any]) -> bool:
    return Path(one.document.path) == CORPUS / expected["file"]


def at_place(one: Hit | Citation, expected: dict[str, Any]) -> bool:
    """Whether a passage or a quote is from the expected part and, in a PDF, begins on the expected page."""
    same_part = in_file(one, expected) and one.document.part == expected.get("part")
    return same_part and ("page" not in expected or one.page == expected["page"] or holds_answer(one, expected))


def holds_answer(one: Hit | Citation, expected: dict[str, Any]) -> bool:
    text = one.text if isinstance(one, Hit) else one.quote
    return in_file(one, expected) and squeeze(expected["contains"]) in squeeze(text)


def states(said: str, fact: str) -> bool:
    """Whether an answer holds the fact, whose first clause counts: "Five years, with a yearly check."."""
    clause = re.split(r"[,;(](?!\d)", fact)[0]
    wanted, shown = tokens(clause), tokens(said)
    numbers = {word for word in wanted if word[0].isdigit()}
    if numbers:
        return numbers <= shown
    return 2 * len(wanted & shown) >= len(wanted)


def tokens(text: str) -> set[str]:
    """Stems of the content words; numbers as digits without separators."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text.casefold())
    words = re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", plain)
    return {NUMBER_WORDS.get(word) or stemmer("english").stemWord(word) for word in words if word not in SMALL}


# what is told


def table(model: str, asked: Sequence[Asked]) -> str:
    able = [one for one in asked if one.expected["answerable"]]
    unable = [one for one in asked if not one.expected["answerable"]]
    answered = [one for one in able if one.answer.answered]
    hits = [hit for one in asked for hit in (*one.hits, *one.answer.nearest)]
    citations = [citation for one in asked for citation in one.answer.citations]
    first = [one.answer.first_ms for one in asked if one.answer.first_ms is not None]
    rows = [
        ("hit@5, the expected file", found(able, in_file)),
        ("hit@5, the expected place", found(able, at_place)),
        ("hit@5, the passage that holds the answer", found(able, holds_answer)),
        ("unanswerable and refused", f"{sum(not one.answer.answered for one in unable)} of {len(unable)}"),
        ("answerable and refused", f"{len(able) - len(answered)} of {len(able)}"),
        ("answers that hold the fact", f"{sum(one.verdict == 'right' for one in able)} of {len(able)}"),
        ("answers that cite the expected file", cited(able, in_file)),
        ("answers that cite the expected place", cited(able, at_place)),
        ("answers that quote the expected words", cited(able, overlaps)),
        ("citations that stand where they say", checked(citations)),
        ("hits that stand where they say", checked(hits)),
        ("seconds a question, median / most", spread([one.seconds for one in asked])),
        ("first sentence after, ms, median / most", spread(first)),
    ]
    lines = [f"| {model} | |", "|---|---|", *(f"| {what} | {figure} |" for what, figure in rows), ""]
    for verdict in sorted({one.verdict for one in asked if one.verdict not in ("right", "refused")}):
        lines.append(f"{verdict}: {', '.join(str(one.number) for one in asked if one.verdict == verdict)}")
    wrong = [f"{one.document.path}, {one.place}: {why}" for one in (*citations, *hits) if (why := complaint(one))]
    return "\n".join([*lines, *wrong, ""])


def overlaps(one: Citation, expected: dict[str, Any]) -> bool:
    """Whether a quote holds the expected words, or is a piece of them that says something."""
    quote, wanted = squeeze(one.quote), squeeze(expected["contains"])
    return in_file(one, expected) and (wanted in quote or (quote in wanted and len(quote) > 15))


def found(asked: Sequence[Asked], right: Any) -> str:
    count = sum(any(right(hit, one.expected) for hit in one.hits[:5]) for one in asked)
    return f"{count} of {len(asked)} ({count / len(asked):.2f})"


def cited(asked: Sequence[Asked], right: Any) -> str:
    count = sum(any(right(citation, one.expected) for citation in one.answer.citations) for one in asked)
    return f"{count} of {len(asked)}"


def checked(many: Sequence[Hit | Citation]) -> str:
    return f"{sum(complaint(one) is None for one in many)} of {len(many)}"


def spread(figures: Iterable[float]) -> str:
    figures = list(figures)
    digits = 0 if figures and max(figures) > 50 else 2
    return f"{statistics.median(figures):.{digits}f} / {max(figures):.{digits}f}" if figures else "-"


def shown(one: Asked) -> str:
    expected = one.expected
    rank = next((place for place, hit in enumerate(one.hits, 1) if holds_answer_of(hit, expected)), None)
    lines = [f"{one.number}. {expected['question']}", f"   {one.verdict}; the answering passage is hit {rank}"]
    lines.append(f"   expected: {expected.get('answer') or expected['why']}")
    lines.append(f"   said: {one.answer.answer or one.answer.reason} ({one.answer.model}, {one.seconds:.1f} s)")
    for withheld in one.answer.withheld:
        lines.append(f"   withheld: {withheld}")
    for citation in one.answer.citations:
        where = f"{Path(citation.document.path).name}, {citation.place}"
        lines.append(f"   [{citation.number}] {where}: {' '.join(citation.quote.split())}")
    return "\n".join([*lines, ""])


def holds_answer_of(hit: Hit, expected: dict[str, Any]) -> bool:
    return expected["answerable"] and holds_answer(hit, expected)


if __name__ == "__main__":
    main()
