"""What is embedded of a passage: its words and its subject, without what programs draw around them."""

import pytest

from ragd.index.said import subject_of, words_of


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Re: [roofs] Re: Gutters", "Gutters"),
        ("[roofs] RE[2]: Gutters", "Gutters"),
        ("AW: WG: Dachrinne", "Dachrinne"),
        ("[roofs] Gutters", "[roofs] Gutters"),  # no answer: it may be a title's own word
        ("Regarding: gutters", "Regarding: gutters"),
        ("Re: Slates (was: Gutters)", "Slates"),
        ("The cottage (was a farm)", "The cottage (was a farm)"),
        ("Re:", "Re:"),
        (None, None),
    ],
)
def test_of_an_answer_the_subject_alone_is_embedded(title: str | None, said: str | None) -> None:
    assert subject_of(title) == said


@pytest.mark.parametrize(
    ("text", "quoted", "said"),
    [
        ("> Who brings\n> > the ladder?", True, "Who brings\nthe ladder?"),
        ("DV> Who brings\nDV> the ladder?", True, "Who brings\nthe ladder?"),
        ("a > b and b > c", True, "a > b and b > c"),
        ("> not quoted", False, "> not quoted"),
        ("Sum\n----------\n12.00", False, "Sum\n-\n12.00"),
        ("------", False, "-"),
        (">>>", True, ">>>"),
        ("/\\/\\/\\/\\ Roofs ... and /\\/\\/\\/\\", False, "/ Roofs . and /"),
        ("at https://www.roofs.example/slates", False, "at roofs.example/slates"),
        ("On Mon, 2 Sep 2002 at 18:53, Kees <kees@a.example> wrote:\n> Who?", True, "Kees wrote:\nWho?"),
        ("From: Kees <kees@a.example>\nTo: Dana\nSent: Monday\n\nWho?", True, "From: Kees\n\nWho?"),
        ("To: Dana\nCall kees@a.example", False, "To: Dana\nCall kees@a.example"),
    ],
)
def test_marks_rules_and_the_way_a_letter_went_are_not_embedded_and_what_it_says_is(
    text: str, quoted: bool, said: str
) -> None:
    assert words_of(text, quoted=quoted) == said
