"""The command as a person meets it: what it prints where, and the exit code that it ends with."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from commands import Ragd, Said, one_line

from ragd import Library, __version__

NOTES = {
    "house/boiler.md": "# Boiler\n\nThe boiler was serviced by Merle on 3 May 2023.\nShe replaced the vessel.\n",
    "house/roof.md": "---\ndate: 2024-01-12\n---\n# Roof [bold]work[/bold]\n\nThe roofer asks 340 euros.\n",
    "club/rowing.txt": "Rowing club: training starts at seven on Tuesdays.\nBring the blue oars.\n",
    "evil.txt": "The parrot says \x1b[31mred\x1b[0m and \x1b]0;owned\x07 and \u202egnp.exe [link=x]here[/link].\n",
}
DOCUMENT = {"id", "uri", "path", "part", "title", "kind", "author", "date", "thread", "also_at"}
HIT = {"rank", "score", "ranks", "document", "place", "page", "pages", "lines", "rows", "start", "end", "text"}
CITATION = {"number", "document", "place", "page", "pages", "lines", "rows", "start", "end", "quote"}
OUTCOME = {"path", "part", "status", "note", "documents", "chunks", "seconds"}
STATUS = {"home", "roots", "documents", "chunks", "kinds", "failed", "embedder", "generator", "daemon", "bytes"}
COUNTED = {"files", "documents", "pending", "words_only", "failed", "parts_failed", "copies"}
ROOT = COUNTED | {"path", "state", "as_of"}


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("notes")
    for name, text in NOTES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing that follows is one")
    (root / ".env").write_text("TOKEN=secret")
    return root


@pytest.fixture(scope="module")
def indexed(notes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the notes are indexed; tests that use it only read."""
    home = tmp_path_factory.mktemp("homes") / "indexed"
    with Library.open(home) as library:
        library.add([notes])
    return home


@pytest.fixture
def reading(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAGD_HOME", str(indexed))
    return indexed


# looking around


def test_ragd_alone_tells_what_there_is(ragd: Ragd) -> None:
    said = ragd()
    assert said.code == 0
    for verb in (
        "add",
        "sync",
        "watch",
        "search",
        "ask",
        "show",
        "open",
        "status",
        "forget",
        "models",
        "config",
        "demo",
    ):
        assert f"  {verb} " in said.out


def test_every_verb_explains_itself_with_an_example(ragd: Ragd) -> None:
    for verb in ("add", "sync", "search", "ask", "show", "open", "status", "forget", "models", "config"):
        said = ragd(verb, "--help")
        assert said.code == 0
        assert f"ragd {verb}" in said.out.partition("Example")[2], said.out


def test_the_version_is_told(ragd: Ragd) -> None:
    assert ragd("--version") == Said(0, f"ragd {__version__}\n", "")


def test_a_folder_that_holds_the_home_leaves_it_out(ragd: Ragd, tmp_path: Path, own_home: Path) -> None:
    (tmp_path / "pears.md").write_text("The pears are ripe.\n")
    (own_home / "letters").mkdir(parents=True)
    (own_home / "letters" / "plums.md").write_text("The plums are ripe.\n")
    assert ragd("add", tmp_path).code == 0
    assert str(own_home) in ragd("status", "--left-out").out
    assert ragd("search", "plums", "--json").out.count("plums.md") == 0


def test_a_setting_is_taken_back(ragd: Ragd, own_home: Path) -> None:
    assert ragd("config", "generator", "quotes").code == 0
    said = ragd("config", "unset", "generator")
    assert (said.code, said.out.splitlines()[0]) == (0, 'generator = "auto"')
    assert "generator was not set" in ragd("config", "unset", "generator").err
    assert "needs a name" in one_line(ragd("config", "unset"))
    assert "unknown name 'generater'" in one_line(ragd("config", "unset", "generater"))


# adding


def test_a_dry_run_says_what_would_be_done_and_does_nothing(ragd: Ragd, notes: Path, own_home: Path) -> None:
    said = ragd("add", "--dry-run", notes)
    assert said.code == 0
    assert said.out.startswith("5 files to read (2 .md, 2 .txt, 1 .pdf), ")
    assert ".env" in said.out
    assert json.loads(ragd("add", "--dry-run", "--json", notes).out)["files"] == {".md": 2, ".txt": 2, ".pdf": 1}
    assert json.loads(ragd("status", "--json").out)["roots"] == []


def test_adding_says_first_what_it_will_do_and_then_what_came_of_it(ragd: Ragd, notes: Path) -> None:
    said = ragd("add", notes)
    assert said.code == 0
    assert said.out == ""
    slow = ("looking", "words: ", "meaning: ")  # told where a machine is so busy that it takes seconds
    plan, done, *reasons = [line for line in said.err.splitlines() if not line.startswith(slow)]
    assert plan.startswith("5 files to read (2 .md, 2 .txt, 1 .pdf), ")
    assert done.startswith("indexed 4 files (4 documents, 4 passages), 1 left out, 1 failed; ")
    assert reasons[0].startswith("  failed: ")
    assert "broken.pdf: " in reasons[0]
    assert "`ragd status --failed`" in reasons[1]
    again = ragd("sync")
    assert "indexed 0 files, 4 unchanged, 1 left out, 1 failed; " in again.err


def test_outcomes_are_told_one_a_line_and_strict_counts_failures(ragd: Ragd, notes: Path) -> None:
    said = ragd("add", "--json", "--strict", notes)
    assert said.code == 1
    outcomes = [json.loads(line) for line in said.out.splitlines()]
    assert {frozenset(one) for one in outcomes} == {frozenset(OUTCOME)}
    assert sorted((Path(one["path"]).name, one["status"]) for one in outcomes) == [
        (".env", "skipped"),
        ("boiler.md", "indexed"),
        ("broken.pdf", "failed"),
        ("evil.txt", "indexed"),
        ("roof.md", "indexed"),
        ("rowing.txt", "indexed"),
    ]
    assert ragd("sync", "--json").code == 0


def test_what_is_forgotten_is_not_found_and_stays_out(ragd: Ragd, notes: Path) -> None:
    ragd("add", notes / "house", notes / "club")
    said = ragd("forget", notes / "club")
    assert said.code == 0
    assert "forgot 1 file" in said.err
    ragd("sync")
    found = json.loads(ragd("search", "rowing", "oars", "--json").out)
    assert not any("rowing" in hit["document"]["path"] for hit in found["hits"])


# finding


def test_search_as_json_has_the_shape_of_the_contract(ragd: Ragd, reading: Path) -> None:
    said = ragd("search", "boiler", "vessel", "-n", "2", "--json")
    assert said.code == 0
    assert said.out.count("\n") == 1
    found = json.loads(said.out)
    assert {"query", "took_ms", "hits", "nearest"} <= set(found)
    assert found["query"] == "boiler vessel"
    assert len(found["hits"]) == 2
    best = found["hits"][0]
    assert set(best) == HIT
    assert set(best["document"]) >= DOCUMENT
    assert set(best["ranks"]) == {"words", "meaning", "name"}
    assert best["document"]["path"].endswith("house/boiler.md")
    assert NOTES["house/boiler.md"][best["start"] : best["end"]] == best["text"]


def test_search_shows_title_place_date_path_and_passage(ragd: Ragd, reading: Path, notes: Path) -> None:
    said = ragd("search", "roofer", "euros", "-n", "1", "--explain")
    assert said.code == 0
    title, path, *passage, why = said.out.splitlines()
    assert title.startswith("1  Roof [bold]work[/bold] · ")
    assert title.endswith(" · 12 January 2024")
    assert path == f"   {notes}/house/roof.md"
    assert any("The roofer asks 340 euros." in line for line in passage)
    assert "words #1, meaning #1" in why


def test_nothing_found_is_exit_code_1_with_the_nearest(ragd: Ragd, reading: Path) -> None:
    said = ragd("search", '"boiler of gold"')
    assert said.code == 1
    assert "nearest" in said.err
    assert "boiler.md" in said.out
    found = ragd("search", "--json", '"boiler of gold"')
    assert found.code == 1
    assert json.loads(found.out)["hits"] == []
    assert json.loads(found.out)["nearest"]


def test_a_word_to_leave_out_needs_no_quotes(ragd: Ragd, reading: Path) -> None:
    found = json.loads(ragd("search", "the", "-boiler", "--json").out)
    assert found["hits"]
    assert not any("boiler" in hit["text"].lower() for hit in found["hits"])


def test_a_query_that_cannot_be_understood(ragd: Ragd, reading: Path) -> None:
    assert "write 2024" in one_line(ragd("search", "after:someday", "roof"))


def test_strangers_words_do_not_reach_the_terminal_as_orders(ragd: Ragd, reading: Path) -> None:
    ragd("search", "parrot", "-n", "1")
    for words in (["search", "parrot"], ["search", "parrot", "--json"], ["show", "1"]):
        said = ragd(*words)
        assert said.code == 0
        assert not any(one in said.out for one in ("\x1b", "\x07", "\u202e"))
        assert "[link=x]here[/link]" in said.out


def test_a_passage_is_shown_in_its_context_with_its_line_numbers(ragd: Ragd, reading: Path) -> None:
    ragd("search", "blue oars", "-n", "1")
    said = ragd("show", "1")
    assert said.code == 0
    assert "1  Rowing club: training starts at seven on Tuesdays." in said.out
    assert "2  Bring the blue oars." in said.out


def test_the_address_of_a_result_can_be_had(ragd: Ragd, reading: Path, notes: Path) -> None:
    ragd("search", "blue oars", "-n", "1")
    assert ragd("open", "1", "--print") == Said(0, (notes / "club/rowing.txt").as_uri() + "\n", "")


def test_who_opens_a_mailbox_is_told_which_message_to_look_for(
    ragd: Ragd, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dated = "Date: Sat, 2 Mar 2024 10:15:00 +0100\nMessage-ID: <oars@example.org>\n\nBlue oars.\n"
    (tmp_path / "club.mbox").write_text(f"From dana@example.org Sat Mar  2 09:15:00 2024\nSubject: Oars\n{dated}")
    ragd("add", tmp_path / "club.mbox")
    ragd("search", "blue oars")
    monkeypatch.setenv("PATH", str(tmp_path))  # nothing here opens it
    said = ragd("open", "1")
    assert "is inside this file: dated 2024-03-02 10:15:00+01:00, message id <oars@example.org>\n" in said.err


def test_a_number_that_was_not_shown(ragd: Ragd, reading: Path) -> None:
    ragd("search", "blue oars", "-n", "1")
    for verb in ("show", "open"):
        assert "the last results are 1 to 1" in one_line(ragd(verb, "2"))


# asking


def test_an_answer_has_numbered_sources_with_their_quotes(ragd: Ragd, reading: Path, notes: Path) -> None:
    said = ragd("ask", "--model", "quotes", "who", "serviced", "the", "boiler?")
    assert said.code == 0
    assert said.out.startswith("The boiler was serviced by Merle on 3 May 2023. She replaced the vessel. [1]\n")
    assert "[1]  Boiler · lines 3-4 · " in said.out
    assert f"{notes}/house/boiler.md" in said.out
    assert "“The boiler was serviced by Merle on 3 May 2023. She replaced the vessel.”" in said.out
    assert "quotes" in said.err
    assert ragd("show", "1").code == 0


def test_an_answer_as_json_has_the_shape_of_the_contract(ragd: Ragd, reading: Path) -> None:
    said = ragd("ask", "--json", "--model", "quotes", "who serviced the boiler?")
    assert said.code == 0
    answer: dict[str, Any] = json.loads(said.out)
    keys = {
        "question",
        "answered",
        "reason",
        "answer",
        "sentences",
        "citations",
        "nearest",
        "model",
        "took_ms",
        "first_ms",
    }
    assert keys <= set(answer)
    assert answer["answered"] is True
    assert {frozenset(one) for one in answer["sentences"]} == {frozenset({"text", "citations"})}
    assert {frozenset(one) for one in answer["citations"]} == {frozenset(CITATION)}
    quoted = answer["citations"][0]
    assert NOTES["house/boiler.md"][quoted["start"] : quoted["end"]] == quoted["quote"]


def test_what_the_files_do_not_say_is_exit_code_1_with_the_nearest(ragd: Ragd, reading: Path) -> None:
    said = ragd("ask", "--model", "quotes", "what is the capital of Mongolia?")
    assert said.code == 1
    assert "not found in your files; the nearest passages:" in said.err
    assert "1  " in said.out


def test_questions_may_come_from_a_pipe(ragd: Ragd, reading: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("who serviced the boiler?\n\nwhat does the roofer ask?\n"))
    said = ragd("ask", "--json", "--model", "quotes")
    assert [json.loads(line)["question"] for line in said.out.splitlines()] == [
        "who serviced the boiler?",
        "what does the roofer ask?",
    ]


def test_a_model_that_is_not_there(ragd: Ragd, reading: Path) -> None:
    assert "ragd models" in one_line(ragd("ask", "--model", "llama_cpp:nosuchmodel", "who serviced the boiler?"))
    assert "the known ones are" in one_line(ragd("models", "pull", "nosuchmodel"))


# how things are


def test_status_as_json_has_the_shape_of_the_contract(ragd: Ragd, reading: Path, notes: Path) -> None:
    state = json.loads(ragd("status", "--json").out)
    assert set(state) >= STATUS
    (root,) = state["roots"]
    assert set(root) == ROOT
    assert (root["path"], root["state"], root["pending"], root["words_only"]) == (str(notes), "ok", 0, 0)
    assert [set(one) for one in state["failed"]] == [{"path", "part", "note"}]


def test_status_tells_people_what_there_is_and_what_failed(ragd: Ragd, reading: Path, notes: Path) -> None:
    said = ragd("status")
    assert said.code == 0
    assert f"folder    {notes}  " in said.out
    assert "4 documents, 4 passages" in said.out
    assert "1 file could not be read: `ragd status --failed`" in said.out
    assert "left out  1: `ragd status --left-out`" in said.out
    assert f"  {notes}/broken.pdf" in ragd("status", "--failed").out
    assert f"  {notes}/.env" in ragd("status", "--left-out").out


def test_an_empty_home_says_how_to_begin(ragd: Ragd) -> None:
    said = ragd("status")
    assert said.code == 0
    assert "`ragd add PATH`" in said.err
    assert "nothing is indexed yet: `ragd add PATH`" in one_line(ragd("search", "anything"))


def test_the_models_are_listed_with_their_state(ragd: Ragd) -> None:
    said = ragd("models")
    assert said.code == 0
    assert "all-MiniLM-L6-v2" in said.out
    assert "smollm2-135m" in said.out


def test_a_setting_is_set_shown_and_where_it_came_from(
    ragd: Ragd, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'device = "auto"\n' in ragd("config").out
    assert ragd("config", "device", "cpu").out.startswith('device = "cpu"  (config.toml)\n')
    assert ragd("config", "device").out.startswith('device = "cpu"  (config.toml)\n')
    monkeypatch.setenv("RAGD_DEVICE", "auto")
    assert "(environment (RAGD_DEVICE))" in ragd("config", "device").out
    assert json.loads(ragd("config", "device", "--json").out)[0]["value"] == "auto"


def test_a_mail_without_words_of_its_own_says_so(ragd: Ragd, tmp_path: Path) -> None:
    (tmp_path / "empty.eml").write_text("From: zoe@example.org\nSubject: periwinkle\n\n")
    ragd("add", tmp_path / "empty.eml")
    assert "(no words of its own)" in ragd("search", "periwinkle").out
