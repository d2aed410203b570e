"""What is typed becomes a query; what comes from files cannot speak to the terminal."""

import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from ragd import rules
from ragd.cli import show
from ragd.cli.adding import index
from ragd.cli.outcomes import Tally, summary
from ragd.cli.progress import progress_line
from ragd.cli.safe import as_json, clean, line, path_line
from ragd.cli.screen import duration, megabytes, put
from ragd.cli.words import options_first, query_of
from ragd.records import Outcome, Progress

HOSTILE = [
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b]0;a new title\x07text", "text"),
    ("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("\x9b31mred", "red"),
    ("\x1bPq#0\x1b\\after", "after"),
    ("\x1bcreset", "reset"),
    ("bell\x07 null\x00 back\x08", "bell null back"),
    ("safe\u202egnp.exe", "safegnp.exe"),
    ("\u2066isolated\u2069", "isolated"),
    ("\U000e0041hidden", "hidden"),
    ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
    ("not utf-8: \udcff", "not utf-8: \ufffd"),
    ("café \u200d 👩\u200d🔬 שלום مرحبا", "café \u200d 👩\u200d🔬 שלום مرحبا"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_what_would_steer_a_terminal_is_removed(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_no_escape_and_no_control_character_is_ever_shown(text: str) -> None:
    shown = clean(text)
    assert not any((ord(one) < 32 and one not in "\n\t") or 127 <= ord(one) < 160 for one in shown)
    assert clean(shown) == shown
    assert "\n" not in line(text)


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
def test_a_name_that_would_steer_a_terminal_is_shown_as_a_shell_takes_it() -> None:
    for name in ("a\x1b[31mred\x07.txt", "two\nlines\t.txt", "it's \u202egnp\\.exe", "caf\udce9.txt", "\x01e"):
        shown = path_line(name)
        assert shown.isprintable() and shown.isascii()
        said = subprocess.run(["bash", "-c", f"printf %s {shown}"], capture_output=True, check=True).stdout
        assert os.fsdecode(said) == name
    assert path_line("a  plain's name\\.txt") == "a  plain's name\\.txt"


@given(st.text())
def test_any_name_is_shown_on_one_line(name: str) -> None:
    assert "\n" not in path_line(name)
    assert clean(path_line(name)) == path_line(name)


@given(st.text(), st.lists(st.integers(0, 60), max_size=6))
def test_marking_a_text_loses_nothing_of_it(text: str, cuts: list[int]) -> None:
    cuts = sorted({min(cut, len(text)) for cut in cuts})
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    found = show.pieces(text, 0, spans)
    assert "".join(piece for piece, _ in found) == text
    assert "".join(piece for piece, marked in found if marked) == "".join(text[start:end] for start, end in spans)


@given(st.text())
def test_json_says_every_character_and_none_that_steers(text: str) -> None:
    said = as_json({"text": text})
    assert json.loads(said) == {"text": text}
    assert clean(said) == said


def test_brackets_of_a_text_are_no_markup() -> None:
    stream = io.StringIO()
    put(Console(file=stream, markup=False, emoji=False, highlight=False), Text("[bold red]x[/] :smile: [link=y]z"))
    assert stream.getvalue() == "[bold red]x[/] :smile: [link=y]z\n"


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        (["boiler", "pressure"], "boiler pressure"),
        (["boiler pressure"], "boiler pressure"),
        (["from:Dana Visser", "roof"], 'from:"Dana Visser" roof'),
        (["roof", "-from:Dana Visser"], 'roof -from:"Dana Visser"'),
        (["who", "wrote", "annual report"], 'who wrote "annual report"'),
        (["roof", "-annual report"], 'roof -"annual report"'),
        (['"annual report"'], '"annual report"'),
        (["roof", '"annual report"'], 'roof "annual report"'),
    ],
)
def test_the_shells_quotes_are_put_back(typed: list[str], query: str) -> None:
    assert query_of(typed) == query


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        (["soup", "-lentil", "-n", "5"], ["soup", "-n", "5", "--", "-lentil"]),
        (["soup", "-n5", "--json"], ["soup", "-n5", "--json", "--"]),
        (["-from:dana", "soup"], ["soup", "--", "-from:dana"]),
        (["soup", "--", "--strange"], ["soup", "--", "--strange"]),
        (["soup", "-not this"], ["soup", "--", "-not this"]),
    ],
)
def test_a_word_to_leave_out_is_no_option(typed: list[str], parsed: list[str]) -> None:
    assert options_first(typed) == parsed


def test_an_excerpt_holds_the_matching_words_and_says_that_it_is_cut() -> None:
    text = "Filler sentence here. " * 60 + "The boiler lost pressure in March. " + "More of it. " * 60
    start = text.index("boiler")
    shown = show.excerpt(text, [(start, start + 6), (start + 12, start + 20)])
    assert shown.plain.startswith("… The boiler lost pressure in March.")
    assert shown.plain.endswith(" …")
    assert len(shown.plain) < show.SIZE + 10
    assert [shown.plain[span.start : span.end] for span in shown.spans if span.style] == ["boiler", "pressure"]


@given(st.text(min_size=1), st.data())
def test_any_passage_can_be_cut(text: str, data: st.DataObject) -> None:
    text = text * 40
    start = data.draw(st.integers(0, len(text) - 1))
    a, b = show.window(text, [(start, min(len(text), start + 3))])
    assert 0 <= a < b <= len(text)
    show.excerpt(text, [(start, min(len(text), start + 3))])


def test_figures_are_told_as_people_write_them() -> None:
    assert [megabytes(size) for size in (0, 999, 1_500, 20_000_000, 3_200_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.5 kB",
        "20 MB",
        "3.2 GB",
    ]
    assert [duration(seconds) for seconds in (0.2, 42, 130, 7800)] == ["1 s", "42 s", "2 min", "2 h 10 min"]


def test_a_log_gets_a_plain_line_of_progress() -> None:
    words = Progress("words", files_done=120, files_total=900, bytes_done=5_000_000, bytes_total=20_000_000)
    assert progress_line(words, seconds=3) == "words: 120 of 900 files, 5.0 MB of 20 MB, 40/s, about 9 s left"
    meaning = Progress("meaning", texts_done=500, texts_total=1_000)
    assert progress_line(meaning, seconds=5) == "meaning: 500 of 1,000 passages, 100/s, about 5 s left"
    assert progress_line(Progress("looking"), seconds=5) == "looking ..."


def test_what_a_person_forgot_is_counted_and_not_named_again() -> None:
    tally = Tally()
    for number in range(3):
        tally.add(Outcome(f"/notes/{number}.md", None, "skipped", rules.FORGOTTEN))
    tally.add(Outcome("/notes/x.bin", None, "skipped", "not text"))
    console = Console(file=io.StringIO(), width=100)
    summary(console, tally, seconds=1.0)
    said = console.file.getvalue()
    assert "1 left out, 3 forgotten by you" in said
    assert said.count("forgotten by you") == 1 and "x.bin: not text" in said


def test_a_named_file_that_fails_is_told_before_anything_is_embedded(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard: list[str] = []

    def verb(library: object, *, progress: Callable[[Outcome], None], **_: object) -> None:
        progress(Outcome("/notes/bad.pdf", None, "failed", "damaged"))
        progress(Outcome("/notes/other.pdf", None, "failed", "locked"))
        heard.append(capsys.readouterr().err)  # what follows may take long

    assert index(verb, named={"/notes/bad.pdf"}) == 0
    said = capsys.readouterr().err
    assert heard == ["failed: /notes/bad.pdf: damaged\n"]
    assert "2 failed" in said and "failed: /notes/other.pdf: locked" in said and "bad.pdf" not in said
