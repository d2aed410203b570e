"""A number or a code is found where it stands: what only looks like it comes after."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_shelf import mail

from ragd import Library
from ragd.search.codes import codes_of
from ragd.search.numbers import spellings, stands_in


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("07700 900461", ("07700", "900461")),
        ("+33 6 12 34 56 78", ("+33 6 12 34 56 78",)),
        ("(020) 7946 0813", ("020 7946 0813",)),
        ("7946 0813", ("7946", "0813")),
        ("what became of case LR-40417?", ("LR-40417",)),
        ("compare RE-1001 and RE-1002", ("RE-1001", "RE-1002")),
        ("2019", ("2019",)),
        ("what did we plant in 2019", ()),
        ("the 20th of March at 10:30, 30km", ()),
        ("rooms 2 and 3", ()),
        ("6.01", ("6.01",)),
        ("a drift of 4.82 microradians", ("4.82",)),
        ("what does clause 5.2 of the lease say?", ("5.2",)),
        ("boiler", ()),
        ("", ()),
    ],
)
def test_the_numbers_and_codes_of_a_question(question: str, codes: tuple[str, ...]) -> None:
    assert codes_of(question) == codes


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Short cards that meaning takes for phone numbers, and one long mail that has the number."""
    root = tmp_path_factory.mktemp("cards")
    for number in range(9):
        (root / f"{number}.txt").write_text(f"Tel: +1 212 555 014{number}\nmobile 0770{number} 55014{number}\n")
    lines = "The claim was lodged at the Land Registry. The neighbour says that the lane is his. " * 3
    said = f"{lines}\nCall Marguerite at 07700 900461, or at +44 20 7946 0813, about LR-40417.\n{lines}"
    (root / "claim.eml").write_bytes(mail(1, said, subject="The lane"))
    signed = "See you on Friday.\n\n-- \nPaul Roe, roofer\nTel. +31 20 555 0199\n"
    (root / "friday.eml").write_bytes(mail(2, signed, subject="Friday", author="paul@example.org"))
    (root / "solid.txt").write_text("Rent goes to NL91ABNA0417164300.\n")
    (root / "fours.txt").write_text("Account: NL91 ABNA 0417 1643 00\n")
    (root / "RE-1001.txt").write_text("Two rolls of felt.\n")
    (root / "list.txt").write_text("Paid so far: RE-1001, RE-1002.\n")
    with Library.open(tmp_path_factory.mktemp("home") / "ragd") as library:
        library.add([root])
        yield library


@pytest.mark.parametrize(
    "query",
    ["Marguerite", "call Marguerite", "07700 900461", "7946 0813", "LR-40417", "phone number 07700 900461", "900461"],
)
def test_what_has_the_number_comes_first(cards: Library, query: str) -> None:
    assert Path(cards.search(query, 5)[0].document.path).name == "claim.eml"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("+442079460813", "claim.eml"),
        ("02079460813", "claim.eml"),
        ("call +44 (0)20 7946 0813", "claim.eml"),
        ("+44 7700 900461", "claim.eml"),
        ("2125550143", "3.txt"),
        ("whose number is 0205550199?", "friday.eml"),
    ],
)
def test_a_number_is_found_in_whatever_groups_it_is_written(cards: Library, query: str, name: str) -> None:
    hits = cards.search(query, 5)
    assert Path(hits[0].document.path).name == name
    assert hits[0].score > hits[1].score + 0.2
    found = [hit for hit in cards.search(f"{query} type:{name[-3:]}", 5) if hit.document.path == hits[0].document.path]
    assert found[0].score == hits[0].score  # a filter changes none


@pytest.mark.parametrize("query", ["NL91ABNA0417164300", "nl91 abna 0417 1643 00", "rent to NL91 ABNA 0417 1643 00"])
def test_an_account_is_found_in_fours_and_in_one(cards: Library, query: str) -> None:
    names = {Path(hit.document.path).name for hit in cards.search(query, 2)}
    assert names == {"solid.txt", "fours.txt"}


@pytest.mark.parametrize(
    ("asked", "written", "same"),
    [
        ("+442079460813", "0044 20 79 46 08 13", True),
        ("02079460813", "+44 20 7946 0813", True),
        ("+442079460813", "02079 460813", True),
        ("442079460813", "+44 (0)20 7946 0813", True),
        ("+4512345678", "12 34 56 78", True),
        ("+442079460813", "02079460813", True),
        ("02079460813", "00442079460813", True),
        ("+442079460813", "+44 20 7946 0814", False),
        ("02079460813", "06079460813", False),
        ("12345678", "9912345678", False),
        ("+442079460813", "+31 20 7946 0813", False),
    ],
)
def test_what_is_one_number(asked: str, written: str, same: bool) -> None:
    text = f"Tel 5: {written}, 3rd floor"
    assert stands_in(text, asked) is same
    phrases, alone = spellings(asked)
    words = re.findall(r"\w+", text)
    assert not same or any(phrase in " ".join(words) for phrase in phrases) or alone & set(words)


def test_a_file_that_is_called_so_has_it_too(cards: Library) -> None:
    names = [Path(hit.document.path).name for hit in cards.search("RE-1001", 5)]
    assert set(names[:2]) == {"RE-1001.txt", "list.txt"}
