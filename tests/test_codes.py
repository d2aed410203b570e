"""A number or a code is found where it stands: what only looks like it comes after."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_shelf import mail

from ragd import Library
from ragd.search.codes import codes_of


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
    (root / "RE-1001.txt").write_text("Two rolls of felt.\n")
    (root / "list.txt").write_text("Paid so far: RE-1001, RE-1002.\n")
    with Library.open(tmp_path_factory.mktemp("home") / "ragd") as library:
        library.add([root])
        yield library


@pytest.mark.parametrize("query", ["07700 900461", "7946 0813", "LR-40417", "phone number 07700 900461", "900461"])
def test_what_has_the_number_comes_first(cards: Library, query: str) -> None:
    assert Path(cards.search(query, 5)[0].document.path).name == "claim.eml"


def test_a_file_that_is_called_so_has_it_too(cards: Library) -> None:
    names = [Path(hit.document.path).name for hit in cards.search("RE-1001", 5)]
    assert set(names[:2]) == {"RE-1001.txt", "list.txt"}
