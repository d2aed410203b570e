"""What was found is shown where it is now, and says when it is not; a query that can find nothing says why."""

import os
from datetime import date, datetime
from pathlib import Path

import pytest

from ragd import Library
from ragd.errors import QueryError, SourceError
from ragd.records import Found
from ragd.search.query import parse
from ragd.search.unmatched import why_nothing

MAIL = "From: Dana Visser <dana@visser.example>\nTo: Kees <kees@hofland.example>\nSubject: {0}\n{1}\n{2}\n"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = tmp_path / "files"
    (root / "taxes").mkdir(parents=True)
    (root / "taxes" / "roof.txt").write_text("The roofer found two slipped slates above the boiler room.")
    (root / "garden.md").write_text("# Garden\n\nPlant the wall with roses.")
    (root / "old.eml").write_text(MAIL.format("Boats", "", "The boats are painted."))
    (root / "new.eml").write_text(MAIL.format("Slates", "Date: Sat, 2 Mar 2024 10:00:00 +0100\n", "Slates again."))
    noon = datetime(2020, 9, 13, 12).timestamp()  # wherever the tests run
    os.utime(root / "old.eml", (noon, noon))
    return root


@pytest.fixture
def opened(own_home: Path, files: Path, told: list[str]) -> Library:
    library = Library.open(own_home, say=told.append)
    library.add([files])
    return library


def found(library: Library, query: str) -> None:
    library.keep(library.find(query))


def test_a_file_that_went_away_is_told_with_its_remedy(opened: Library, files: Path, told: list[str]) -> None:
    found(opened, "slipped slates")
    (files / "taxes" / "roof.txt").rename(files / "taxes" / "slates.txt")
    assert "slipped slates" in opened.passage(1).text
    assert told == [f"{files}/taxes/roof.txt is no longer there; `ragd sync` makes the index equal to the disk"]
    with pytest.raises(SourceError, match=r"roof\.txt is no longer there: `ragd sync`"):
        opened.location(1)


def test_where_the_same_content_stays_is_told(opened: Library, files: Path, told: list[str]) -> None:
    (files / "copy.txt").write_bytes((files / "taxes" / "roof.txt").read_bytes())
    opened.sync()
    found(opened, "slipped slates in:taxes")
    (files / "taxes" / "roof.txt").unlink()
    assert opened.location(1)["document"]["path"] == str(files / "copy.txt")
    assert f"the same content is at {files}/copy.txt" in told[-1]


def test_after_a_sync_a_renamed_file_is_found_at_its_new_place(opened: Library, files: Path, told: list[str]) -> None:
    found(opened, "slipped slates")
    (files / "taxes").rename(files / "papers")
    opened.sync()
    assert opened.passage(1).document.path == str(files / "papers" / "roof.txt")
    assert told == [f"{files}/taxes/roof.txt is no longer there; the same content is at {files}/papers/roof.txt"]


def test_a_file_that_was_written_since_is_shown_as_it_was_read(opened: Library, files: Path, told: list[str]) -> None:
    found(opened, "slipped slates")
    (files / "taxes" / "roof.txt").write_text("Nothing of it is left.")
    assert "slipped slates" in opened.passage(1).text
    assert "was changed after it was read" in told[-1]


def test_whoever_searches_or_asks_is_told_that_a_file_was_written_since(
    opened: Library, files: Path, told: list[str]
) -> None:
    assert opened.find("slipped slates in:taxes").notes == ()
    (files / "taxes" / "roof.txt").write_text("Nothing of it is left.")
    assert "was changed after it was read" in opened.find("slipped slates in:taxes").notes[-1]
    assert opened.ask("which slates had slipped in:taxes", model="quotes").citations
    assert "was changed after it was read" in told[-1]


@pytest.mark.parametrize(
    "query", ["", "  ", '""', "?!", "-slates", '-"two slates" -roses', "-'slates'", "-(two", '-"two']
)
def test_a_query_that_asks_for_nothing_is_an_error_with_a_remedy(opened: Library, query: str) -> None:
    with pytest.raises(QueryError, match="add a word, or a filter such as type:mail"):
        opened.search(query)


def test_filters_alone_list_the_newest_and_leave_out_what_must_not_occur(opened: Library, files: Path) -> None:
    assert [Path(hit.document.path).name for hit in opened.search("type:mail")] == ["new.eml", "old.eml"]
    assert [Path(hit.document.path).name for hit in opened.search("type:mail -painted")] == ["new.eml"]
    assert [Path(hit.document.path).name for hit in opened.search("-type:mail -roses")] == ["roof.txt"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("slates type:foo", "type:foo: nothing here is of this type; there are mail (2), "),
        ("slates in:taxis", "in:taxis: no folder or file has this name; do you mean taxes?"),
        ("from:dena", "from:dena: nobody of this name wrote anything here; do you mean dana?"),
        ("to:merle", "to:merle: nothing here went to anybody of this name; there are "),
        ("boats before:1999", "before:1999: nothing here is older than that day; the oldest is of 13 September 2020"),
        ("label:nosuch", "label:nosuch: nothing here has this label"),
        ("tag:nosuch", "tag:nosuch: nothing here has this tag"),
        ("title:regatta", "title:regatta: no title has these words in a row"),
        ("from:dana in:taxes", "each condition is met by some documents, but all of them by none: from:dana (2), "),
    ],
)
def test_the_condition_that_nothing_meets_is_named(opened: Library, query: str, said: str) -> None:
    results = opened.find(query)
    assert not results.hits
    assert len(results.notes) == 1
    assert results.notes[0].startswith(said)


def test_only_what_is_plainly_a_suffix_is_offered_as_one() -> None:
    paths = [
        "/m/a.PDF",
        "/m/cur/1795268524.M46P21.vm:2,RS",
        "/m/new/1795268524.M46P21.vm",
        "/m/x.7c53336b37003a9286",
        "/m/y.1",
    ]
    there = [(Found("", "", path, None, None, "mail", None, None, None, ()), 1) for path in paths]
    (said,) = why_nothing(parse("type:banana", today=date(2024, 6, 1)), lambda _: 0, lambda _: there)
    assert said == "type:banana: nothing here is of this type; there are mail (5), and by suffix pdf"


def test_a_files_date_is_not_taken_for_the_mails_own(opened: Library) -> None:
    dated, undated = opened.search("type:mail")
    assert (dated.document.date_from, undated.document.date_from) == ("content", "file")
    assert "2 March 2024" in dated.place
    assert "2020" not in undated.place and (undated.document.date or "").startswith("2020-09-13")
    assert undated.document.own_date is None


def test_what_a_program_searches_moves_no_number_that_a_person_sees(opened: Library, files: Path) -> None:
    opened.keep(opened.find("slipped slates"), by_program=True)
    assert "slipped slates" in opened.passage(1).text  # nobody saw anything yet
    found(opened, "slipped slates")
    (files / "other.txt").write_text("Zucchini for the soup.")
    opened.sync()
    opened.keep(opened.find("zucchini soup"), by_program=True)
    assert "slipped slates" in opened.passage(1).text
    assert "Zucchini" in opened.passage(1, by_program=True).text
    opened.forget([files])
    assert not list(opened.home.path.glob("last*"))
