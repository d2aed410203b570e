"""Threads and quotes in the catalog: the same in whatever order messages come, and each text shown once."""

import random
import sqlite3
from itertools import count
from pathlib import Path

import pytest
from conftest import SHARED
from hypothesis import given, settings
from hypothesis import strategies as some
from mail_shelf import Shelf, mail, quoted

from ragd.index.catalog import Catalog, View
from ragd.index.catalog.letters import base_subject
from ragd.index.catalog.schema import FORMAT

ASKED = "Who brings the long ladder on Saturday, and who holds it at the bottom?"
TOLD = "Paul brings it. He says that nobody need hold it since it has hooks."


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "catalog.sqlite")


def conversation() -> dict[str, bytes]:
    reply = f"{TOLD}\n\n{quoted(ASKED)}\n-- \nKees de Wit\n+31 20 555 0101\n"
    deeper = f"Good.\n\n{quoted(reply, 'Kees')}"
    return {
        "1.eml": mail(1, ASKED),
        "2.eml": mail(
            2, reply, author="Kees de Wit <kees@example.org>", to="dana@example.org", subject="Re: roof", answers=[1]
        ),
        "3.eml": mail(3, deeper, subject="Re: roof", answers=[1, 2]),
    }


@pytest.mark.parametrize(
    "order", [("1.eml", "2.eml", "3.eml"), ("3.eml", "2.eml", "1.eml"), ("2.eml", "3.eml", "1.eml")]
)
def test_each_text_is_shown_where_it_was_written_whatever_came_first(shelf: Shelf, order: tuple[str, ...]) -> None:
    letters = conversation()
    for name in order:
        shelf.put({name: letters[name]})
    assert shelf.shown("1.eml") == [ASKED]
    assert shelf.shown("2.eml") == [TOLD]
    assert shelf.shown("3.eml") == ["Good."]
    assert len({shelf.thread(name) for name in letters}) == 1


def test_a_quote_whose_message_is_not_there_is_found_once_and_goes_when_it_comes(shelf: Shelf) -> None:
    letters = conversation()
    shelf.put({name: letters[name] for name in ("2.eml", "3.eml")})
    assert shelf.shown("2.eml") == [TOLD, f"Dana wrote:\n> {ASKED}"]
    assert shelf.shown("3.eml") == ["Good."]
    shelf.put({"1.eml": letters["1.eml"]})
    assert shelf.shown("2.eml") == [TOLD]
    shelf.take_out(["1.eml"])
    assert shelf.shown("2.eml") == [TOLD, f"Dana wrote:\n> {ASKED}"]


def test_two_mails_that_quote_each_other_do_not_hide_what_nobody_else_has(shelf: Shelf) -> None:
    lost = quoted("The deed lies in the blue box under the stairs, behind the paint.", "Paul")
    shelf.put({"1.eml": mail(1, f"First.\n\n{lost}", answers=[2]), "2.eml": mail(2, f"Second.\n\n{lost}", answers=[1])})
    shown = shelf.shown("1.eml") + shelf.shown("2.eml")
    assert sum("blue box" in text for text in shown) == 1


def test_a_quote_is_known_rewrapped_and_shortened(shelf: Shelf) -> None:
    whole = "The gutters on the north side are full of leaves again. Last year the water came in over the porch."
    short = (
        "Kees wrote:\n> gutters on the north side are full\n> of leaves again. Last year the\n> water came in [...]\n"
    )
    shelf.put({"1.eml": mail(1, whole), "2.eml": mail(2, f"I will.\n\n{short}", answers=[1], subject="Re: roof")})
    assert shelf.shown("2.eml") == ["I will."]


def test_a_mail_without_words_of_its_own_keeps_a_passage_for_its_subject(shelf: Shelf) -> None:
    forward = "---------- Forwarded message ----------\nFrom: Dana\nDate: 1 March\nSubject: roof\nTo: Kees\n\n" + ASKED
    shelf.put(
        {"1.eml": mail(1, ASKED), "2.eml": mail(2, forward, subject="Fwd: roof", answers=[1]), "3.eml": mail(3, "")}
    )
    assert shelf.shown("2.eml") == [""] and shelf.shown("3.eml") == [""]


def test_a_signature_is_a_passage_of_its_own(shelf: Shelf) -> None:
    shelf.put({"1.eml": mail(1, f"{ASKED}\n\n-- \nDana Visser\nRoofs and gutters\n")})
    assert shelf.shown("1.eml") == [ASKED]
    (key,) = shelf.catalog.all_keys()
    ends = [one.chunk.text for one in shelf.catalog.of_key(key) if one.chunk.role == "signature"]
    assert ends == ["--\nDana Visser\nRoofs and gutters"]


@pytest.mark.parametrize(
    ("title", "base"),
    [
        ("Re: [ILUG] Antw: Roof", "roof"),
        ("RE[2]: roof", "roof"),
        ("AW: WG: Roof (fwd)", "roof"),
        ("Fwd: Re: SV: roof", "roof"),
        ("回复：roof", "roof"),
        ("Regarding the roof", "regarding the roof"),
        ("Re:", ""),
    ],
)
def test_prefixes_of_many_languages_are_no_part_of_a_subject(title: str, base: str) -> None:
    assert base_subject(title)[0] == base


def test_answers_without_ids_are_joined_by_subject_people_and_time(shelf: Shelf) -> None:
    shelf.put({"1.eml": mail(1, "When?")})
    dana, kees, paul = "dana@example.org", "kees@example.org", "paul@example.org"
    shelf.put({"2.eml": mail(2, "Soon.", subject="Antw: Roof", author=kees, to=dana)})
    shelf.put({"3.eml": mail(3, "Mine?", subject="Re: roof", author=paul, to=dana)})
    shelf.put({"4.eml": mail(90, "Later.", subject="Re: roof", author=kees, to=dana)})
    one, two, three, four = (shelf.thread(f"{number}.eml") for number in (1, 2, 3, 4))
    assert one == two
    assert len({one, three, four}) == 3


def test_monthly_invoices_stay_apart(shelf: Shelf) -> None:
    shelf.put({f"{day}.eml": mail(day, f"Bill {day}.", subject="Invoice") for day in (1, 8, 15)})
    assert len({shelf.thread(f"{day}.eml") for day in (1, 8, 15)}) == 3


def test_a_thread_holds_together_over_a_message_that_is_missing_and_falls_apart_without_its_middle(
    shelf: Shelf,
) -> None:
    shelf.put({"a.eml": mail(10, "A.", answers=[99]), "b.eml": mail(11, "B.", answers=[99])})
    assert shelf.thread("a.eml") == shelf.thread("b.eml")
    shelf.put({"c.eml": mail(20, "C.", subject="x"), "d.eml": mail(21, "D.", subject="y")})
    shelf.put({"e.eml": mail(22, "E.", subject="z", answers=[20, 21])})
    assert shelf.thread("c.eml") == shelf.thread("d.eml")
    shelf.take_out(["e.eml"])
    assert shelf.thread("c.eml") != shelf.thread("d.eml")


@some.composite
def mailboxes(draw: some.DrawFn) -> dict[str, bytes]:
    """Messages that answer, quote and forward each other, some without ids or references."""
    people = [f"{name}@example.org" for name in ("dana", "kees", "paul")]
    said: list[str] = []
    files = {}
    for number in range(draw(some.integers(2, 9))):
        above = draw(some.lists(some.integers(0, number - 1), max_size=3, unique=True)) if number else []
        own = draw(
            some.sampled_from(
                ["Yes.", "No.", f"Word{number} of the {number} roofs was that number {number} leaks again."]
            )
        )
        body = own + "".join(f"\n\n{quoted(said[one])}" for one in above[:2])
        said.append(body)
        files[f"{number}.eml"] = mail(
            number,
            body,
            subject=draw(
                some.sampled_from(["roof", "Re: roof", "Re: roof", "Re: [list] roof", "Fwd: invoice", "invoice"])
            ),
            author=draw(some.sampled_from(people)),
            to=draw(some.sampled_from(people)),
            answers=above if draw(some.booleans()) else (),
            day=draw(some.sampled_from([number, 0, 40 * number])),
            named=draw(some.booleans()),
        )
    return files


NUMBERS = count()


@settings(max_examples=25, deadline=None)
@given(mailboxes(), some.randoms(use_true_random=False))
def test_the_order_in_which_messages_come_and_go_never_matters(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], randomly: random.Random
) -> None:
    folder = tmp_path_factory.getbasetemp() / f"order-{next(NUMBERS)}"
    folder.mkdir()
    straight, shuffled = Shelf(folder / "straight"), Shelf(folder / "shuffled")
    names = list(files)
    gone = set(randomly.sample(names, randomly.randrange(len(names))))
    straight.put({name: data for name, data in files.items() if name not in gone})
    randomly.shuffle(names)
    while names:
        some_names, names = names[: randomly.randint(1, 3)], names[3:] if len(names) > 3 else []
        shuffled.put({name: files[name] for name in some_names})
    shuffled.put({name: data for name, data in files.items() if name not in shuffled.files})
    shuffled.take_out(sorted(gone))
    assert shuffled.state() == straight.state()


def test_a_real_mailing_list_comes_out_the_same_in_two_orders_and_in_parts(tmp_path: Path) -> None:
    folder = SHARED / "corpora/mail-spamassassin/easy-ham-1"
    if not folder.is_dir():
        pytest.skip("the mail corpus of ../shared is not here")
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.eml"))[:250]}
    straight, shuffled = Shelf(tmp_path / "straight"), Shelf(tmp_path / "shuffled")
    straight.put(files)
    names = list(files)
    random.Random(4).shuffle(names)
    for start in range(0, len(names), 37):
        shuffled.put({name: files[name] for name in names[start : start + 37]})
    assert shuffled.state() == straight.state()
    assert any(not shown for *_, chunks in straight.state().values() for *_, shown in chunks)


def test_a_catalog_of_the_first_format_is_carried_over_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    _first_format(path)
    carried = Catalog(path)
    assert carried.setting("format") == str(FORMAT)
    assert carried.other_readings("c9") == []  # its file brings it up to date, not its text
    assert carried.known_files("/mail")["/mail/1.eml"].reader == ""
    with View(path) as view:
        found = view.found(7, lambda _: True)
        assert found and found.labels == () and found.thread == "m1"
    carried.close()
    shelf = Shelf(path)
    shelf.put({"1.eml": mail(1, f"Yes.\n\n{quoted(ASKED)}")})
    assert shelf.shown("1.eml") == ["Yes.", f"Dana wrote:\n> {ASKED}"]
    assert shelf.catalog.purge(before=2e12) == [7]


def _first_format(path: Path) -> None:
    """What the first format's tables were, as far as it matters here, with one message in them."""
    new = Catalog(path)
    new.close()
    db = sqlite3.connect(path)
    for index in ("by_message", "by_subject", "undated"):
        db.execute(f"DROP INDEX documents_{index}")
    for index in ("chunks_by_passage", "chunks_covered"):
        db.execute(f"DROP INDEX {index}")
    for table in ("answers", "names", "targets", "shared", "days", "unsettled", "forgotten_contents"):
        db.execute(f"DROP TABLE {table}")
    later = {
        "documents": "tags links aliases asides subject moment loose",
        "places": "labels within conversations dated",
    }
    later |= {"chunks": "quoted covered role", "files": "read_at"}
    for table, columns in later.items():
        for column in columns.split():
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    db.execute("CREATE INDEX chunks_by_passage ON chunks (passage)")
    facts = (
        "one",
        "mail/1 c1-256",
        "mail",
        "mail/1",
        "roof",
        "dana@example.org",
        "[]",
        None,
        "m1",
        "[]",
        None,
        0,
        "[]",
        0,
    )
    db.execute(f"INSERT INTO documents VALUES (7{', ?' * 14})", facts)
    db.execute("INSERT INTO places VALUES ('/mail/1.eml', '', 7, 0)")
    db.execute("INSERT INTO files VALUES ('/mail/1.eml', 9, 0, 0, 0, 0, 'd', 'mail/1', 'indexed', NULL)")
    db.execute("INSERT INTO threads VALUES ('m1', 'm1')")
    db.execute("INSERT INTO reserved VALUES (7)")
    db.execute("UPDATE settings SET value = '1' WHERE name = 'format'")
    db.commit()
    db.close()
