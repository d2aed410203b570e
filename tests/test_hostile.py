"""Files that mean harm, read by real workers: each is bounded or fails with its reason, and the rest is read."""

import re
import time
from pathlib import Path

import pytest
from hostile_files import FILES, write_all
from parser_files import documents, ended, read_all

from ragd.parsers.pool import Ended, Limits
from ragd.records import Member, Outcome

LIMITS = Limits(seconds=3, memory_mb=1000, text_mb=5)
REASONS = {  # what is said of the file, or of the part that fails
    "bomb.zip": "archive bomb",
    "lying.zip": "cannot be unpacked|bomb",
    "bomb.docx": "more than 512 MB|bomb",
    "bomb.rar": "bomb",
    "nest.zip": "more than 5 MB of text|bomb",
    "deep.zip": "parts deep",
    "attached.eml": "parts deep",
    "multiparts.eml": "nested too deeply",
    "loop.pdf": "damaged PDF",
    "xref.pdf": "damaged PDF",
    "chain.pdf": "damaged PDF",
    "giant.tar": "damaged archive",
    "braces.rtf": "damaged RTF",
    "line.txt": "a line of more than",
    "empty.mbox": "more than .* documents|not an mbox",
    "forms.pdf": "broke down",
    "divs.html": "took longer|nested",
}
# read as text all the same: what is hostile in them is a fact before the text, or a place in it
READ = [
    *("deep.md", "mappings.md", "sequences.md", "closed.md", "number.md", "dotted.toml.md", "tables.toml.md"),
    *("number.toml.md", "heading.md", "links.org", "emphasis.org", "blanks.org", "stamps.org", "braces.tex"),
    *("rules.rst", "title.xml", "nested.xml", "token.xml", "key.json", "deep.json"),
]
Answers = dict[Path, list[Member | Outcome | Ended]]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    folder = tmp_path_factory.mktemp("hostile")
    began = time.monotonic()
    found = read_all(write_all(folder), workers=2, limits=LIMITS)
    assert time.monotonic() - began < 10 * LIMITS.seconds * len(FILES) / 2
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_bounded_or_fails_with_its_reason(name: str, answers: Answers) -> None:
    [said] = [some for path, some in answers.items() if path.name == name]
    outcome = ended(said)
    assert sum(isinstance(one, Ended) for one in said) == 1
    assert outcome.status == "indexed" or outcome.note
    notes = [outcome.note, *(one.note for one in said if isinstance(one, Outcome))]
    if name in REASONS:
        assert any(re.search(f"{REASONS[name]}|took longer", note or "") for note in notes), notes
    texts = [document.text for document in documents(said).values()]
    assert sum(map(len, texts)) <= LIMITS.text_mb << 20
    assert not any("root:" in text for text in texts)


@pytest.mark.parametrize("name", READ)
def test_a_text_is_read_whatever_nests_in_it(name: str, answers: Answers) -> None:
    [said] = [some for path, some in answers.items() if path.name == name]
    assert ended(said).status == "indexed", ended(said).note
    assert documents(said)


def test_what_is_harmless_is_read_all_the_same(answers: Answers) -> None:
    read = [said for path, said in answers.items() if path.stem == "harmless"]
    assert [document.text for said in read for document in documents(said).values()] == ["words", "words"]
