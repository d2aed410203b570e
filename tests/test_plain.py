"""Markdown is shown as people read it, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragd.cli.plain import is_markdown, plain, plain_of
from ragd.records import Found

BLOCK = "64f1c2aa-1111-4222-8333-abcdefabcdef"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("See [[Refund policy]] and [[Help#Contact us|support]].", "See Refund policy and support."),
        ("In [[#Tiers]] or [[Plans#Limits]].", "In Tiers or Plans > Limits."),
        ("Select **Publish** ![[send.svg#icon]].", "Select Publish."),
        ('A [page](https://a.example/b_(c) "title") and ![a boat](boat.png).', "A page and a boat."),
        ("[mail](<a b.md>) to <https://a.example>", "mail to https://a.example"),
        ("It is *very* ~~cold~~ ==warm==, `set x=1`, __now__.", "It is very cold warm, set x=1, now."),
        ("snake_case_name, 2 * 3 * 4, a*b*c", "snake_case_name, 2 * 3 * 4, a*b*c"),
        ("| Plan | Size |\n|------|:----:|\n| Plus | **10** GB |", "Plan · Size\nPlus · 10 GB"),
        ("| [[Share\\|Shared]] | Yes | | No |", "Shared · Yes · No"),
        ("## Tiers\n> [!info] Note\n> It is so. ^block-1", "Tiers\nNote\nIt is so."),
        ("---\ntags: [a]\n---\nText", "Text"),
        ("---\ntags: [a]\n---\n", "tags: [a]\n"),
        ("As ![[Bread#Dough|the dough]], ![[Soup#^cook]] and ![[pea.png\\|300]].", "As the dough, Soup and."),
        (
            "rating:: 5\nTea (time:: 40 minutes), %%secret%% std::move",
            "rating: 5\nTea time: 40 minutes, secret std::move",
        ),
        (f"- # Boiler\n  id:: {BLOCK}\n- {{{{embed (({BLOCK}))}}}} x", "- Boiler\n- ((…)) x"),
        ("Press <kbd>Ctrl</kbd>.<br>Done[^1]", "Press Ctrl.Done"),
        ("So:\n```md\n[[Link]]\n```\nand [[Link]]", "So:\n[[Link]]\nand Link"),
        ("1\\. no list", "1. no list"),
        ("array[0][1] and [1] and [ ] open", "array[0][1] and [1] and [ ] open"),
    ],
)
def test_marks_are_taken_off(written: str, shown: str) -> None:
    assert plain(written) == shown


@pytest.mark.parametrize(
    ("path", "part", "known"),
    [
        ("/a/b.md", None, True),
        ("/a/b.txt", None, False),
        ("/a/b.zip", "c.md", True),
        ("/a/b.md", "c.pdf", False),
        ("/a.jex", "b", True),
    ],
)
def test_only_markdown_is_read_as_markdown(path: str, part: str | None, known: bool) -> None:
    document = Found("d", "", path, part, None, "note", None, None, None, ())
    assert is_markdown(document) is known
    assert plain_of(document, "**a**") == ("a" if known else "**a**")


@given(st.text(alphabet="[]()|*_`#>!^\\~=-<br/>\n ab", max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    assert len(plain(text)) <= 3 * len(text) + 3
