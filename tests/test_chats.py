"""Chats: who said what and when, in every export's own form."""

# ruff: noqa: E501 (messages as exports write them)

import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from parser_files import only, parsed

from ragd.answer.prompt import quoted
from ragd.cli.show import facts
from ragd.places import describe
from ragd.records import Chunk, Document, Found, Hit, Mark, Member

SAID = {  # a line as a phone writes it -> who and when it is
    "[02.03.24, 14:05:12] Dana Visser: Hallo": ("Dana Visser", "2 March 2024 14:05"),
    "[2/3/2024, 14:05:12] Dana: Hi": ("Dana", "2 March 2024 14:05"),
    "[13/02/2024, 2:05:12 PM] Dana: Hi": ("Dana", "13 February 2024 14:05"),
    "[2/13/24, 2:05:12\u202fPM] Dana: Hi": ("Dana", "13 February 2024 14:05"),
    "\u200e[2024-03-02, 14:05:12] Dana: \u200eimage omitted": ("Dana", "2 March 2024 14:05"),
    "3/2/24, 2:05 PM - Dana: Hi": ("Dana", "2 March 2024 14:05"),
    "13/2/24, 2:05 p. m. - Dana: Hola": ("Dana", "13 February 2024 14:05"),
    "02/03/2024, 14:05 - +31 6 1234 5678: Hi": ("+31 6 1234 5678", "2 March 2024 14:05"),
    "02-03-2024 14:05 - Dana: Hoi": ("Dana", "2 March 2024 14:05"),
    "02.03.24, 14:05 - Dana: Hallo": ("Dana", "2 March 2024 14:05"),
    "2024-03-02 14:05 - Dana: Hej": ("Dana", "2 March 2024 14:05"),
    "2024-03-02 kl. 14:05 - Dana: Hej": ("Dana", "2 March 2024 14:05"),
    "2.3.2024 klo 14.05 - Dana: Moi": ("Dana", "2 March 2024 14:05"),
    "02/03/2024 à 14:05 - Dana: Salut": ("Dana", "2 March 2024 14:05"),
    "2024/03/02, 14:05 - 田中: こんにちは": ("田中", "2 March 2024 14:05"),
    "2024. 3. 2. 오후 2:05, Dana : 안녕": ("Dana", "2 March 2024 14:05"),
    "2024년 3월 2일 오후 2:05, Dana : 안녕": ("Dana", "2 March 2024 14:05"),
    "2024/3/2 下午2:05 - Dana: 你好": ("Dana", "2 March 2024 14:05"),
}


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Slack states seconds, and which day that was depends on where one is."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def turns(document: Document) -> list[Mark]:
    return [mark for mark in document.marks if mark.kind == "turn"]


@pytest.mark.parametrize("line", SAID)
def test_a_whatsapp_line_is_read_in_the_form_of_any_phone(tmp_path: Path, line: str) -> None:
    chat = only(tmp_path / "WhatsApp Chat with Dana.txt", line + "\nand a second line\n")
    assert chat.kind == "chat" and chat.lined
    (mark,) = turns(chat)
    assert mark.label == ", ".join(SAID[line])


def test_a_whatsapp_chat_keeps_its_lines_and_its_people(tmp_path: Path) -> None:
    text = (
        "02/03/2024, 14:05 - Messages and calls are end-to-end encrypted. Tap to learn more.\n"
        "02/03/2024, 14:05 - Dana: the boiler: is broken\nagain\n"
        "02/03/2024, 14:07 - Kees de Wit: call the plumber\n"
        "13/03/2024, 09:00 - Dana: <Media omitted>\n"
    )
    chat = only(tmp_path / "chat.txt", text)
    assert chat.text == text
    assert chat.author == "Dana, Kees de Wit"
    assert (chat.date or "")[:10] == "2024-03-13"
    assert [mark.level for mark in turns(chat)] == [1, 2, 2, 1]  # a pause of days begins anew
    assert [text[mark.offset :][:10] for mark in turns(chat)] == ["02/03/2024"] * 3 + ["13/03/2024"]


def test_a_signal_chat_is_one_and_a_note_with_a_time_is_none(tmp_path: Path) -> None:
    said = "[2019-05-29, 15:04] Me: How is everyone?\n[2019-05-30, 15:10] Aya: We're great!\n"
    chat = only(tmp_path / "chat.md", said)
    assert (chat.kind, chat.author, chat.text) == ("chat", "Me, Aya", said)
    assert [mark.label for mark in chat.marks if mark.kind == "day"] == ["2019-05-29", "2019-05-30"]
    assert only(tmp_path / "note.md", "2024-03-02, 14:05 - Dana: call\n").kind == "note"
    assert only(tmp_path / "log.md", "[2024-03-02] Dana: call\n").kind == "note"


def test_a_programs_log_and_a_diary_are_no_chats(tmp_path: Path) -> None:
    log = "[2024-03-02 14:05:12] production.ERROR: it broke\n[2024-03-02 14:05:13] production.INFO: it runs\n"
    assert only(tmp_path / "laravel.txt", log).kind == "text"
    assert only(tmp_path / "python.txt", "2024-03-02 14:05:12,123 - app - INFO - started\n").kind == "text"
    assert only(tmp_path / "diary.txt", "2 March 2024, 14:05 - went home: tired\n").kind == "text"


def test_a_source_of_a_chat_has_the_date_of_its_turn_alone() -> None:
    found = Found("c", "", "/c.txt", None, "WhatsApp", "chat", "Dana", "2022-12-31T10:00:00", None, ())
    place = "Dana, 24 December 2022 18:09 > line 5"
    assert facts(found, place) == [place]
    assert facts(found, "line 5") == ["line 5", "31 December 2022"]
    chunk = Chunk("c", 0, 0, 1, "a", (), 5)
    assert "2022-12-31" not in quoted(1, Hit(chunk, found, 1.0, {}, place, None, (5, 5)))


def test_the_place_of_a_chats_passage_is_who_and_when(tmp_path: Path) -> None:
    chat = only(
        tmp_path / "c.txt", "02/03/2024, 14:05 - Dana: a\n02/03/2024, 14:06 - Kees: b\n13/03/2024, 14:06 - Kees: c\n"
    )
    chunk = Chunk(chat.id, 0, 0, len(chat.text), chat.text, chat.marks, 1)
    found = Found(chat.id, "", "", None, None, "chat", chat.author, None, None, ())
    assert describe(chunk, found, 0, 5) == "Dana, 2 March 2024 14:05 > line 1"
    assert describe(chunk, found, 35, 40).startswith("Kees, 2 March 2024 14:06")
    assert describe(chunk, found, 0, 80).startswith("Dana, 2 March 2024 14:05 to Kees, 13 March 2024 14:06 > lines 1-3")


TELEGRAM = {
    "name": "Kees",
    "type": "personal_chat",
    "id": 1,
    "messages": [
        {"id": 1, "type": "service", "date": "2024-03-02T14:00:00", "date_unixtime": "1709388000", "actor": "Kees", "action": "phone_call", "text": ""},
        {"id": 2, "type": "message", "date": "2024-03-02T14:05:00", "date_unixtime": "1709388300", "from": "Dana", "text": ["see ", {"type": "link", "text": "https://example.org"}, " now"]},
        {"id": 3, "type": "message", "date": "2024-03-03T09:00:00", "date_unixtime": "1709456400", "from": "Kees", "text": "the rent is 950", "file": "files/contract.pdf"},
        {"id": 4, "type": "message", "date": "2024-03-03T12:00:00", "date_unixtime": "1709467200", "from": None, "text": "bye"},
    ],
}  # fmt: skip


def chats(path: Path) -> dict[str | None, Document]:
    return {member.part: member.document for member in parsed(path) if isinstance(member, Member)}


def test_a_telegram_chat_is_a_document_a_day(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(TELEGRAM, indent=1), encoding="utf-8")
    first, second = chats(path).values()
    assert set(chats(path)) == {"2024-03-02", "2024-03-03"}
    assert (first.kind, first.title, first.author) == ("chat", "Kees", "Dana")
    assert "Dana: see https://example.org now" in first.text
    assert second.text.splitlines()[0].endswith("Kees: the rent is 950")
    assert "contract.pdf" in second.text and second.author == "Kees, Deleted account"
    assert [mark.level for mark in turns(second)] == [1, 1]
    assert (second.date or "").startswith("2024-03-03")


def test_telegrams_times_are_those_of_whoever_exported(tmp_path: Path) -> None:
    late = {**TELEGRAM["messages"][1], "date": "2024-03-03T00:05:00"}  # type: ignore[index,dict-item]
    path = tmp_path / "result.json"
    path.write_text(json.dumps({**TELEGRAM, "messages": [late]}, indent=1), encoding="utf-8")
    ((part, chat),) = chats(path).items()
    assert (part, chat.date) == ("2024-03-03", "2024-03-03T00:05:00+10:00")


def test_all_of_telegram_is_read_chat_by_chat(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    export = {
        "about": "Here is the data you requested.",
        "chats": {"about": "", "list": [TELEGRAM, {**TELEGRAM, "name": "Ann"}]},
    }
    path.write_text(json.dumps(export, indent=1), encoding="utf-8")
    assert set(chats(path)) == {f"{name} > 2024-03-0{day}" for name in ("Kees", "Ann") for day in (2, 3)}


def test_telegrams_pages_are_read_too(tmp_path: Path) -> None:
    body = "".join(
        f'<div class="message {kind} clearfix" id="message{number}"><div class="body"><div class="pull_right date details" '
        f'title="02.03.2024 14:0{number}:00 UTC+01:00">14:0{number}</div>{name}<div class="text">{text}</div></div></div>'
        for number, (kind, name, text) in enumerate(
            [
                ("default", '<div class="from_name">Dana </div>', "one<br>two"),
                ("default joined", "", "three &amp; four"),
            ]
        )
    )
    path = tmp_path / "messages.html"
    path.write_text(
        '<!DOCTYPE html><html><head></head><body><div class="page_wrap"><div class="page_header"><div class="content">'
        f'<div class="text bold">Kees</div></div></div><div class="page_body">{body}</div></div></body></html>'
    )
    ((part, chat),) = chats(path).items()
    assert (part, chat.title, chat.author) == ("2024-03-02", "Kees", "Dana")
    assert chat.text == "14:00 Dana: one\ntwo\n14:01 Dana: three & four"
    assert chat.date == "2024-03-02T14:00:00+01:00"


def test_a_slack_export_names_people_and_keeps_threads_together(tmp_path: Path) -> None:
    users = [{"id": "U1", "name": "dana", "profile": {"real_name": "Dana Visser"}}, {"id": "U2", "name": "kees"}]
    first = [
        {"type": "message", "user": "U1", "text": "who <@U2> pays &lt;950&gt;? <https://example.org|see>", "ts": "1709388300.000100", "thread_ts": "1709388300.000100"},
        {"type": "message", "subtype": "channel_join", "user": "U2", "text": "joined", "ts": "1709388301.000100"},
        {"type": "message", "user": "U2", "text": "something else", "ts": "1709388400.000100"},
    ]  # fmt: skip
    second = [
        {"type": "message", "user": "U2", "text": "I do", "ts": "1709480000.000100", "thread_ts": "1709388300.000100"}
    ]
    path = tmp_path / "slack.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {
            "users.json": users,
            "channels.json": [{"id": "C1", "name": "rent", "members": ["U1", "U2"]}],
            "dms.json": [{"id": "D1", "members": ["U1", "U2"]}],
            "rent/2024-03-02.json": first,
            "rent/2024-03-03.json": second,
            "D1/2024-03-02.json": first[2:],
        }.items():
            archive.writestr(name, json.dumps(data))
    found = chats(path)
    assert set(found) == {"#rent > 2024-03-02", "Dana Visser, kees > 2024-03-02"}
    rent = found["#rent > 2024-03-02"]
    assert [line.partition(" ")[2] for line in rent.text.splitlines() if line] == [
        "Dana Visser: who @kees pays <950>? see (https://example.org)",
        "kees: I do",
        "kees: something else",
    ]
    assert rent.author == "kees, Dana Visser"
