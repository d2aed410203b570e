"""A greeting, a closing, a header, a signature or a rule is never quoted, and what a reply quotes stands apart."""

import pytest

from ragd.answer import courtesy, prompt, sentences
from ragd.answer.spans import spans_of
from ragd.places import describe, name_of
from ragd.records import Chunk, Found, Hit

MAIL = """Hi Kees,
The boiler was serviced on
Monday. It cost 340 euros.

> Dear all,
> could somebody tell me what the
> boiler did cost this year? I need it for the tax
> return.
>
> > It is in the folder.

-----Original Message-----
From: Merle Ox
Sent: 2 March 2024
Subject: Boiler

Kind regards,
Dana
-- 
Dana Visser, Heating and Plumbing
Call 555-0100 for boilers
"""


def spans(text: str, kind: str = "mail", *, quoted: bool = False) -> list[str]:
    document = Found("d", "", "/a/Boiler papers.eml", None, None, kind, "Dana <d@a.example>", None, None, ())  # type: ignore[arg-type]
    chunk = Chunk("d", 0, 0, len(text), text, (), None, quoted)
    return [span.text for span in spans_of([Hit(chunk, document, 1.0, {}, "", None, None)])]


@pytest.mark.parametrize(
    "line",
    [
        *("Hi Kees,", "Hi all", "Hello!", "Dear Mr. de Wit,", "Good morning Dana", "Beste Kees,", "> Hi Kees,"),
        *("Best regards, Dana", "Thanks,", "Cheers", "Many thanks!", "Met vriendelijke groet,", "Thank you"),
    ],
)
def test_greetings_and_closings_are_known(line: str) -> None:
    assert courtesy.greets(line)


@pytest.mark.parametrize(
    "line",
    [
        *("Hi Kees, the boiler is cold.", "Dear is the price of oil.", "Thanks to Dana we won.", "Love is blind"),
        *("All slates were slipped.", "Hello World is a program that ends", "Hi the boiler broke", "Best before May"),
    ],
)
def test_a_line_that_says_something_is_none(line: str) -> None:
    assert not courtesy.greets(line)


def test_a_mail_is_quoted_without_what_says_nothing() -> None:
    said = spans(MAIL)
    assert "The boiler was serviced on\nMonday." in said
    for never in ("Hi Kees", "Dear all", "Original Message", "From:", "Sent:", "Kind regards", "555-0100", "-- "):
        assert not any(never in one for one in said), never


def test_the_wrapped_lines_of_a_quote_are_one_sentence_and_stay_apart_from_the_reply() -> None:
    said = spans(MAIL)
    assert "> could somebody tell me what the\n> boiler did cost this year?" in said
    assert not any("340" in one and "tax" in one for one in said)
    assert not any("tax" in one and "folder" in one for one in said)


def test_a_quotes_marks_are_not_shown() -> None:
    document = Found("d", "", "/a.eml", None, None, "mail", None, None, None, ())
    text = "| I hope that all people\n| will notice.\n"
    hit = Hit(Chunk("d", 0, 0, len(text), text, (), None), document, 1.0, {}, "", None, None)
    assert [span.shown for span in spans_of([hit])] == ["I hope that all people will notice."]


def test_a_table_keeps_its_pieces() -> None:
    assert [text for text in spans("| a b | c |\n|---|---|\n| d e | f |", "note")][:1] == ["| a b | c |"]
    assert sentences.pieces("| a | b |\n| c | d |") == [(0, 9), (10, 19)]


def test_who_wrote_a_mail_did_not_write_what_it_quotes() -> None:
    document = Found("d", "", "/a.eml", None, None, "mail", "Dana <d@a.example>", None, None, ())
    for quoted in (True, False):
        hit = Hit(Chunk("d", 0, 0, 12, "I paid it all", (), None, quoted), document, 1.0, {}, "", None, None)
        assert bool(spans_of([hit])[0].facts.people) is not quoted


def test_the_question_before_an_answer_is_anothers_and_in_no_quote_with_it() -> None:
    document = Found("d", "", "/a.eml", None, None, "mail", "Dana <d@a.example>", None, None, ())
    text = "Did you pay it all?\nYes, on Friday."
    hit = Hit(Chunk("d", 0, 0, len(text), text, (), None, lead=19), document, 1.0, {}, "", None, None)
    found = {span.text: bool(span.facts.people) for span in spans_of([hit])}
    assert found == {"Did you pay it all?": False, "Yes, on Friday.": True}
    assert [describe(hit.chunk, document, *place) for place in ((0, 19), (20, 35), (0, 35))] == [
        "Dana > quoted",
        "Dana",
        "Dana",
    ]
    assert "> Did you pay it all?\nYes, on Friday." in prompt.quoted(1, hit)


def test_a_document_without_a_title_goes_by_its_files_name() -> None:
    document = Found("d", "", "/a/Theft policy.txt", None, None, "text", None, None, None, ())
    hit = Hit(Chunk("d", 0, 0, 12, "It pays 450.", (), None), document, 1.0, {}, "", None, None)
    assert spans_of([hit])[0].facts.text.startswith("Theft policy")


@pytest.mark.parametrize(
    ("author", "said"),
    [
        ("van der Meer, Piet <piet@example.org>", "van der Meer, Piet"),
        ("Whitfield & Partners, LLP <office@example.org>", "Whitfield & Partners, LLP"),
        ("<zoe@example.org>", "zoe@example.org"),
        ("zoe@example.org", "zoe@example.org"),
        ("Zoe", "Zoe"),
    ],
)
def test_a_name_is_told_as_it_is_written(author: str, said: str) -> None:
    assert name_of(author) == said
