"""Whose words a mail quotes: the name above each quote where it is sure, and no name where it is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_shelf import mail

from ragd import Library
from ragd.index.speakers import quoted_in, speaker_in
from ragd.parsers.mail.replies import asides

CLARA, DANA = "Clara Whitfield <clara@example.org>", "Dana Okafor <dana@example.org>"
NAMED = "Am 06.03.2021 um 10:15 schrieb Clara Whitfield:"
REPLY = (
    "Dear Clara,\n\nI will look at the claim on Thursday and call you from the office.\n\n"
    f"{NAMED}\n> Dear Dana,\n>\n> The declaratory action must be filed before the end of April, because the\n"
    "> limitation period ends then.\n> -- \n> Clara Whitfield\n> Member of the chess club\n"
)


def told(text: str) -> list[tuple[str, str | None]]:
    """What is quoted in a mail, each by its first word, and from whom."""
    found = quoted_in(text, [(one.start, one.end, one.kind) for one in asides(text, author=DANA)])
    return [(text[one.start : one.end].strip("> \n-").split()[0], one.speaker) for one in found]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (NAMED, "Clara Whitfield"),
        ("On Mon, 2 Sep 2002 18:53:24 +0100, Kees de Wit\n<kees@example.org> wrote:", "Kees de Wit"),
        ("> On 3/2/21 10:15 AM, Dana Visser wrote:", "Dana Visser"),
        ("Il giorno 2 set 2002, Kees de Wit ha scritto:", "Kees de Wit"),
        ("El 6 de marzo de 2021, 10:15, Clara escribió:", "Clara"),
        ("张三 <z@example.org> 于2021年3月6日周六 10:15写道：", "张三"),
        ("kees@example.org (Kees de Wit) writes:", "Kees de Wit"),
        ("On July 21, kees@example.org said:", "kees@example.org"),
        ("In message <a1@example.org>, Dana Visser\n<dana@example.org> writes:", "Dana Visser"),
        ("-----Original Message-----\nFrom: Claims Desk\nSent: Monday\nTo: Dana", "Claims Desk"),
        ("Von: Whitfield, Clara <clara@example.org>\nGesendet: Montag, 1. Mai\nAn: Dana", "Clara Whitfield"),
        ("> From: list@a.example [mailto:list@a.example] On Behalf Of\n> Dana Visser\n> Sent: x", "Dana Visser"),
        ("-----Original Message-----\nFrom: dana@example.org (Dana Visser)\nSent: Monday", "Dana Visser"),
        ("Von: (Dana Visser)\nGesendet: Montag", "Dana Visser"),
        ("From: Dana Visser (IT) <dana@example.org>\nSent: Monday", "Dana Visser (IT)"),
        ("At 10:15 PM 3/2/2002 -0500, you wrote:", None),
        ("Yesterday, I wrote:", None),
        ("On Tue, 3 Mar 2021 10:15:32 GMT, somebody wrote:", None),
        ("Frequently Asked Questions:", None),
        ("Begin forwarded message:", None),
    ],
)
def test_a_line_above_a_quote_says_whose_it_is(line: str, name: str | None) -> None:
    assert speaker_in(line) == name


def test_each_depth_of_a_quote_has_the_nearest_name_above_it() -> None:
    deep = "Clara wrote:\n> On Monday Kees de Wit wrote:\n>\n> > Roofs leak.\n> Walls too.\n\nOurs.\n\n> Doors also.\n"
    assert told(deep) == [("Roofs", "Kees de Wit"), ("Walls", "Clara"), ("Doors", "Clara")]
    assert told("So.\n\nClara wrote:\n> > Roofs leak.\n> Walls too.\n") == [("Roofs", None), ("Walls", "Clara")]
    assert told('So.\n\n>>>>> "K" == Kees Wit <k@a.example> writes:\n\nK> Roofs\nK> leak.\n') == [("K>", "Kees Wit")]
    assert told("So.\n\n> Roofs leak.\n> And walls.\n") == [("Roofs", None)]


def test_what_is_forwarded_is_told_under_who_wrote_it_and_so_is_its_end() -> None:
    head = "---- Original Message ----\nFrom: Claims Desk <claims@example.org>\nSent: Monday\nSubject: roof\n\n"
    assert told(f"See below.\n\n{head}We pay 300 euros.\n\nRegards,\nPaul\n") == [
        ("We", "Claims Desk"),
        ("Regards,", "Claims Desk"),
    ]


def test_of_two_names_above_one_quote_neither_is_told() -> None:
    both = "So.\n\nKees wrote:\n> From: Clara <clara@example.org>\n> Date: Monday\n>\n> Roofs leak.\n"
    assert told(both) == [("Roofs", None)]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/reply.eml").write_bytes(mail(7, REPLY, author=DANA, to=CLARA, subject="Declaratory action"))
    with Library.open(tmp_path / "home") as library:
        library.add([tmp_path / "mail"])
        yield library


def test_quoted_words_are_told_under_the_name_of_who_is_quoted(library: Library) -> None:
    (hit,) = [one for one in library.search("limitation period", 10) if "limitation" in one.text]
    assert hit.place == "Dana Okafor to Clara Whitfield, 8 March 2024 > quoted from Clara Whitfield"
    (end,) = [one for one in library.search("chess club", 10) if "chess" in one.text]
    assert end.place.endswith("> quoted from Clara Whitfield")


def test_what_somebody_said_is_not_answered_by_what_they_quote(library: Library) -> None:
    for question in ("What did Dana say about the declaratory action?", "Dana's view of the limitation period?"):
        assert not any("limitation" in one.quote for one in library.ask(question, model="quotes").citations)
    clara = library.ask("What did Clara say about the declaratory action?", model="quotes")
    (cited,) = [one for one in clara.citations if "end of April" in one.quote]
    assert cited.place.endswith("> quoted from Clara Whitfield")
