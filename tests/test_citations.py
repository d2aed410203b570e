"""Every hit and every citation stands verbatim where it says, by readers that are not ragd's."""

import contextlib
import random
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import docx
import pypdfium2  # type: ignore[import-untyped]
import pytest
from citation_checker import complaint, squeeze, stated
from indexes import contents

from ragd import Library
from ragd.records import Citation, Hit

CORPUS = Path(__file__).parent.parent / "sample_corpus"
QUESTIONS = [one["question"] for one in tomllib.loads((CORPUS / "questions.toml").read_text("utf-8"))["question"]]
MAILS, PDFS, FILINGS, QUERIES = 300, 40, 2, 60  # of the real data


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The sample corpus, indexed once."""
    with Library.open(tmp_path_factory.mktemp("sample-home")) as library:
        library.add([CORPUS])
        yield library


def wrong(many: list[Hit] | list[Citation]) -> list[str]:
    return [f"{stated(one)}: {why}" for one in many if (why := complaint(one))]


@pytest.fixture(scope="module")
def hits(sample: Library) -> dict[str, list[Hit]]:
    """What is found for each question."""
    return {question: sample.search(question, 30) for question in QUESTIONS}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_hit_and_citation_stands_where_it_says(
    sample: Library, hits: dict[str, list[Hit]], question: str
) -> None:
    answer = sample.ask(question, model="quotes")
    assert wrong(list(answer.citations)) == []
    assert wrong(hits[question]) == []
    assert bool(answer.citations) == answer.answered
    sample.keep(answer)
    shown = [sample.passage(one.number, context=0) for one in answer.citations]
    assert [passage.text for passage in shown] == [one.quote for one in answer.citations]


def test_every_kind_of_file_is_cited(hits: dict[str, list[Hit]]) -> None:
    found = [hit.document for many in hits.values() for hit in many]
    assert {document.kind for document in found} == {"note", "text", "pdf", "mail", "office", "web"}
    assert {Path(document.part or "").suffix for document in found} >= {".pdf", ".docx", ".txt"}


def test_a_list_and_a_table_are_quoted_in_the_files_own_characters(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    markup = "<p>Bring to the cabin:</p><ul><li>boots<li>rope</ul><table><tr><td>ferry<td>46 euros</table>"
    (folder / "page.html").write_text(f"<title>Cabin</title><body>{markup}</body>")
    word = docx.Document()
    for item in ("boots", "rope"):
        word.add_paragraph(item, style="List Bullet")
    row = word.add_table(rows=1, cols=2).rows[0]
    row.cells[0].text, row.cells[1].text = "ferry", "46 euros"
    word.save(str(folder / "cabin.docx"))
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "zoe@example.org", "Cabin"
    mail.set_content(markup, subtype="html")
    (folder / "cabin.eml").write_bytes(bytes(mail))
    library.add([folder])
    hits = library.search("ferry boots rope", 10)
    assert sorted(Path(hit.document.path).name for hit in hits) == ["cabin.docx", "cabin.eml", "page.html"]
    assert wrong(hits) == []
    assert all("bootsropeferry46euros" in squeeze(hit.text) for hit in hits)


def test_a_hyphen_at_a_line_s_end_is_quoted_as_one(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    words = "a customer-\nspecific catalogue of early stage, <b>technology-</b>\nbased firms"
    (folder / "page.html").write_text(f"<title>Firms</title><body><p>{words}</p></body>")
    plain = "a customer- \nspecific catalogue of early stage, technology- \nbased firms"
    head = "From: zoe@example.org\nSubject: Firms\nContent-Type: text/plain; format=flowed\n\n"
    (folder / "firms.eml").write_text(head + plain)
    library.add([folder])
    hits = library.search("customer specific technology", 10)
    assert len(hits) == 2
    assert wrong(hits) == []


def test_the_checker_sees_what_is_wrong(hits: dict[str, list[Hit]]) -> None:
    found = {hit.document.kind: hit for many in hits.values() for hit in many}
    for kind, hit in found.items():
        assert complaint(hit) is None
        moved = hit.chunk.text[::-1]
        assert complaint(_changed(hit, text=moved)), kind
    assert complaint(_changed(found["note"], line=1)) == "it stands on lines {}-{}, not 1-1".format(
        *found["note"].lines
    )
    assert complaint(_changed(found["pdf"], page=99)) == "there is no page 99"


def _changed(hit: Hit, *, text: str | None = None, page: int | None = None, line: int | None = None) -> Hit:
    chunk = replace(hit.chunk, text=hit.text if text is None else text)
    lines = hit.lines if line is None else (line, line)
    return replace(hit, chunk=chunk, page=page or hit.page, lines=lines)


@pytest.mark.slow
def test_every_hit_stands_where_it_says_in_real_files(
    library: Library, tmp_path: Path, shared: Callable[[str], Path]
) -> None:
    folder, drawn = tmp_path / "real", random.Random(3)
    _copy_some(shared("corpora"), folder, drawn)
    library.add([folder])
    hits = [hit for query in _queries(library, drawn) for hit in library.search(query, 20)]
    assert len(hits) > 10 * QUERIES
    assert {hit.document.kind for hit in hits} >= {"note", "pdf", "mail"}
    assert wrong([hit for hit in hits if _has_letters(hit)]) == []


def _has_letters(hit: Hit) -> bool:
    """Whether a hit is no reading of a picture, which the checker cannot make (where `ragd[ocr]` is installed)."""
    if hit.document.kind != "pdf" or hit.page is None or hit.document.part:
        return hit.document.kind != "image"
    with contextlib.closing(pypdfium2.PdfDocument(hit.document.path)) as pdf:
        text = pdf[hit.page - 1].get_textpage().get_text_bounded().strip()
    return sum(map(str.isascii, text)) > len(text) / 2  # letters of many scripts are those of a font without a key


def _copy_some(real: Path, folder: Path, drawn: random.Random) -> None:
    chosen = drawn.sample(sorted((real / "mail-spamassassin").rglob("*.eml")), MAILS)
    chosen += drawn.sample(sorted((real / "pdf-mixed").rglob("*.pdf")), PDFS)
    chosen += sorted((real / "filings-pdf").glob("*.pdf"), key=lambda path: path.stat().st_size)[:FILINGS]
    for path in chosen:
        copy = folder / path.relative_to(real)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    shutil.copytree(real / "notes-obsidian-help", folder / "notes", copy_function=shutil.copyfile)


def _queries(library: Library, drawn: random.Random) -> list[str]:
    """Random sentences of what was indexed, as plain words."""
    by_kind: dict[str, list[str]] = {}
    for (path, _), (_, chunks) in sorted(contents(library).items(), key=lambda one: (one[0][0], one[0][1] or "")):
        by_kind.setdefault(Path(path).suffix, []).extend(text for _, _, text in chunks)
    queries = []
    while len(queries) < QUERIES:
        text = drawn.choice(by_kind[drawn.choice([".eml", ".md", ".pdf"])])
        words = re.findall(r"[^\W_]+", drawn.choice(re.split(r"[.!?\n]+", text)))
        if len(words) > 3:
            queries.append(" ".join(words[:20]))
    return queries
