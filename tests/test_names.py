"""Files are found by their names: however these are written, as the disk has them now, and never by a message id."""

import re
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragd import Library
from ragd.search.names import Name, Naming, name_of

THEFT = "Damage is paid up to 450 euros, after a deduction of 50."
OTHERS = {
    "Fire policy.txt": "Damage by fire is paid in full.",
    "Garden.txt": "The roses were stolen, as the neighbours say. A policy on roses is wanted.",
    "notes/2.txt": "Two boats were painted on Saturday.",
    "notes/2019-06-02.txt": "We walked to the sea and had pancakes.",
}


def stems(text: str) -> list[str]:
    return [word.lower().removesuffix("s") for word in re.findall(r"[^\W_]+", text)]


def adds(question: str, *paths: str, terms: list[str] | None = None) -> list[float]:
    naming = Naming(question, stems(question) if terms is None else terms, stems)
    naming.learn([(path, None) for path in paths], 100)
    return [naming.adds(path, None) for path in paths]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("lease2019.pdf", "lease2019.pdf"),
        ("LEASE2019", "lease2019.pdf"),
        ("the lease of 2019", "lease2019.pdf"),
        ("sf424", "SF-424_page2.pdf"),
        ("sf 424", "SF424_page2.pdf"),
        ("smoke test", "SmokeTestReport.docx"),
        ("smoketest", "smoke_test.txt"),
        ("SmokeTest", "smoke-test.txt"),
        ("polizas", "Póliza de seguro.pdf"),
        ("2019-06-02", "2019-06-02.md"),
        ("what is in archive.tar.gz?", "archive.tar.gz"),
    ],
)
def test_a_name_is_found_however_it_is_written(question: str, name: str) -> None:
    plain = question.replace("polizas", "póliza")
    said, other = adds(plain, f"/home/dana/{name}", "/home/dana/holiday.txt")
    assert said > 0 == other


def test_a_name_written_out_is_worth_more_than_its_words() -> None:
    written, alike, folder = adds("of the lease: lease2019.pdf", "/a/lease2019.pdf", "/a/lease.pdf", "/lease/b.pdf")
    assert written > 0.4 > alike > folder > 0


@pytest.mark.parametrize("question", ["two boats 2", "chapter 12", "pdf", "what is in the txt"])
def test_a_short_number_or_a_suffix_names_nothing(question: str) -> None:
    assert adds(question, "/a/2.txt", "/a/12.pdf", "/a/b.txt") == [0, 0, 0]


def test_attachments_and_members_have_names_and_messages_have_none() -> None:
    assert name_of("/a/in.mbox", "<x@y.example>") == Name("", ("a", "in.mbox"))
    assert name_of("/a/in.mbox", "<x@y.example> > bill.pdf #2") == Name("bill.pdf", ("a", "in.mbox"))
    assert name_of("/a/b.zip", "taxes/2019.pdf") == Name("2019.pdf", ("a", "b.zip", "taxes"))
    assert name_of("/a/b.zip", "all.mbox > #12ab") == Name("", ("a", "b.zip", "all.mbox"))


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_name_and_no_question_is_too_strange(question: str, path: str, part: str) -> None:
    naming = Naming(question, stems(question), stems)
    naming.learn([(path, part)], 1)
    assert naming.adds(path, part) >= 0


@pytest.fixture
def household(library: Library, tmp_path: Path) -> Path:
    """A policy whose name alone says of what it is, and files that say it in their text."""
    root = tmp_path / "household"
    for name, text in {"Theft policy.txt": THEFT, **OTHERS}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    library.add([root])
    return root


def first(library: Library, query: str) -> str:
    return Path(library.search(query, 5)[0].document.path).name


def test_what_only_the_name_says_is_found(library: Library, household: Path) -> None:
    assert first(library, "what does the Theft policy say") == "Theft policy.txt"
    assert first(library, "theft policy.txt") == "Theft policy.txt"
    assert first(library, "2019-06-02") == "2019-06-02.txt"
    assert "name" in library.search("theft policy")[0].ranks


def test_a_rename_changes_what_is_found_by_name_and_embeds_nothing(library: Library, household: Path) -> None:
    (household / "Theft policy.txt").rename(household / "Bicycle cover.txt")
    library.sync()
    assert first(library, "bicycle cover") == "Bicycle cover.txt"
    assert first(library, "what does the Theft policy say") != "Bicycle cover.txt"
    assert library.find("bicycle cover").notes == ()


def test_an_attachment_is_found_by_its_name(library: Library, tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Dana <dana@visser.example>", "Kees <kees@hofland.example>", "As agreed"
    mail.set_content("Here it is.")
    mail.add_attachment(THEFT.encode(), maintype="text", subtype="plain", filename="BoatInsurance_v2.txt")
    path = tmp_path / "mails" / "1.eml"
    path.parent.mkdir()
    path.write_bytes(mail.as_bytes())
    library.add([path.parent])
    found = library.search("boat insurance")[0]
    assert found.document.part and found.document.part.endswith("BoatInsurance_v2.txt")
