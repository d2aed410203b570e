"""What is asked by a name, a code or a number is answered from what says that name, code or number, or not at all."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ragd.answer.answer import stream
from ragd.answer.generators.quotes import Quotes
from ragd.answer.named import is_about, named_in
from ragd.answer.placed import standing
from ragd.answer.rows import names_of
from ragd.answer.spans import spans_of
from ragd.records import Answer, Chunk, Found, Hit, Kind, Mark

Marked = tuple[str, str, str, int]  # the words that a mark stands before, its kind, label and level


def hit(name: str, text: str, *marks: Marked, kind: Kind = "office", title: str | None = None) -> Hit:
    document = Found(name, f"file:///{name}", f"/shelf/{name}", None, title, kind, None, None, None, ())
    placed = tuple(Mark(text.index(at) if at else 0, of, label, level) for at, of, label, level in marks)  # type: ignore[arg-type]
    chunk = Chunk(name, 0, 0, len(text), text, tuple(sorted(placed, key=lambda mark: mark.offset)), 1)
    return Hit(chunk, document, 1.0, {"words": 1}, "", None, (1, 9) if kind == "table" else None)


LEDGER = hit(
    "ledger.csv",
    "VX0001,Aldo Finch,148\nVX0002,Berta Holm,285\nVX0006,Finn Dahl,833\nVX0007,Nils Brodd,970\nVX0008,Ida Quist,1107",
    ("", "heading", "voucher, payee, amount", 1),
    kind="table",
)
GAUGES = hit(
    "gauges.xlsx",
    "Station: Grimsay; Installed: 03/06/2014; Keeper: Una Beck\n"
    "Station: Fjällvik; Installed: 21/11/2016; Keeper: Tor Elvheim\n"
    "Station: Porto Sordo; Installed: 08/02/2019; Keeper: Ines Calado",
    ("", "sheet", "Stations", 1),
    ("", "heading", "Stations", 1),
)
DRIFT = hit(
    "drift.pdf",
    "Table 1. Raw drift in the tunnels of Ravnsund\nTunnel Sensors Raw\nHallgrim\t6\t4.82\nCorrieshal\t3\t6.01",
    ("", "heading", "Table 1. Raw drift in the tunnels of Ravnsund", 1),
    kind="pdf",
)
REEF = hit("reef.md", "We dived at Cape Morro. Survival after one year was 61 per cent. The fund pays.", kind="note")
LEASE = hit(
    "lease-contract.docx",
    "5 Assignment\n\n5.1 The Lessee keeps the keys.\n\n5.2 Neither party may assign this agreement.\n\nDuties\n\n"
    "The Lessee insures the crates for 98,500 euros.\n\nThe courier must hold permit TR-5512.",
    ("5 Assign", "heading", "5 Assignment", 1),
    ("Duties", "heading", "Annex of duties", 1),
    ("The Lessee insures", "clause", "11.2", 0),
    ("The courier", "clause", "12.1 (a)", 0),
)
HANDBOOK = hit(
    "handbook.pdf",
    "Preface. The handbook was revised in 1987.\nThe pilots lent the chart of 1911.",
    ("", "page", "iii", 3),
    ("The pilots", "page", "iv", 4),
    kind="pdf",
)
FORM = hit("form.pdf", "applicant: Zephyrine Aldous\namount: 13,775 euros\nstart: 2024-08-19", kind="pdf")
SHELF = (LEDGER, GAUGES, DRIFT, REEF, LEASE, HANDBOOK, FORM)


def quoted(question: str, hits: Sequence[Hit] = SHELF) -> list[str]:
    *_, answer = stream(question, hits, generator=Quotes(), embed=None)
    assert isinstance(answer, Answer)
    return [citation.quote for citation in answer.citations]


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("What amount was paid under voucher VX0007?", "VX0007,Nils Brodd,970"),
        ("what amount was paid under voucher vx-0007?", "VX0007,Nils Brodd,970"),
        ("What amount was paid to Ida Quist?", "VX0008,Ida Quist,1107"),
        ("Who is the keeper of Porto Sordo?", "Station: Porto Sordo; Installed: 08/02/2019; Keeper: Ines Calado"),
        ("When was the Fjallvik station installed?", "Station: Fjällvik; Installed: 21/11/2016; Keeper: Tor Elvheim"),
        ("What is the raw drift in the Corrieshal tunnel?", "Corrieshal\t3\t6.01"),
        ("How many sensors has the Hallgrim tunnel of Ravnsund?", "Hallgrim\t6\t4.82"),
        ("What does clause 5.2 of the lease say?", "5.2 Neither party may assign this agreement."),
        ("What does section 11.2 of the lease contract say?", "The Lessee insures the crates for 98,500 euros."),
        ("Which permit does article 12.1 of the lease ask for?", "The courier must hold permit TR-5512."),
        ("What does the handbook say on page iv?", "The pilots lent the chart of 1911."),
    ],
)
def test_the_quote_is_what_has_the_name_the_code_or_the_number(question: str, quote: str) -> None:
    assert quoted(question)[0] == quote
    others = {"Tunnel Sensors Raw"}  # the heads of a table go with its rows
    assert set(quoted(question)) - others == {quote}


@pytest.mark.parametrize(
    "question",
    [
        "What amount was paid under voucher VX0070?",
        "What amount was paid under voucher VX000?",
        "What amount was paid to Ida Brodd?",
        "Who is the keeper of Porto Grimsay?",
        "Who is the keeper of Stornoway?",
        "What is the raw drift in the Altenburg tunnel?",
        "What was the survival at Cape Hornby?",
        "When does the grant from the Ostrander Fund end?",
        "What does clause 6.1 of the lease say?",
        "What does clause 5.3 of the lease say?",
        "What does clause 5.2 of the prenuptial contract of Ebbing say?",
        "What does the handbook say on page ix?",
        "What is the phone number of Zephyrine Aldous?",
        "What is the e-mail address of Zephyrine Aldous?",
        "Which courier must hold permit TR-5513?",
    ],
)
def test_what_only_something_alike_is_told_of_is_not_found(question: str) -> None:
    assert quoted(question) == []


@pytest.mark.parametrize(
    "question",
    [
        "When Was The Roof Repaired And By Whom?",  # a title's capitals say nothing
        "Was hat die Reparatur am Dach des Hauses gekostet?",  # in German every noun has one
        "What does the Balance Sheet of the roof show?",  # the passage writes these words without
        "What did the roof cost in FY2023, by the 10-K?",
        "How long is the 24-month guarantee of the roof in EUR?",
        "Did Kees' roofer come on Monday 3 March?",
    ],
)
def test_what_is_no_name_and_no_code_asks_for_nothing_exact(question: str) -> None:
    roof = hit("roof.md", "Kees: the roofer came. The balance is on the sheet of May.", kind="note")
    naming = named_in(question, [roof])
    assert all(is_about(naming, span) for span in spans_of([roof]))


def test_a_name_may_be_the_titles_the_headings_or_the_paths() -> None:
    bare = hit("costs.txt", "The work took two days and cost 300 euros.", kind="text")
    naming = named_in("What did Ostmark charge for the work?", [bare])
    assert not any(is_about(naming, span) for span in spans_of([bare]))
    for known in (
        replace(bare, document=replace(bare.document, title="Offer of Ostmark")),
        replace(bare, document=replace(bare.document, path="/shelf/ostmark/costs.txt")),
        replace(bare, chunk=replace(bare.chunk, marks=(Mark(0, "heading", "Ostmark's work", 1),))),
    ):
        assert all(is_about(naming, span) for span in spans_of([known]))


def test_a_question_without_a_place_may_be_answered_from_anywhere() -> None:
    spans = spans_of(SHELF)
    assert standing("Who assigned the section heads?", spans) == spans
    assert len(standing("What is on page iv?", spans)) == 1


def test_no_row_is_too_strange_to_say_what_it_may_be_called() -> None:
    assert names_of('VX0007,"Brodd, Nils",970') == ["VX0007", "Brodd, Nils"]
    assert names_of("Net sales\t1,574") == ["Net sales"]
    assert names_of("Item: Boat hire; Cost: 12") == ["Boat hire"]
    for odd in ("", '"', "two\r\nlines, \x00", '",",\n"', "; : ;", "12,5"):
        assert isinstance(names_of(odd), list)


PROBES = hit(
    "probes.md",
    "On 5 March 2023 the soil probe was repaired for 315 euros.\n\nSensor W7 drowned.\n\nThe core of plot D is 4 m.",
    kind="note",
)


@pytest.mark.parametrize(
    ("question", "is_answered"),
    [
        ("What did the repair of the soil probe cost in March 2023?", True),
        ("What did the repair of the soil probe cost in March 2022?", False),
        ("What did repairs cost after 2022?", True),
        ("What happened to the sensor W7?", True),
        ("What happened to the sensor W9?", False),
        ("How deep is the core of plot D?", True),
        ("How deep is the core of plot F?", False),
    ],
)
def test_what_is_of_another_year_or_called_by_another_letter_answers_nothing(question: str, is_answered: bool) -> None:
    asked = named_in(question, [PROBES])
    repaired = next(span for span in spans_of([PROBES]) if span.text.startswith("On 5 March"))
    assert is_about(asked, repaired) is is_answered
