"""What in a mail is not its writer's own: quotes, who is quoted, signatures, feet."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ragd.parsers.mail.replies import asides
from ragd.parsers.reading import clean
from ragd.parsers.web.html import read_page

DANA = "Dana Visser <dana@example.org>"


def marked(text: str, author: str | None = DANA) -> dict[str, str]:
    """The text of each kind of aside, pieces joined by " | "; "own" is what is left."""
    text = clean(text)
    found: dict[str, list[str]] = {}
    at = 0
    for one in asides(text, author=author):
        found.setdefault("own", []).append(text[at : one.start])
        found.setdefault(one.kind, []).append(text[one.start : one.end])
        at = one.end
    found.setdefault("own", []).append(text[at:])
    return {kind: " | ".join(filter(None, map(str.strip, pieces))) for kind, pieces in found.items()}


@pytest.mark.parametrize(
    "line",
    [
        "On Mon, 2 Sep 2002 at 18:53, Kees de Wit <kees@example.org> wrote:",
        "Op ma 2 sep. 2002 om 18:53 schreef Kees de Wit <kees@example.org>:",
        "Am 02.09.2002 um 18:53 schrieb Kees de Wit:",
        "Le 2 sept. 2002 \u00e0 18:53, Kees de Wit a \u00e9crit :",
        "El 2/9/2002, Kees de Wit escribi\u00f3:",
        "Il giorno 2 set 2002, Kees de Wit ha scritto:",
        "Den 2. sep. 2002 kl. 18.53 skrev Kees de Wit <kees@example.org>:",
        "Kees de Wit wrote:",
        "* Kees de Wit <kees@example.org> [2002-09-02 18:53]:",
        "On Mon, 2 Sep 2002 18:53:24 +0100, Kees de Wit\n<kees@example.org> wrote:",
    ],
)
def test_who_is_quoted_is_told_apart_in_many_languages(line: str) -> None:
    found = marked(f"I will bring the drill.\n\n{line}\n> Who brings the drill?\n> And the ladder?\n")
    assert found == {
        "own": "I will bring the drill.",
        "attribution": line,
        "quote": "> Who brings the drill?\n> And the ladder?",
    }


def test_an_answer_between_the_lines_leaves_the_answers() -> None:
    found = marked("Kees wrote:\n> Who brings the drill?\n\nI do.\n\n> And the ladder?\n\nPaul does.\n")
    assert found["own"] == "I do. | Paul does."
    assert found["quote"] == "> Who brings the drill? | > And the ladder?"


def test_a_mark_of_a_programs_own_is_known_below_who_is_quoted() -> None:
    found = marked("Kees wrote:\n--]\n--]Who brings the drill?\n\nI do.\n\n--]And the ladder?\nPaul.")
    assert found["own"] == "I do. | Paul."
    assert marked("Kees wrote:\nfirst this\n) then that")["own"].endswith("that")


@pytest.mark.parametrize("mark", ["Kees> ", "kdw> ", "&> ", "| "])
def test_lines_below_each_other_that_begin_alike_are_quoted(mark: str) -> None:
    first, second = f"{mark}Who brings the drill|the big one?\n{mark}I have none.", f"{mark}And\n{mark}the ladder?"
    found = marked(f"{first}\n\nI do.\n\n{second}\n\nPaul.")
    assert found == {"own": "I do. | Paul.", "quote": f"{first} | {second}"}


@pytest.mark.parametrize(
    "text",
    ["| a | b |\n| c | d |", "| a | b\n| c | d", "| |-- roof\n| `-- slates", "mysql> cat roof.txt", "4> 3 is so"],
)
def test_a_table_a_tree_and_one_line_with_a_mark_are_no_quotes(text: str) -> None:
    assert marked(f"So:\n\n{text}\n\nDone.") == {"own": f"So:\n\n{text}\n\nDone."}


@pytest.mark.parametrize("line", ["[Kees]", "[Kees de Wit, on drills]", "Kees Wit:", "Kees Wit asked:"])
def test_a_name_alone_right_above_a_quote_says_who_is_quoted(line: str) -> None:
    line = line.replace("Kees de Wit", "Kees Wit")
    found = marked(f"I do.\n\n{line}\n> Who brings the drill?\n\nPaul.")
    assert found == {"own": "I do. | Paul.", "attribution": line, "quote": "> Who brings the drill?"}


@pytest.mark.parametrize("line", ["[snip]", "[yes, I know]", "Some say:", "Three things:"])
def test_what_is_no_name_above_a_quote_is_the_writers_own(line: str) -> None:
    assert marked(f"I do.\n\n{line}\n> Who brings the drill?")["own"].endswith(line)


def test_below_a_header_that_is_itself_quoted_answers_are_the_writers_own() -> None:
    head = "> -----Original Message-----\n> From: Kees de Wit\n> Sent: Friday\n> To: Dana\n> Subject: Drill"
    found = marked(f"{head}\n>\n> Who brings the drill?\n\nI do.\n\n> And the ladder?\n\nPaul.")
    assert found["own"] == "I do. | Paul."


def test_a_lists_page_below_a_quote_is_a_foot_though_nothing_stands_with_it() -> None:
    page = "http://lists.example.org/mailman/listinfo/roofs"
    assert marked(f"I do.\n\n> Who brings the drill?\n\n{page}")["footer"] == page
    assert marked(page) == {"own": page}


def test_what_a_program_broke_off_quoted_lines_again_and_again_is_quoted() -> None:
    line = "> and the slates on the north side that came down in the last\nbig\n"
    assert marked(f"Yes.\n\n{line * 3}> storm.\n\nNo.")["own"] == "Yes. | No."
    assert marked(f"Yes.\n\n{line}> storm.\n\nNo.")["own"] == "Yes. | big | No."  # it may be an answer


def test_a_card_below_a_rule_is_a_signature() -> None:
    rule = "-" * 30
    card = f"{rule}\nDana Visser, Roofs\nhttp://roofs.example.org\n{rule}\nUp!"
    assert marked(f"It is done.\n\n{card}") == {"own": "It is done.", "signature": card}


def test_a_quote_in_a_quote_is_a_span_of_its_own() -> None:
    found = marked("Yes.\n\nKees wrote:\n> Paul wrote:\n>> Is it sold?\n> I think so.\n")
    assert found["quote"] == ">> Is it sold? | > I think so."
    assert found["attribution"] == "Kees wrote: | > Paul wrote:"


def test_all_below_an_outlook_header_is_quoted() -> None:
    header = "From: Kees de Wit\nSent: Monday, 2 September 2002 18:53\nTo: Dana Visser\nSubject: RE: drill"
    found = marked(f"Fine by me.\n\n{header}\n\nShall I bring the drill?\n\nKees")
    assert found == {"own": "Fine by me.", "attribution": header, "quote": "Shall I bring the drill?\n\nKees"}
    dutch = "-----Oorspronkelijk bericht-----\nVan: Kees\nVerzonden: maandag 2 september\nAan: Dana\nOnderwerp: boor"
    found = marked(f"Prima.\n\n{dutch}\n\nZal ik de boor meenemen?")
    assert found == {"own": "Prima.", "attribution": dutch, "quote": "Zal ik de boor meenemen?"}


def test_a_letter_with_a_list_of_facts_is_no_quote() -> None:
    letter = "The meeting:\n\nDate: 3 March\nSubject: the roof\n\nFrom here on we meet monthly.\n>From now on."
    assert marked(letter) == {"own": letter}


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nDana Visser\nHead of Roofs\n+31 20 555 0199",
        "Best regards,\nDana Visser\nHead of Roofs",
        "Groetjes,\nDana\n06 5555 0199",
    ],
)
def test_a_signature_is_told_apart(signature: str) -> None:
    found = marked(f"The roof is done.\n\n{signature}\n")
    assert found == {"own": "The roof is done.", "signature": clean(signature)}


@pytest.mark.parametrize(
    "closing",
    [
        "-- \nDana Visser\ndana@example.org",
        "Met vriendelijke groet,\n\nDana",
        "Mit freundlichen Gr\u00fc\u00dfen\nDana Visser",
        "Sent from my iPhone",
        "--\nDana Visser\nIt is a poor sort of memory that only works backwards, the Queen remarked to Alice.",
        "Verzonden vanaf mijn Samsung-telefoon",
        "Dana",
    ],
)
def test_a_signature_that_says_only_who_writes_is_a_closing(closing: str) -> None:
    found = marked(f"The roof is done.\n\n{closing}\n")
    assert found == {"own": "The roof is done.", "closing": clean(closing)}


def test_the_signature_of_who_is_quoted_is_not_the_writers() -> None:
    found = marked("Fine.\n\nKees wrote:\n> Shall I?\n> --\n> Kees de Wit\n> +31 20 555 0101\n")
    assert found["quoted signature"] == "> --\n> Kees de Wit\n> +31 20 555 0101"
    assert "signature" not in found


def test_a_lists_foot_below_two_dashes_is_a_foot() -> None:
    foot = "--\nRoofers: roofs@example.org\nhttp://example.org/mailman/listinfo/roofs for (un)subscription"
    assert marked(f"It is done.\n\n{foot}") == {"own": "It is done.", "footer": foot}


def test_thanks_that_go_on_are_no_signature() -> None:
    for letter in (
        "Done.\n\nThanks,\nCan you send the bill to the new address?",
        "Done.\n\nThanks!",
        "Kind regards,\nDana",
    ):
        assert "closing" not in marked(letter, None) or letter.startswith("Kind")


def test_the_feet_of_lists_and_lawyers_are_told_apart() -> None:
    foot = (
        "_______________________________________________\nRoofs mailing list\nhttp://example.org/mailman/listinfo/roofs"
    )
    legal = (
        "This e-mail is confidential and intended solely for the addressee. If you have received it in error please"
        " delete it."
    )
    assert marked(f"The roof is done.\n\nDana\n\n{foot}") == {
        "own": "The roof is done.",
        "closing": "Dana",
        "footer": foot,
    }
    assert marked(f"The roof is done.\n\n{legal}") == {"own": "The roof is done.", "footer": legal}
    assert marked(f"The roof is done.\n\nDana\n\n{legal}") == {
        "own": "The roof is done.",
        "closing": "Dana",
        "footer": legal,
    }
    own = "This e-mail is about the confidential offer that we made to the council in March."
    assert marked(own) == {"own": own}


@pytest.mark.parametrize(
    ("before", "quoted"),
    [
        ('<div class="gmail_quote"><div class="gmail_attr">On Mon, Kees wrote:<br></div>', "</div>"),
        ('<div class="moz-cite-prefix">Kees schreef:</div>', ""),
    ],
)
def test_what_the_markup_says_is_quoted_needs_no_mark(before: str, quoted: str) -> None:
    page = read_page(
        f"<p>I do.</p>{before}<blockquote type='cite'><p>Who brings the drill?</p></blockquote>{quoted}",
        meant_as="mail",
    )
    found = [
        (one.kind, page.text[one.start : one.end].strip()) for one in asides(page.text, author=DANA, given=page.asides)
    ]
    assert [kind for kind, _ in found] == ["attribution", "quote"]
    assert found[1][1] == "Who brings the drill?"


@pytest.mark.parametrize(
    ("signature", "kind"),
    [
        ("<p>Dana Visser</p><p>&nbsp;</p><p>Head of Roofs<br>+31 20 555 0199</p>", "signature"),
        ("<p>Cheers,</p><p>Dana</p>", "closing"),
    ],
)
def test_what_the_markup_says_is_a_signature_is_one_piece(signature: str, kind: str) -> None:
    page = read_page(f'<p>I do.</p><div class="gmail_signature">{signature}</div>', meant_as="mail")
    [found] = asides(page.text, author=DANA, given=page.asides)
    assert (found.kind, page.text[found.start : found.end]) == (kind, page.text[page.text.index("\n") :].strip())


def test_all_below_outlooks_rule_is_quoted() -> None:
    rule = '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
    page = read_page(
        f"<p>Fine.</p>{rule}<p><b>From:</b> Kees<br><b>Sent:</b> Monday<br><b>Subject:</b> drill</p></div>"
        "<p>Shall I?</p>",
        meant_as="mail",
    )
    found = {one.kind: page.text[one.start : one.end] for one in asides(page.text, author=DANA, given=page.asides)}
    assert found["quote"] == "Shall I?" and found["attribution"].startswith("From: Kees")


LINES = some.sampled_from(
    [
        *("Who comes?", "I do.", "", "> Who comes?", ">> Is it sold?", "> --", "--", "Dana", "Thanks,", "Kees wrote:"),
        *("____________________", "Roofs mailing list", "From: Kees", "Sent: Monday", "To: Dana", "Subject: drill"),
        *(
            "-----Original Message-----",
            "> From: Kees",
            "-----BEGIN PGP SIGNATURE-----",
            ">",
            "|",
            ":",
            "On 3 March, you wrote:",
        ),
    ]
)


@settings(deadline=None)
@given(some.lists(LINES, max_size=30))
def test_asides_are_spans_in_order_whatever_the_lines(lines: list[str]) -> None:
    text = clean("\n".join(lines))
    at = 0
    for one in asides(text, author=DANA):
        assert at <= one.start < one.end <= len(text)
        assert text[one.start : one.end].strip()
        at = one.end
