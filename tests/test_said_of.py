"""A true number of something else, a list's number, a lead-in and a deed turned round support nothing."""

import pytest

from ragd.answer.cite import claim_of, support
from ragd.answer.spans import spans_of
from ragd.records import Chunk, Found, Hit

PLANS = """The maximum file size depends on the plan.

| | Standard | Plus |
|---|---|---|
| Vaults | 1 | 10 |
| Maximum file size | 5 MB | 200 MB |
| Version history | 1 month | 12 months |
"""
STATEMENT = """CONSOLIDATED STATEMENTS OF OPERATIONS
Year ended December 31,
2020\t2021\t2022
Net sales\t$ 79,268\t$ 94,665\t$ 118,573
Operating expenses:
Marketing\t5,254\t7,233\t10,069
2020\t2019
Segments\t3\t4
"""
PROSE = "The Standard plan includes 1 vault, the Plus plan includes 10 vaults."
KEPT = "On the Standard plan notes are kept for 1 month, while on the Plus plan they are kept for 12 months."


def supported(text: str, sentence: str, question: str = "") -> bool:
    document = Found("d", "", "/a/Plans.md", None, "Plans", "note", None, None, None, ())
    hit = Hit(Chunk("d", 0, 0, len(text), text, (), 1), document, 1.0, {}, "", None, None)
    return support(claim_of(sentence, question=question), spans_of([hit]), embed=None) is not None


@pytest.mark.parametrize(
    ("text", "sentence", "holds"),
    [
        (PROSE, "The Plus plan includes 10 vaults.", True),
        (PROSE, "The Plus plan includes 1 vault.", False),
        (PROSE, "The Standard plan includes 10 vaults.", False),
        (KEPT, "On the Plus plan notes are kept for 12 months.", True),
        (KEPT, "On the Plus plan notes are kept for 1 month.", False),
        (PLANS, "The maximum file size of Standard is 5 MB.", True),
        (PLANS, "The maximum file size of Standard is 200 MB.", False),
        (PLANS, "The maximum file size of Plus is 200 MB.", True),
        (PLANS, "The version history of Plus is 1 month.", False),
        (STATEMENT, "Net sales were $94,665 in 2021.", True),
        (STATEMENT, "Net sales were $118,573 in 2021.", False),
        (STATEMENT, "Marketing was 10,069 in 2022.", True),
        (STATEMENT, "Marketing was 5,254 in 2022.", False),
        (STATEMENT, "There were 4 segments in 2019.", True),
        (STATEMENT, "There were 3 segments in 2019.", False),
    ],
)
def test_a_number_is_said_of_its_own_thing(text: str, sentence: str, holds: bool) -> None:
    assert supported(text, sentence) is holds


def test_a_number_alone_is_said_of_what_was_asked() -> None:
    asked = "How many vaults does the Plus plan include?"
    assert supported(PROSE, "10", asked)
    assert not supported(PROSE, "1", asked)


def test_a_table_whose_head_is_unknown_supports_no_column() -> None:
    assert not supported("| Maximum file size | 5 MB | 200 MB |\n", "The maximum file size is 5 MB.")


def test_who_did_it_is_not_whom_it_was_done_to() -> None:
    text = "In May Dana Visser paid Kees Hofland for the boat."
    assert supported(text, "For the boat Dana Visser paid Kees Hofland.")
    assert not supported(text, "For the boat Kees Hofland paid Dana Visser.")
    assert supported(text, "For the boat Kees Hofland was paid by Dana Visser.")


@pytest.mark.parametrize("sentence", ["2.", "b)", "The steps are:", "Vaults", "Does the plan include vaults?"])
def test_what_claims_nothing_has_no_support(sentence: str) -> None:
    assert not supported(f"{PROSE} 2. The steps are: vaults.", sentence)


def test_a_question_in_a_file_answers_nothing() -> None:
    assert not supported("Will I lose my remote vault when I miss a payment?", "The remote vault is lost.")


def test_what_a_claim_adds_must_stand_in_the_text_and_not_in_its_title() -> None:
    assert not supported("Click here and enter your key.", "The plans need a key.", "What is needed?")
