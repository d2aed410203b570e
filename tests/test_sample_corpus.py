"""The sample corpus holds what it promises: every question's answer stands where `questions.toml` says.

Read without ragd's parsers: `mailbox` and `email`, pypdfium2's page text, python-docx, the files as they are.
"""

import email
import html
import io
import mailbox
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest

CORPUS = Path(__file__).parent.parent / "sample_corpus"
MBOX = CORPUS / "mail" / "archive-2019-2025.mbox"
QUESTIONS: list[dict[str, Any]] = tomllib.loads((CORPUS / "questions.toml").read_text("utf-8"))["question"]
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def files(pattern: str) -> list[Path]:
    return sorted(CORPUS.rglob(pattern))


@cache
def messages() -> dict[str, EmailMessage]:
    box = mailbox.mbox(MBOX, create=False)
    try:
        mails = [email.message_from_bytes(box.get_bytes(key), policy=default) for key in box.iterkeys()]
    finally:
        box.close()
    assert len({mail["Message-ID"] for mail in mails}) == len(mails)
    return {str(mail["Message-ID"]): mail for mail in mails}


def pages_of(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as pdf:
        return [page.get_textpage().get_text_range() for page in pdf]


def docx_text(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def html_text(data: bytes) -> str:
    return html.unescape(re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", "", data.decode("utf-8"), flags=re.S))


def mail_text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    assert body is not None
    text = str(body.get_content())
    return html_text(text.encode()) if body.get_content_subtype() == "html" else text


READERS: dict[str, Callable[[bytes], str]] = {
    ".pdf": lambda data: "\n".join(pages_of(data)),
    ".docx": docx_text,
    ".html": html_text,
    ".eml": lambda data: mail_text(email.message_from_bytes(data, policy=default)),
}


def attachment(mail: EmailMessage, name: str) -> bytes:
    [part] = [part for part in mail.iter_attachments() if part.get_filename() == name]
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data


def source_of(question: dict[str, Any]) -> str:
    """The text of the place that a question names, read without ragd."""
    path, part = CORPUS / question["file"], question.get("part")
    if part is None:
        name, data = path.name, path.read_bytes()
    else:
        message_id, _, name = part.partition("> > ")
        mail = messages()[message_id.rstrip(">") + ">"]
        if not name:
            return mail_text(mail)
        data = attachment(mail, name)
    if "page" in question:
        return pages_of(data)[question["page"] - 1]
    read = READERS.get(Path(name).suffix)
    return read(data) if read else data.decode("utf-8")


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["question"])
def test_the_answer_stands_verbatim_at_the_stated_place(question: dict[str, Any]) -> None:
    assert (CORPUS / question["file"]).is_file()
    assert squeeze(question["contains"]) in squeeze(source_of(question))
    assert 5 <= len(question["contains"].split()) <= 25
    assert question["answer"]
    assert ("page" in question) == ((question.get("part") or question["file"]).endswith(".pdf"))
    assert ("part" in question) == question["file"].endswith(".mbox")


def test_thirty_questions_have_an_answer_and_ten_have_none_most_of_them_near_misses() -> None:
    unanswerable = [question for question in QUESTIONS if not question["answerable"]]
    assert (len(ANSWERABLE), len(unanswerable)) == (30, 10)
    assert len({question["question"] for question in QUESTIONS}) == 40
    assert sum(question["near"] for question in unanswerable) >= 7
    for question in unanswerable:
        assert set(question) == {"question", "answerable", "near", "why"}


def test_some_questions_turn_on_a_date_a_sender_or_one_of_two_similar_files() -> None:
    needs = Counter(question.get("needs") for question in ANSWERABLE)
    assert min(needs["date"], needs["sender"], needs["similar"]) >= 4


def test_no_question_repeats_the_words_that_answer_it() -> None:
    for question in ANSWERABLE:
        asked, said = (set(re.findall(r"[a-z]{5,}", question[key].lower())) for key in ("question", "contains"))
        assert len(asked & said) <= 2, question["question"]


def test_the_notes_are_enough_and_linked_to_notes_that_exist() -> None:
    notes = files("notes/**/*.md")
    assert len(notes) >= 14
    assert len(files("notes/**/*.txt")) >= 4
    linked = [re.findall(r"\[\[([^]]+)\]\]", note.read_text("utf-8")) for note in notes]
    assert sum(map(bool, linked)) >= 8
    assert {link for links in linked for link in links} <= {note.stem for note in notes}
    assert all(note.read_text("utf-8").startswith("---\n") for note in notes)


def test_the_pdfs_have_several_pages_with_text_facts_labels_and_an_outline() -> None:
    pdfs = {path.name: pypdfium2.PdfDocument(path) for path in files("*.pdf")}
    try:
        assert sum(len(pdf) >= 4 for pdf in pdfs.values()) >= 4
        policy = pdfs["home-insurance-policy-2023.pdf"]
        assert [policy.get_page_label(index) for index in range(4)] == ["i", "ii", "1", "2"]
        assert len(list(policy.get_toc())) >= 12
        for pdf in pdfs.values():
            facts = pdf.get_metadata_dict()
            assert facts["Title"]
            assert facts["Author"]
            assert facts["CreationDate"].startswith("D:20")
            assert all(len(page.get_textpage().get_text_range()) > 500 for page in pdf)
    finally:
        for pdf in pdfs.values():
            pdf.close()


def test_the_mailbox_has_threads_quotes_html_and_attachments() -> None:
    mails = messages()
    assert len(mails) >= 45
    replies = {id: mail for id, mail in mails.items() if mail["In-Reply-To"]}
    threads = {str(mail["References"]).split()[0] for mail in replies.values()}
    assert len(threads) >= 8
    assert {str(mail["In-Reply-To"]) for mail in replies.values()} <= set(mails)
    assert sum("\n> " in mail_text(mail) for mail in replies.values()) >= 15
    kinds = Counter(mail.get_content_type() for mail in mails.values())
    assert kinds["text/html"] >= 4
    assert kinds["multipart/alternative"] >= 2
    names = [part.get_filename() or "" for mail in mails.values() for part in mail.iter_attachments()]
    assert {Path(name).suffix for name in names} == {".pdf", ".docx", ".txt"}
    assert b"=?utf-8?" in MBOX.read_bytes()
    assert {str(mail["Date"])[12:16] for mail in mails.values()} >= {"2019", "2020", "2021", "2022", "2023", "2024"}


def test_two_single_mails_two_word_documents_and_two_web_pages_stand_beside_it() -> None:
    assert [len(files(pattern)) for pattern in ("*.eml", "*.docx", "*.html")] == [2, 2, 2]
    for path in files("*.docx"):
        document = docx.Document(str(path))
        assert document.tables
        styles = [paragraph.style.name or "" for paragraph in document.paragraphs if paragraph.style]
        assert sum(style.startswith("Heading") for style in styles) >= 4
    assert all(b"<script>" in path.read_bytes() for path in files("*.html"))


def test_the_questions_are_not_indexed_with_the_corpus_they_ask_about() -> None:
    assert "questions.toml" in (CORPUS / ".ragdignore").read_text("utf-8").split()
