"""A text is told to hold the kind of answer that a question asks for: its unit, its day, its name."""

import pytest

from ragd.answer.asking import NOT, PERHAPS, SURELY, asked_of, held

KINDS = [
    ("How heavy is the parcel?", "The parcel came in at 12 kg.", SURELY),
    ("How heavy is the parcel?", "The parcel is 40 cm wide.", NOT),
    ("How much does the parcel weigh?", "The parcel: 12.", SURELY),
    ("How much does the parcel weigh?", "All of it came to 12.", PERHAPS),
    ("What does the ferry cost?", "It leaves on 9 May and takes 40 minutes.", NOT),
    ("What does the ferry cost?", "A car is 45 euros.", SURELY),
    ("How many years is the discount valid?", "It takes 3 hours.", NOT),
    ("How many years is the discount valid?", "It holds for 18 months.", SURELY),
    ("How many people came?", "There were 20 visitors.", PERHAPS),
    ("How many people came?", "2. Open the door.", NOT),
    ("When was the shop founded?", "Since six years ago it has been here.", SURELY),
    ("When was the shop founded?", "There are 32 tracks on it.", NOT),
    ("When does the kitchen shut?", "The kitchen shuts at nine.", PERHAPS),
    ("Which year was it built?", "It opened on 3 May.", NOT),
    ("Which year was it built?", "Built in 1936, with a new roof.", SURELY),
    ("How much memory does the server have?", "It has 8GB and two disks.", SURELY),
    ("How old was the caller?", "The 45-year-old pleaded guilty.", SURELY),
    ("What colour is the bike?", "I bought it in Delft.", PERHAPS),
    ("What colour is the bike?", "the bike is a bit rusty", NOT),
    ("Which firm painted the frames?", "The frames were painted by Haverkort.", SURELY),
    ("Which firm painted the frames?", "The frames were painted again.", NOT),
    ("Why was it late?", "The tests failed.", SURELY),
]


@pytest.mark.parametrize(("question", "text", "wanted"), KINDS)
def test_a_text_holds_the_kind_of_answer_that_is_asked_for(question: str, text: str, wanted: float) -> None:
    assert held(asked_of(question), text) == wanted
