"""Threads: what mails say, what mail programs know of them; the same in any order, and after some are gone."""

from base64 import b64encode
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from mail_shelf import Shelf, mail

from ragd.index.catalog.letters import WINDOW, Letter, namesakes
from ragd.index.catalog.subjects import joining
from ragd.parsers.mail import conversations
from ragd.parsers.mail.mapi import CONVERSATION_INDEX, SUBJECT, Item, letter_from
from ragd.parsers.mail.mime import message_of

PEOPLE = some.sampled_from(["", "dana", "kees", "paul"])
INDEX = bytes([1, 0xD9, *range(20)])


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "catalog.sqlite")


@some.composite
def letters(draw: some.DrawFn) -> list[Letter]:
    drawn = draw(
        some.lists(
            some.tuples(
                *(PEOPLE, some.frozensets(PEOPLE, max_size=2)),
                *(some.booleans(), some.booleans(), some.booleans(), some.booleans(), some.integers(0, 9)),
            ),
            max_size=14,
        )
    )
    return [
        Letter(
            *(key, f"d{key}", f"m{key}" if named else None, ("missing",) if refers else ()),
            *(author, recipients, "roof", answers, listed, when * WINDOW // 3),
        )
        for key, (author, recipients, named, refers, answers, listed, when) in enumerate(drawn)
    ]


def are_related(one: Letter, other: Letter) -> bool:
    """The rule, asked of every two."""
    if not namesakes(one, other):
        return False
    if one.author == other.author or (one.listed and other.listed):
        return bool(one.recipients & other.recipients)
    return one.author in other.recipients and other.author in one.recipients


def groups(names: list[str], pairs: list[tuple[str, str]]) -> set[frozenset[str]]:
    found = {name: frozenset([name]) for name in names}
    for one, other in pairs:
        both = found[one] | found[other]
        found |= dict.fromkeys(both, both)
    return set(found.values())


@settings(max_examples=300)
@given(letters(), some.integers(0, 14))
def test_few_pairs_join_what_all_pairs_would(drawn: list[Letter], known: int) -> None:
    names = [one.node for one in drawn]
    every = [(one.node, other.node) for one, other in combinations(drawn, 2) if are_related(one, other)]
    old = [(one.node, other.node) for one, other in combinations(drawn[:known], 2) if are_related(one, other)]
    few = list(joining(drawn[known:], drawn[:known])) if drawn[known:] else []
    assert set(few) <= {(a, b) for one, other in every for a, b in ((one, other), (other, one))} | {
        (name, name) for name in names
    }
    assert groups(names, [*old, *few]) == groups(names, every)


def test_thousands_of_mails_of_one_subject_without_ids_are_joined_at_once(shelf: Shelf) -> None:
    shelf.put({f"{n}.eml": mail(n, f"Done {n}.", subject="Re: backup", day=n / 100, named=False) for n in range(600)})
    assert len({thread for _, thread, _ in shelf.state().values()}) == 1


def told(message: bytes, *facts: str) -> bytes:
    return "".join(f"{fact}\n" for fact in facts).encode() + message


def outlook(answers: int = 0, beginning: bytes = INDEX) -> str:
    return f"Thread-Index: {b64encode(beginning + bytes(5 * answers)).decode()}"


MAILS = {
    "one.eml": told(mail(1, "One.", subject="Roof"), "X-GM-THRID: 1712345678901234567"),
    "two.eml": told(mail(2, "Two.", subject="The slates"), "X-GM-THRID: 1712345678901234567", outlook()),
    "three.eml": told(mail(3, "Three.", subject="Tiles"), outlook(answers=2)),
    "other.eml": told(mail(4, "Four.", subject="Lamp"), "X-GM-THRID: 1712345678901234568", "Thread-Index: none"),
}


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(some.permutations(list(MAILS)), some.integers(1, 4))
def test_what_gmail_and_outlook_know_of_conversations_joins_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], together: int
) -> None:
    shelf = Shelf(tmp_path_factory.mktemp("home") / "catalog.sqlite")
    for at in range(0, len(order), together):
        shelf.put({name: MAILS[name] for name in order[at : at + together]})
    assert [shelf.thread(name) for name in ("one.eml", "two.eml", "three.eml")] == ["m1@example.org"] * 3
    assert shelf.thread("other.eml") == "m4@example.org"
    shelf.take_out(["two.eml"])
    assert shelf.thread("one.eml") != shelf.thread("three.eml")
    shelf.catalog.close()


def test_a_message_is_one_document_whatever_a_program_wrote_above_it_and_stands_where_the_rest_does(
    shelf: Shelf,
) -> None:
    bare = {"bare/1.eml": mail(1, "One.", subject="Roof"), "bare/2.eml": mail(2, "Two.", subject="The slates")}
    shelf.put(bare)
    assert shelf.thread("bare/1.eml") != shelf.thread("bare/2.eml")
    shelf.put({name: MAILS[name] for name in ("one.eml", "two.eml")})
    state = shelf.state()
    assert state["/mail/bare/1.eml"][0] == state["/mail/one.eml"][0]
    assert shelf.thread("bare/1.eml") == shelf.thread("bare/2.eml") == "m1@example.org"
    shelf.take_out(["one.eml"])  # the export goes, the messages stay: nothing says any more that they belong together
    assert shelf.thread("bare/1.eml") != shelf.thread("bare/2.eml")


def test_a_place_that_tells_another_conversation_leaves_the_one_before(shelf: Shelf) -> None:
    shelf.put({name: MAILS[name] for name in ("one.eml", "two.eml")})
    shelf.put({"two.eml": told(mail(2, "Two.", subject="The slates"), "X-GM-THRID: 99")})
    assert shelf.thread("one.eml") != shelf.thread("two.eml")


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("X-GM-THRID: 17", ("gmail 17",)),
        ("X-GM-THRID: seventeen", ()),
        (outlook(), (f"outlook {INDEX.hex()}",)),
        (outlook(3), (f"outlook {INDEX.hex()}",)),
        (outlook()[:-6], ()),
        (outlook(beginning=bytes(22)), ()),
        ("Thread-Index: what is this", ()),
    ],
)
def test_the_conversations_that_a_header_names(header: str, names: tuple[str, ...]) -> None:
    assert conversations.of_headers(message_of(told(mail(1, "x"), header))) == names


def test_outlooks_own_property_names_the_same_conversation() -> None:
    letter = letter_from(Item({SUBJECT: "Roof", CONVERSATION_INDEX: INDEX + bytes(10)}))
    assert letter.conversations == (f"outlook {INDEX.hex()}",)
