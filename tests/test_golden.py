"""Golden files: every file in tests/golden is read, and its reading is the text that lies beside it.

A new format is one more file there. `pytest tests/test_golden.py --golden-rewrite` writes what is read now; look at the
difference before it is committed. Files that no editor writes are made by `python tests/golden/make.py`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from parser_files import read_all

from ragd.parsers.pool import Ended
from ragd.records import Document, Member, Outcome

GOLDEN = Path(__file__).parent / "golden"
EXPECTED = ".golden"
NO_SAMPLES = {EXPECTED, ".py", ".pyc"}
SAMPLES = sorted(path for path in GOLDEN.rglob("*") if path.is_file() and path.suffix not in NO_SAMPLES)
FACTS = (
    "kind",
    "family",
    "title",
    "author",
    "recipients",
    "date",
    "message_id",
    "references",
    "tags",
    "links",
    "aliases",
)


@pytest.fixture(scope="module")
def readings() -> dict[Path, list[Member | Outcome | Ended]]:
    """All samples, read by one worker. Times without a zone are the reader's own: here they are UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        return read_all(SAMPLES)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: str(path.relative_to(GOLDEN)))
def test_a_file_reads_as_it_did(
    sample: Path, readings: dict[Path, list[Member | Outcome | Ended]], request: pytest.FixtureRequest
) -> None:
    read = "\n".join(line for answer in readings[sample] for line in _told(answer)) + "\n"
    expected = sample.with_name(sample.name + EXPECTED)
    if request.config.getoption("--golden-rewrite"):
        expected.write_text(read, encoding="utf-8", newline="\n")
    assert expected.exists(), "no reading lies beside it yet: run with --golden-rewrite, and look at it"
    assert read == expected.read_text(encoding="utf-8")


def test_no_reading_is_left_without_its_file() -> None:
    assert {path.with_suffix("") for path in GOLDEN.rglob(f"*{EXPECTED}")} <= set(SAMPLES)


def _told(answer: Member | Outcome | Ended) -> Iterator[str]:
    if isinstance(answer, Member):
        yield f"######## document, part: {answer.part}"
        if answer.labels:
            yield f"labels: {', '.join(answer.labels)}"
        yield from _document(answer.document)
    else:
        outcome, what = (answer.outcome, "file") if isinstance(answer, Ended) else (answer, "part")
        facts = [outcome.status, *([f"part: {outcome.part}"] if outcome.part else []), *filter(None, [outcome.note])]
        yield f"######## {what}: {', '.join(facts)}"


def _document(document: Document) -> Iterator[str]:
    """The facts that are there, the marks with what stands at each, and the text."""
    for fact in FACTS:
        value = getattr(document, fact)
        if value:
            yield f"{fact}: {' | '.join(value) if isinstance(value, tuple) else value}"
    if document.lined:
        yield "lined: the file's own lines"
    for mark in document.marks:
        level = f" {mark.level}" if mark.level else ""
        yield f"mark {mark.offset}: {mark.kind}{level} {mark.label!r} at {document.text[mark.offset :][:20]!r}"
    for aside in document.asides:
        yield f"aside {aside.start}-{aside.end}: {aside.kind} {document.text[aside.start : aside.end][:20]!r}"
    yield "---- text"
    yield document.text
