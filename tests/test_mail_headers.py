"""A header that is out of all bounds costs no more than itself: the message, its body and its other facts stay."""

import time

import pytest

from ragd.parsers.mail.letter import Parts, document_of
from ragd.parsers.mail.mime import letter_of, message_of, parts_of
from ragd.records import Document

OTHERS = (
    "From: Dana Visser <dana@example.org>\nSubject: Roof\nDate: Sat, 2 Mar 2024 10:15:00 +0100\nMessage-ID: <a@x>\n"
)
KEES = "Kees <kees@example.org>"
SECONDS = 5.0  # of the processor; each takes less than one, and what is squared in the length of a header takes minutes


def read(header: str) -> Document:
    began = time.process_time()
    message = message_of(f"{header}\n{OTHERS}\nTwo slates slipped.\n".encode())
    document = document_of(letter_of(message, parts_of(message)))
    assert time.process_time() - began < SECONDS
    return document


@pytest.mark.parametrize(
    "header",
    [
        f"To: {KEES}, {'(' * 200_000}",
        f"To: {'(' * 100_000}{')' * 100_000} {KEES}",
        f"To: {KEES} {'(a ' * 100_000}{')' * 100_000}",
        f"To: {KEES}, {'a:' * 100_000} x@example.org",
        f"To: {KEES}, {'@' * 300_000}",
        f"To: {KEES}, {'<' * 300_000}",
        f"To: {KEES}, {'a' * 900_000}",
        f"To: {KEES}, {chr(34) * 500_001}",
    ],
    ids=lambda header: header[:50],
)
def test_a_list_of_addresses_is_read_as_far_as_it_goes(header: str) -> None:
    document = read(header)
    assert document.text == "Two slates slipped." and document.title == "Roof"
    assert any("kees@example.org" in one for one in document.recipients)


def test_of_a_hundred_thousand_recipients_the_first_thousand_are_kept() -> None:
    document = read("To: " + ",\n ".join(f"Person {number} <p{number}@example.org>" for number in range(100_000)))
    assert len(document.recipients) == 1000 and document.recipients[0] == "Person 0 <p0@example.org>"


def test_of_endless_references_the_newest_are_kept() -> None:
    document = read("References: " + "\n ".join(f"<r{number}@example.org>" for number in range(60_000)))
    assert document.references[-1] == "r59999@example.org" and len(document.references) == 200


@pytest.mark.parametrize(
    "header",
    [
        "Content-Type: text/plain; " + 'a="x;\\";' * 100_000,
        "Content-Type: text/plain" + ";" * 500_000,
        "Content-Type: text/plain; " + "name*0*=" + "%41" * 300_000,
        "Sender: " + "(" * 500_000,
        "In-Reply-To: " + "message from " * 80_000,
        "X-Gmail-Labels: " + '"' * 500_001,
        "Received: " + ";" * 500_000,
        "X-Line: a\n" + " b\n" * 300_000 + "X-End: c",
        "\n".join(f"X-{number}: a" for number in range(100_000)),
    ],
    ids=lambda header: header[:50],
)
def test_the_message_stays_whatever_stands_in_a_header(header: str) -> None:
    document = read(header)
    assert (document.text, document.title, document.author) == (
        "Two slates slipped.",
        "Roof",
        "Dana Visser <dana@example.org>",
    )


@pytest.mark.parametrize(
    "date", [" " * 500_000 + "(x", "(" * 500_000, "Sat, 2 Mar 2024 10:15:00 +0100 " + "(" * 500_000]
)
def test_an_endless_date_is_read_at_its_beginning(date: str) -> None:
    message = message_of(f"Date: {date}\nSubject: Roof\n\nText.\n".encode())
    found = letter_of(message, Parts()).date
    assert found == ("2024-03-02T10:15:00+01:00" if date.startswith("Sat") else None)


@pytest.mark.parametrize(
    ("number", "piece", "text"),
    [
        (1, "Subject: Deed\nContent-Type: text/plain\n\nThe first half of the deed.\n", "The first half of the deed."),
        (2, "Note: the second half,\nin the blue box.\n", "Note: the second half,\nin the blue box."),
        (2, "and the rest of it.\n", "and the rest of it."),
    ],
)
def test_a_piece_of_a_message_that_was_cut_is_read_and_told(number: int, piece: str, text: str) -> None:
    kind = f'Content-Type: message/partial; id="x@y"; number={number}; total=2'
    parts = parts_of(message_of(f"{OTHERS}{kind}\n\n{piece}".encode()))
    assert [body.text.strip() for body in parts.bodies] == [text]
    assert "pieces" in parts.unread[f"piece {number}"]
