"""Which quotes are hidden: all that stand in another message, none that do not, and at a cost that stays linear."""

import sqlite3
from pathlib import Path

import pytest
from mail_shelf import Shelf, mail, quoted

from ragd.index.catalog import Catalog
from ragd.index.catalog.quotes import Quotes

SAID = (
    "The gutters on the north side are full of leaves again. Last year the water came in over the porch, and the"
    " carpenter said that the beam below it would not last another winter like that one."
)
KEES = "Kees de Wit <kees@example.org>"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "catalog.sqlite")


def wrapped(mark: str, text: str = SAID, width: int = 50) -> str:
    """A text with a mark before each of its lines."""
    words, lines = text.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(f"{mark}{line}" for line in lines)


@pytest.mark.parametrize("mark", ["> ", ">> > ", "DV> ", "Dana> ", ">DV> "])
def test_a_quote_is_known_by_its_words_whatever_marks_its_lines(shelf: Shelf, mark: str) -> None:
    answer = mail(2, f"I will.\n\nDana wrote:\n{wrapped(mark)}\n", answers=[1], author=KEES)
    shelf.put({"1.eml": mail(1, SAID), "2.eml": answer})
    assert shelf.shown("2.eml") == ["I will."]


def test_what_is_written_between_the_lines_of_a_quote_is_shown(shelf: Shelf) -> None:
    between = "> I told the carpenter to come on Monday with scaffolding."
    body = f"{wrapped('> ')}\n{between}\n{wrapped('> ', 'The leaves are from the big maple tree of the neighbours.')}"
    both = f"{SAID} The leaves are from the big maple tree of the neighbours."
    shelf.put({"1.eml": mail(1, both), "2.eml": mail(2, f"So.\n\nDana wrote:\n{body}\n", answers=[1], author=KEES)})
    assert "scaffolding" in "\n".join(shelf.shown("2.eml"))


def test_the_header_of_what_is_quoted_hides_nothing_and_is_not_shown_for_itself(shelf: Shelf) -> None:
    head = "> From: Dana Visser <dana@example.org>\n> Date: Fri, 2 Mar 2024 23:14:20 +0200\n>\n"
    shelf.put(
        {"1.eml": mail(1, SAID), "2.eml": mail(2, f"I will.\n\n{head}{wrapped('> ')}\n", answers=[1], author=KEES)}
    )
    assert shelf.shown("2.eml") == ["I will."]


def statements(folder: Path, count: int) -> int:
    """How many questions are asked of the catalog when so many mails come that quote one that is missing."""
    shelf = Shelf(folder / f"{count}.sqlite")
    shelf.put(
        {f"{n}.eml": mail(n, f"Answer {n}.\n\n{quoted(SAID)}", answers=[100_000], day=n / 100) for n in range(count)}
    )
    connection = sqlite3.connect(shelf.path)
    keys = [row[0] for row in connection.execute("SELECT key FROM documents")]
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    Quotes(connection, shelf.path).settle(keys)
    connection.close()
    shown = [name for name in shelf.files if len(shelf.shown(name)) > 1]
    assert shown == ["0.eml"]  # the first shows what is quoted in all
    return len(asked)


def test_twice_as_many_answers_to_a_missing_message_are_twice_the_work(tmp_path: Path) -> None:
    assert statements(tmp_path, 400) < 2.5 * statements(tmp_path, 200)


def test_what_a_stopped_run_did_not_compare_the_next_one_compares(shelf: Shelf) -> None:
    shelf.put({"1.eml": mail(1, SAID), "2.eml": mail(2, f"I will.\n\n{quoted(SAID)}", answers=[1])}, settled=False)
    assert len(shelf.shown("2.eml")) == 2
    shelf.catalog.close()
    shelf.catalog = Catalog(shelf.path)
    assert list(shelf.catalog.quotes.settle_rest())
    assert shelf.shown("2.eml") == ["I will."]
    assert not list(shelf.catalog.quotes.settle_rest())


def test_a_short_answer_between_two_quoted_lines_is_its_writers_own(shelf: Shelf) -> None:
    first = "Shall the carpenter come with the scaffolding on Monday morning?"
    second = "And who lets him in at the back of the house?"
    shelf.put(
        {"1.eml": mail(1, f"{first}\n{second}"), "2.eml": mail(2, f"> {first}\nNo.\n> {second}\nKees.\n", answers=[1])}
    )
    assert shelf.shown("2.eml") == [f"> {first}\nNo.", f"> {second}\nKees."]


def test_an_answer_that_says_enough_stands_without_what_it_answers(shelf: Shelf) -> None:
    asked = "Shall the carpenter come with the scaffolding on Monday morning?"
    said = (
        "No, on Monday I am in town, and on Tuesday there will be rain: he should come on Wednesday with the big"
        " ladder, and bring his brother."
    )
    shelf.put({"1.eml": mail(1, asked), "2.eml": mail(2, f"> {asked}\n{said}", answers=[1])})
    assert shelf.shown("2.eml") == [said]


def test_a_question_goes_with_its_answer_in_whatever_order_mails_come(tmp_path: Path) -> None:
    asked = "Shall the carpenter come with the scaffolding on Monday morning?"
    files = {"1.eml": mail(1, asked), "2.eml": mail(2, f"Dana wrote:\n> {asked}\nNo.", answers=[1], author=KEES)}
    states = []
    for number, names in enumerate((["1.eml", "2.eml"], ["2.eml", "1.eml"])):
        shelf = Shelf(tmp_path / f"{number}.sqlite")
        for name in names:
            shelf.put({name: files[name]})
        assert shelf.shown("2.eml") == [f"Dana wrote:\n> {asked}\nNo."]
        states.append(shelf.state())
        shelf.take_out(["1.eml"])
        assert shelf.shown("2.eml") == [f"Dana wrote:\n> {asked}\nNo."]
    assert states[0] == states[1]


@pytest.mark.parametrize("change", [("another winter", "another win\n> ter"), ("full of", "full of [snip]")])
def test_a_broken_word_and_a_mark_of_what_was_left_out_hide_no_quote(shelf: Shelf, change: tuple[str, str]) -> None:
    body = f"I will.\n\nDana wrote:\n> {SAID}\n".replace(*change)
    shelf.put({"1.eml": mail(1, SAID), "2.eml": mail(2, body, answers=[1], author=KEES)})
    assert shelf.shown("2.eml") == ["I will."]


def test_a_short_answer_in_small_letters_is_its_writers_own(shelf: Shelf) -> None:
    first = "Shall the carpenter come with the scaffolding on Monday or on Tuesday morning"
    second = "and who lets him in at the back of the house?"
    shelf.put(
        {"1.eml": mail(1, f"{first}\n{second}"), "2.eml": mail(2, f"> {first}\non tuesday\n> {second}\n", answers=[1])}
    )
    assert shelf.shown("2.eml") == [f"> {first}\non tuesday"]


@pytest.mark.parametrize("remark", ["> No, Tuesday.", "> Never!", "> North."])
def test_a_remark_of_a_word_or_two_between_quoted_lines_is_shown(shelf: Shelf, remark: str) -> None:
    body = f"{wrapped('> ')}\n{remark}\n"
    shelf.put({"1.eml": mail(1, SAID), "2.eml": mail(2, f"So.\n\n{body}", answers=[1], author=KEES)})
    assert remark in "\n".join(shelf.shown("2.eml"))
    shelf.put({"3.eml": mail(3, f"So.\n\n{remark}\n", answers=[1], author=KEES)})
    assert remark in shelf.shown("3.eml")


def test_the_end_of_a_quoted_line_that_a_program_broke_off_is_no_passage(shelf: Shelf) -> None:
    broken = (
        "> > The carpenter comes with his scaffolding on Monday and brings his\n> s\n> > brother to hold the ladder."
    )
    shelf.put({"2.eml": mail(2, f"Good.\n\n{broken}\n", answers=[1])})
    assert "> s" not in shelf.shown("2.eml")


def test_a_header_above_a_deeper_quote_is_no_passage_of_its_own(shelf: Shelf) -> None:
    head = "> From: Kees de Wit <kees@example.org>\n> Date: Sat, 3 Mar 2024 23:14:20 +0200\n>\n"
    shelf.put({"3.eml": mail(3, f"Good.\n\n{head}{wrapped('> > ')}\n", answers=[2])})
    assert [text.count("\n") > 2 for text in shelf.shown("3.eml")] == [False, True]
