"""Notes: what vaults, exports and outlines say, and what is kept of it."""

# ruff: noqa: E501 (exports as their programs write them)

import base64
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parser_files import only, parsed, read_all

from ragd import Library
from ragd.records import Member, Outcome


def test_a_vault_notes_tags_and_links_are_kept_as_written(tmp_path: Path) -> None:
    note = only(
        tmp_path / "Rent.md",
        '---\ntags: [home, "#rent/2024"]\nrelated: "[[House rules]]"\n---\n# Rent\n\nPaid. #done #2024 #a/b (see #1)\n'
        "[[Boiler#Service|the boiler]] ![[plan.png]] [contract](papers/new%20contract.md#p2) [web](https://example.org)\n"
        "`#code [[none]]`\n\n```\n#code [[none]]\n```\n[[Boiler]] #[[two words]]\n",
    )
    assert note.tags == ("home", "rent/2024", "done", "a/b", "two words")
    assert note.links == ("House rules", "Boiler", "plan.png", "two words", "papers/new contract.md")


def test_broken_frontmatter_still_says_what_it_means(tmp_path: Path) -> None:
    note = only(
        tmp_path / "a.md", "---\ntitle: Rent: the new rules\n\ttags: x\ntags: #home #rent\ndate: 2024-03-02\n---\nx"
    )
    assert (note.title, note.tags, note.date) == ("Rent: the new rules", ("home", "rent"), "2024-03-02")
    assert only(tmp_path / "b.md", "---\ntags: #home\n---\nx").tags == ("home",)
    assert only(tmp_path / "c.md", "---\ntags:\n- a b\n- @c\n---\nx").tags == ("a", "b", "@c")


def test_logseq_properties_are_facts_of_their_page(tmp_path: Path) -> None:
    note = only(
        tmp_path / "a___b.md", "title:: House/Boiler\ntags:: [[home]], warm\n\n- serviced\n  date:: 2024-01-01\n"
    )
    assert (note.title, note.tags) == ("House/Boiler", ("home", "warm"))
    assert note.links == ("home",)
    assert note.text.startswith("title:: House/Boiler")


def test_a_logseq_page_in_a_namespace_is_found_by_its_links(library: Library, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    for name, text in {
        "House___Boiler.md": "- serviced in October\n",
        "House%2FRoof.md": "- slates\n",
        "index.md": "- [[House/Boiler]] and [[House/Roof]]\n",
    }.items():
        (pages / name).write_text(text)
    library.add([pages])
    to, _ = library.links(pages / "index.md")
    assert [Path(one.path).name for one in to] == ["House___Boiler.md", "House%2FRoof.md"]


def test_the_notes_of_a_real_vault_link_to_each_other(shared) -> None:  # type: ignore[no-untyped-def]
    vault = shared("corpora/notes-obsidian-help")
    answers = read_all(sorted(vault.rglob("*.md")))
    notes = {path: answer for path, (answer, *_) in answers.items() if isinstance(answer, Member)}  # one a file
    assert len(notes) == 300
    names = {path.stem.lower() for path in vault.rglob("*") if path.is_file()}
    own = [note.document for path, note in notes.items() if "_translations" not in path.parts]
    links = [link for note in own for link in note.links if "." not in link]
    there = [link for link in links if link.rpartition("/")[2].lower() in names]
    assert len(links) > 500 and len(there) > 0.95 * len(links)


def found(path: Path) -> dict[str | None, Member]:
    return {member.part: member for member in parsed(path) if isinstance(member, Member)}


def zipped(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


ORG = """:PROPERTIES:
:CREATED: [2024-03-02 Sat 14:05]
:ROAM_ALIASES: "the heating" warmth
:END:
#+TITLE: House *papers*
#+FILETAGS: :home:papers:
#+TODO: OPEN | SHUT

* TODO [#A] Call /the/ plumber :urgent:@phone:
  SCHEDULED: <2024-03-04 Mon>
** OPEN Ask about [[file:notes/boiler.org::*Service][the boiler]]
* NASA is no state
See [[https://example.org][the web]] and [[id:abc][another note]].
#+begin_src python
,* not a heading
#+end_src
"""


def test_an_org_file_keeps_its_lines_and_says_what_emacs_sees(tmp_path: Path) -> None:
    note = only(tmp_path / "house.org", ORG)
    assert note.text == ORG and note.lined and note.kind == "note"
    assert (note.title, (note.date or "")[:16]) == ("House papers", "2024-03-02T14:05")
    assert [(mark.label, mark.level) for mark in note.marks] == [
        ("Call the plumber", 1),
        ("Ask about the boiler", 2),
        ("NASA is no state", 1),
    ]
    assert note.tags == ("home", "papers", "urgent", "@phone")
    assert note.links == ("notes/boiler.org", "another note")
    assert note.aliases == ("the heating", "warmth")
    assert all(ORG[mark.offset] == "*" for mark in note.marks)


ENEX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd" [<!ENTITY bomb "boom">]>
<en-export export-date="20240302T140500Z" application="Evernote" version="10">
<note><title>Boiler &amp; rent</title><created>20240302T140500Z</created><updated>20240303T140500Z</updated>
<tag>home</tag><tag>rent due</tag><note-attributes><author>Dana</author><source-url>https://example.org/b</source-url>
</note-attributes><content><![CDATA[<?xml version="1.0"?><!DOCTYPE en-note SYSTEM "x"><en-note><h1>Service</h1>
<div><en-todo checked="true"/>call</div><div><en-todo/>pay</div><div/>see <a href="evernote:///view/1">House</a>
<en-crypt>c2VjcmV0</en-crypt></en-note>]]></content>
<resource><data encoding="base64">{data}</data><mime>text/plain</mime><resource-attributes><file-name>list.txt</file-name>
</resource-attributes></resource></note>
<note><title>Boiler &amp; rent</title><content><![CDATA[<en-note>another</en-note>]]></content></note>
<note><title></title><content>&bomb;</content></note>
</en-export>
""".replace("{data}", base64.b64encode(b"words in a file").decode())


def test_an_evernote_note_keeps_its_facts_and_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.enex").write_text(ENEX)
    notes = found(tmp_path / "a.enex")
    assert list(notes) == ["Boiler & rent", "Boiler & rent > list.txt", "Boiler & rent #2"]
    note = notes["Boiler & rent"].document
    assert note.text == ("Boiler & rent\n\nService\n\n[x] call\n[ ] pay\nsee House\n\nhttps://example.org/b")
    assert (note.title, note.author, note.date) == ("Boiler & rent", "Dana", "2024-03-02T14:05:00+00:00")
    assert (note.tags, note.links) == (("home", "rent due"), ("House",))
    assert [(mark.label, note.text[mark.offset :][: len(mark.label)]) for mark in note.marks] == [
        ("Boiler & rent", "Boiler & rent"),
        ("Service", "Service"),
    ]
    assert notes["Boiler & rent > list.txt"].document.text == "words in a file"


def test_a_cut_evernote_export_gives_what_is_whole(tmp_path: Path) -> None:
    (tmp_path / "a.enex").write_text(ENEX[: ENEX.index("another")])
    assert "Boiler & rent" in found(tmp_path / "a.enex")


@pytest.mark.parametrize("damage", ["€", "a"])
def test_a_damaged_file_of_a_note_is_told_and_the_note_is_kept(tmp_path: Path, damage: str) -> None:
    data = base64.b64encode(b"words in a file").decode()
    (tmp_path / "a.enex").write_text(ENEX.replace(data, damage))
    answers = parsed(tmp_path / "a.enex")
    assert "Boiler & rent" in [answer.part for answer in answers if isinstance(answer, Member)]
    told = next(answer for answer in answers if isinstance(answer, Outcome) and answer.part.endswith("list.txt"))
    assert (told.status, told.note) == ("failed", "a damaged attachment")


ID = "0123456789abcdef0123456789abcde"


def joplin(number: int, text: str, **facts: str) -> str:
    lines = "\n".join(f"{name}: {value}" for name, value in facts.items() if name != "type_")
    return f"{text}\n\nid: {ID}{number}\n{lines}\ntype_: {facts['type_']}"


JOPLIN = {
    f"{ID}1.md": joplin(1, f"Boiler\n\n# Service\n\nsee [House](:/{ID}6) ![list](:/{ID}5)", parent_id=f"{ID}3", created_time="2024-03-02T14:05:00.000Z", author="Dana", type_="1"),
    f"{ID}2.md": joplin(2, "Papers", parent_id="", type_="2"),
    f"{ID}3.md": joplin(3, "Heating", parent_id=f"{ID}2", type_="2"),
    f"{ID}4.md": joplin(4, "warm", parent_id="", type_="5"),
    f"{ID}5.md": joplin(5, "list.txt", mime="text/plain", type_="4"),
    f"{ID}6.md": joplin(6, "House", parent_id=f"{ID}2", type_="1"),
    f"{ID}7.md": f"id: {ID}7\nnote_id: {ID}1\ntag_id: {ID}4\ntype_: 6",
    f"resources/{ID}5.txt": "words in a file",
}  # fmt: skip


def test_a_joplin_archive_keeps_notebooks_tags_and_files(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.jex", "w") as archive:
        for name, text in JOPLIN.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    notes = found(tmp_path / "a.jex")
    assert list(notes) == ["Boiler", "Boiler > list.txt", "House"]
    boiler = notes["Boiler"]
    assert boiler.labels == ("Papers/Heating",)
    assert (boiler.document.title, boiler.document.author) == ("Boiler", "Dana")
    assert (boiler.document.tags, boiler.document.links) == (("warm",), ("House", "list.txt"))
    assert boiler.document.date == "2024-03-02T14:05:00+00:00"
    assert boiler.document.text.endswith(f"![list](:/{ID}5)")


def test_a_raw_joplin_note_is_read_without_its_last_lines(tmp_path: Path) -> None:
    note = only(tmp_path / f"{ID}1.md", JOPLIN[f"{ID}1.md"])
    assert note.title == "Boiler" and "type_" not in note.text and note.lined
    (outcome,) = parsed_text(tmp_path / f"{ID}3.md", JOPLIN[f"{ID}3.md"])
    assert isinstance(outcome, Outcome) and "a notebook" in (outcome.note or "")
    assert only(tmp_path / f"{ID}9.md", "# A note with a strange name\n").title == "A note with a strange name"


def test_a_joplin_note_of_another_program_is_read_as_it_was_meant(tmp_path: Path) -> None:
    titled = joplin(1, "## The **boiler**\n\nIt is warm.", parent_id="", type_="1")
    assert only(tmp_path / f"{ID}1.md", titled).title == "The boiler"
    page = only(tmp_path / f"{ID}2.md", joplin(2, "Clip\n\n<h1>A</h1><p>It is <b>warm</b>.</p>", markup_language="2", type_="1"))  # fmt: skip
    assert (page.title, page.text, page.lined) == ("Clip", "Clip\n\nA\n\nIt is warm.", False)


DIARY = "# Diary\n\nof Dana\n\n## 2024\n\n## Saturday, 2 March 2024\n\nrain\n\n### evening\n\n## 2024-03-03 Sunday\n\nsun\n\n## maandag 4 maart 2024\n\nwind\n"


def test_a_diary_in_one_note_has_days(tmp_path: Path) -> None:
    diary = only(tmp_path / "diary.md", DIARY)
    days = [(mark.offset, mark.label) for mark in diary.marks if mark.kind == "day"]
    assert days == [
        (0, "2024-03-02"),
        (DIARY.index("## 2024-03-03"), "2024-03-03"),
        (DIARY.index("## maandag"), "2024-03-04"),
    ]
    for other in ("## The roof\n", "# Ideas\n"):  # a note in which some headings are days
        assert not [mark for mark in only(tmp_path / "plan.md", DIARY + other).marks if mark.kind == "day"]
    org = only(tmp_path / "a.org", "* 2024-03-02 Sat\nrain\n* <2024-03-03 Sun>\nsun\n* 2024-03-04\nwind\n")
    assert [mark.label for mark in org.marks if mark.kind == "day"] == ["2024-03-02", "2024-03-03", "2024-03-04"]


def test_a_block_of_logseq_is_a_name_of_its_page(tmp_path: Path) -> None:
    block = "64f1c2aa-1111-4222-8333-abcdefabcdef"
    assert only(tmp_path / "page.md", f"- The boiler\n  id:: {block}\n- `id:: x`\n").aliases == (block,)
    assert only(tmp_path / "day.md", f"- paid (({block}))\n- {{{{embed (({block}))}}}} ((no))\n").links == (block,)


def parsed_text(path: Path, text: str) -> list[Member | Outcome]:
    path.write_text(text)
    return parsed(path)


KEEP = {"color": "DEFAULT", "isTrashed": False, "isPinned": True, "isArchived": False, "title": "Shopping",
        "listContent": [{"text": "milk", "isChecked": True}, {"text": "bread", "isChecked": False}],
        "labels": [{"name": "home"}], "userEditedTimestampUsec": 1690866308447000, "createdTimestampUsec": 1690372692755000}  # fmt: skip


def test_a_keep_note_is_read_and_its_page_is_not_read_again(tmp_path: Path) -> None:
    page = '<html><body><div class="note"><div class="heading">x</div><div class="title">Shopping</div></div></body></html>'
    members = {
        "Takeout/Keep/Shopping.json": json.dumps(KEEP),
        "Takeout/Keep/Shopping.html": page,
        "Takeout/a.json": "{}",
    }
    notes = found(zipped(tmp_path / "takeout.zip", members))
    assert set(notes) == {"Takeout/Keep/Shopping.json", "Takeout/a.json"}
    note = notes["Takeout/Keep/Shopping.json"]
    assert note.document.text == "Shopping\n\n[x] milk\n[ ] bread"
    assert (note.document.tags, note.labels) == (("home",), ("pinned",))
    assert note.document.date == "2023-07-26T11:58:12+00:00"
    assert only(tmp_path / "Shopping.html", page).kind == "note"
    assert only(tmp_path / "broken.json", json.dumps(KEEP)[:-1]).kind == "text"


NOTION = "1590080aa5a3802488c2e857dea7aa7"


def test_a_notion_export_has_the_names_that_people_gave(tmp_path: Path) -> None:
    inner = zipped(
        tmp_path / "part.zip",
        {
            f"Home {NOTION}1.md": f"# Home\n\n[Boiler](Home%20{NOTION}1/Boiler%20{NOTION}2.md)\n",
            f"Home {NOTION}1/Boiler {NOTION}2.md": "# Boiler\n\nTags: warm, home\nDate: March 2, 2024 2:05 PM\n\nserviced\n",
            f"Home {NOTION}1/Tasks {NOTION}3.csv": "Name,Done\ncall,No\n",
            f"Home {NOTION}1/Tasks {NOTION}3_all.csv": "Name,Done\ncall,No\npay,Yes\n",
        },
    )
    path = tmp_path / "Export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "Part-1.zip")
    notes = found(path)
    assert set(notes) == {f"Part-1.zip > {name}" for name in ("Home.md", "Home/Boiler.md", "Home/Tasks.csv")}
    assert notes["Part-1.zip > Home.md"].document.links == ("Home/Boiler.md",)
    boiler = notes["Part-1.zip > Home/Boiler.md"].document
    assert (boiler.title, boiler.tags, (boiler.date or "")[:16]) == ("Boiler", ("warm", "home"), "2024-03-02T14:05")
    assert "pay" in notes["Part-1.zip > Home/Tasks.csv"].document.text


def test_a_notion_page_in_html_has_its_properties_as_facts(tmp_path: Path) -> None:
    note = only(
        tmp_path / "a.html",
        f'<html><head><title>Boiler</title></head><body><article id="{NOTION}1" class="page sans"><header>'
        '<h1 class="page-title">Boiler</h1><table class="properties"><tbody><tr><th>Tags</th><td>'
        '<span class="selected-value">warm</span><span class="selected-value">home</span></td></tr><tr><th>Date</th>'
        '<td><time>@March 2, 2024</time></td></tr></tbody></table></header><div class="page-body"><div class='
        '"checkbox checkbox-on"></div> <span>call</span></div></article></body></html>',
    )
    assert (note.kind, note.title, note.tags, note.date) == ("note", "Boiler", ("warm", "home"), "2024-03-02")
    assert "warm, home" in note.text and "[x] call" in note.text


def test_bears_backup_is_a_document_a_note(tmp_path: Path) -> None:
    info = {"net.shinyfrog.bear": {"creationDate": "2024-03-02T14:05:00Z", "trashed": 1}, "version": 2}
    locked = {"net.shinyfrog.bear": {"encrypted": 1}}
    path = zipped(
        tmp_path / "a.bear2bk",
        {
            "Boiler.textbundle/text.md": "# Boiler\n\n#warm/house #two words#\n",
            "Boiler.textbundle/info.json": json.dumps(info),
            "Boiler.textbundle/assets/list.txt": "words in a file",
            "Locked.textbundle/text.md": "",
            "Locked.textbundle/info.json": json.dumps(locked),
            "tags.json": "{}",
        },
    )
    notes = found(path)
    assert set(notes) == {"Boiler.textbundle", "Boiler.textbundle > list.txt"}
    boiler = notes["Boiler.textbundle"]
    assert boiler.document.tags == ("warm/house", "two words")
    assert (boiler.document.date, boiler.labels) == ("2024-03-02T14:05:00+00:00", ("trash",))
    assert [outcome.note for outcome in parsed(path) if isinstance(outcome, Outcome)] == [
        "encrypted by the program that wrote it"
    ]


def test_a_roam_page_is_its_blocks(tmp_path: Path) -> None:
    graph = [
        {"title": "Boiler", "uid": "p1", "create-time": 1709388300000, "children": [
            {"string": "Serviced by [[Kees]] #warm", "uid": "b1", "children": [{"string": "{{[[TODO]]}} pay ((b3))", "uid": "b2"}]},
            {"string": "in October", "uid": "b3", "heading": 2},
        ]},
        {"title": "Empty", "uid": "p2"},
    ]  # fmt: skip
    (tmp_path / "roam.json").write_text(json.dumps(graph))
    ((part, member),) = found(tmp_path / "roam.json").items()
    assert part == "Boiler"
    assert member.document.text == "Boiler\n\nServiced by [[Kees]] #warm\n- [ ] pay in October\n\nin October"
    assert (member.document.tags, member.document.links) == (("warm",), ("Kees",))


def test_a_canvas_is_read_card_by_card(tmp_path: Path) -> None:
    card = {"width": 100, "height": 100}
    canvas = {
        "nodes": [
            {"id": "3", "type": "text", "text": "alone [[Kees]]", "x": 900, "y": 0, **card},
            {"id": "2", "type": "file", "file": "notes/Boiler.md", "x": 10, "y": 300, **card},
            {"id": "1", "type": "text", "text": "first #warm", "x": 10, "y": 10, **card},
            {"id": "0", "type": "group", "label": "House", "x": 0, "y": 0, "width": 500, "height": 500},
        ],
        "edges": [{"id": "e", "fromNode": "1", "toNode": "2", "label": "leads to"}],
    }
    note = only(tmp_path / "plan.canvas", json.dumps(canvas))
    assert note.text == "House\n\nfirst #warm\n\nBoiler\n\nalone [[Kees]]\nleads to"
    assert (note.tags, note.links, note.marks[0].label) == (("warm",), ("notes/Boiler.md", "Kees"), "House")


def test_a_plain_json_stays_a_text_file(tmp_path: Path) -> None:
    for text in ('{"name": "x", "messages": []}', '[{"title": "x"}]', '{"a": 1}', "[1, 2]"):
        assert only(tmp_path / "a.json", text).kind == "text"


def test_every_export_of_the_importer_is_read(shared) -> None:  # type: ignore[no-untyped-def]
    exports = [
        path for path in sorted(shared("corpora/notes-importer-formats").rglob("*")) if "expected" not in path.parts
    ]
    wanted = {".enex", ".bear2bk", ".zip", ".one", ".json", ".html"}
    answers = read_all([path for path in exports if path.suffix in wanted])
    broken = [
        (path.name, answer.note)
        for path, found in answers.items()
        for answer in found
        if isinstance(answer, Outcome) and answer.status == "failed" and answer.note != "damaged image"
    ]
    assert not broken
    failed = {path.name for path, found in answers.items() if found[-1].outcome.status == "failed"}  # type: ignore[union-attr]
    assert failed == {"testOneNoteFromOffice365.one", "testOneNoteFromOffice365-2.one"}


@pytest.mark.parametrize("name", ["a.enex", "a.org", "a.canvas", "a.json", "a.html"])
@settings(max_examples=15, deadline=None)
@given(at=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6))
def test_damaged_notes_never_break_a_parser(
    tmp_path_factory: pytest.TempPathFactory, name: str, at: list[tuple[int, int]]
) -> None:
    whole = {
        "a.enex": ENEX,
        "a.org": ORG,
        "a.canvas": '{"nodes": [{"type": "text", "text": "x"}]}',
        "a.json": json.dumps(KEEP),
    }
    data = bytearray(whole.get(name, f'<article id="{NOTION}1" class="page">x<table class="properties">').encode())
    for place, byte in at:
        data[place % len(data)] = byte
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(bytes(data))
    for answer in parsed(path):
        assert "broke on it" not in (getattr(answer, "note", "") or ""), answer
