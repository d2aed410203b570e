"""Numbers that reach somebody: a label says which line it is, and no other number is given for it."""

import pytest

from ragd.answer.relevance import is_number_asked_for


@pytest.mark.parametrize(
    ("question", "text", "is_it"),
    [
        ("What is Ilse's mobile number?", "Tel: +41 44 668 18 00", False),
        ("What is Ilse's mobile number?", "mobile 07700 900461", True),
        ("What is Ilse's mobile number?", "Tel: +41 44 668 18 00\nMobile: 07700 900461", True),
        ("What is Ilse's phone number?", "Tel: +41 44 668 18 00", True),
        ("What is Ilse's phone number?", "Fax: +41 44 668 18 01", False),
        ("What is the fax number?", "F +41 44 668 18 01", True),
        ("What is the serial number of the heat pump?", "Tel: +41 44 668 18 00", False),
        ("What is the serial number of the heat pump?", "Serial number 7700-900-461", True),
        ("Who called about the roof?", "Tel: +41 44 668 18 00", True),
        ("Under which number can I reach Kees?", "Mobile: 07700 900461", True),
    ],
)
def test_a_number_is_given_for_the_line_that_it_reaches(question: str, text: str, is_it: bool) -> None:
    assert is_number_asked_for(question, text) is is_it
