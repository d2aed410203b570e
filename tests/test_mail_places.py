"""A message at two places, its labels, its attachments and its message; notes that link to each other."""

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest
from mail_shelf import mail

from ragd import Library
from ragd.cli import show
from ragd.cli.screen import results
from ragd.errors import SourceError
from ragd.wire import found as as_json
from ragd.wire import passage

LADDER = "The long ladder stands behind the shed, next to the rain barrel."


def message(labels: str = "", *, attach: bool = False) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Dana Visser <dana@example.org>", "kees@example.org", "Ladder and bill"
    mail["Date"], mail["Message-ID"] = "Sun, 03 Mar 2024 10:00:00 +0100", "<ladder@example.org>"
    if labels:
        mail["X-Gmail-Labels"] = labels
    mail.set_content(LADDER)
    if attach:
        mail.add_attachment("The gutters cost 240 euro, payable in May.", filename="bill.txt")
    return mail


def mbox(path: Path, *mails: EmailMessage) -> Path:
    path.write_bytes(b"".join(b"From - Sun Mar  3 10:00:00 2024\n" + mail.as_bytes() + b"\n" for mail in mails))
    return path


def test_one_message_in_two_exports_is_one_document_with_the_labels_of_both(library: Library, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    mbox(tmp_path / "export" / "all.mbox", message("Roof,Unread"))
    mbox(tmp_path / "export" / "work.mbox", message("Work"))
    library.add([tmp_path / "export"])
    [hit] = library.search("ladder behind the shed")
    assert set(hit.document.labels) == {"Roof", "unread", "Work"}
    assert [Path(path).name for path, _ in hit.document.also_at] == ["work.mbox"]
    for query, there in (
        ("label:work", True),
        ("label:roof in:work.mbox", True),
        ("-label:unread", False),
        ("label:wor", False),
    ):
        assert bool(library.search(f"ladder {query}")) is there, query
    assert library.status()["documents"] == 1


def test_a_message_that_is_read_in_its_maildir_loses_its_label(library: Library, tmp_path: Path) -> None:
    box = tmp_path / "box"
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    (box / "new" / "1709456400.M1P1.host").write_bytes(message().as_bytes())
    library.add([box])
    assert library.search("ladder label:unread")
    (box / "new" / "1709456400.M1P1.host").rename(box / "cur" / "1709456400.M1P1.host:2,FS")
    library.sync()
    assert library.search("ladder label:unread") == []
    assert library.search("ladder")[0].document.labels == ("flagged",)


@pytest.mark.parametrize("export_first", [True, False])
def test_a_mail_without_a_date_has_that_of_its_mailbox_wherever_else_it_lies(
    library: Library, tmp_path: Path, export_first: bool
) -> None:
    undated = message(attach=True)
    del undated["Date"]
    box, copy = tmp_path / "box", tmp_path / "copy"
    for folder in (box, copy):
        folder.mkdir()
    (copy / "a.eml").write_bytes(undated.as_bytes())
    (box / "b.mbox").write_bytes(b"From dana@example.org Sat Jan  3 01:05:34 1998\n" + undated.as_bytes() + b"\n")
    for folder in (box, copy) if export_first else (copy, box):
        library.add([folder])
    told = {hit.document.date_from: hit.document for hit in library.search("ladder gutters before:1998-01-04")}
    assert set(told) == {"content", "message"}
    for document in told.values():
        assert document.date == "1998-01-03T01:05:34+00:00"
        assert len(document.also_at) == 1  # one and the same
    assert library.search("ladder gutters after:2019") == []
    assert "3 January 1998" in library.search("ladder behind the shed")[0].place


def test_a_date_that_a_program_made_up_for_a_mailbox_is_none(library: Library, tmp_path: Path) -> None:
    undated = message()
    del undated["Date"]
    export = mailbox.mbox(tmp_path / "all.mbox")
    export.add(undated.as_bytes())  # from "MAILER-DAEMON", today
    export.close()
    library.add([tmp_path / "all.mbox"])
    assert library.search("ladder behind the shed")[0].document.date_from == "file"


def test_an_attachment_names_its_message_and_the_message_its_attachments(library: Library, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    mbox(tmp_path / "export" / "all.mbox", message(attach=True))
    library.add([tmp_path / "export"])
    library.keep(library.find("what do the gutters cost"))
    with (console := results()).capture() as shown:
        show.passage(console, library.passage(1))
    assert "message id <ladder@example.org>" in shown.get()
    bill = library.search("what do the gutters cost")[0]
    assert as_json(bill.document)["message_id"] == "ladder@example.org"
    assert bill.document.within and bill.document.within.title == "Ladder and bill"
    assert bill.document.date == "2024-03-03T10:00:00+01:00" and bill.document.date_from == "message"
    assert bill.place == "in mail 'Ladder and bill' from Dana Visser, 3 March 2024 > line 1"
    told = as_json(bill.document)
    assert told["within"] == {
        "part": "<ladder@example.org>",
        "title": "Ladder and bill",
        "kind": "mail",
        "author": "Dana Visser <dana@example.org>",
        "date": "2024-03-03T10:00:00+01:00",
    }
    mail = library.search("ladder behind the shed")[0]
    assert mail.document.holds == ("<ladder@example.org> > bill.txt",)
    assert mail.document.thread == bill.document.thread == "ladder@example.org"
    assert library.search("gutters from:dana to:kees before:2024-03-04")[0].document.part == bill.document.part


def test_a_mail_without_words_is_found_by_its_subject_and_listed_by_its_filters(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "export").mkdir()
    empty = message(attach=True)
    empty.get_payload()[0].set_content("")  # type: ignore[union-attr, index]
    mbox(tmp_path / "export" / "all.mbox", empty)
    library.add([tmp_path / "export"])
    assert any(hit.document.kind == "mail" and hit.text == "" for hit in library.search("ladder bill"))
    assert [hit.document.kind for hit in library.search("from:dana type:mail")] == ["mail"]
    assert library.ask("What do the gutters cost?", model="quotes").citations[0].quote


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    (folder / "garden").mkdir(parents=True)
    (folder / "house").mkdir()
    (folder / "index.md").write_text("See [[Quince]], [[garden/Plan|the plan]] and [the roof](house/roof.md#slates).\n")
    (folder / "garden" / "Quince.md").write_text("---\ntags: [fruit/tree]\naliases: [Cydonia]\n---\nPlanted in 2019.\n")
    (folder / "garden" / "Plan.md").write_text("The [[cydonia]] stands beside the [[Plan]].\n")
    (folder / "house" / "Plan.md").write_text("Rooms, and a [[Plan]] of them. <https://example.org>\n")
    (folder / "house" / "roof.md").write_text("# Roof\n\nSlates, see [[index]] and [[Nothing]].\n")
    return folder


def test_links_lead_to_the_notes_that_obsidian_would_open_and_back(library: Library, vault: Path) -> None:
    library.add([vault])

    def names(path: str) -> tuple[list[str], list[str]]:
        to, back = library.links(vault / path)
        return [one.path.removeprefix(f"{vault}/") for one in to], [one.path.removeprefix(f"{vault}/") for one in back]

    assert names("index.md") == (["garden/Quince.md", "garden/Plan.md", "house/roof.md"], ["house/roof.md"])
    assert names("garden/Quince.md") == ([], ["garden/Plan.md", "index.md"])
    assert names("garden/Plan.md") == (["garden/Quince.md"], ["index.md"])
    assert names("house/Plan.md") == ([], [])
    library.keep(library.find("slates"))
    assert [one.path for one in library.passage(1).backlinks] == [str(vault / "index.md")]


def test_tags_are_filters_and_a_tag_holds_those_below_it(library: Library, vault: Path) -> None:
    library.add([vault])
    for query, count in (("tag:fruit", 1), ("tag:fruit/tree", 1), ("tag:tree", 0)):
        assert len(library.search(query)) == count, query
    assert library.search("tag:fruit")[0].document.tags == ("fruit/tree",)


def test_a_mail_is_shown_with_the_messages_around_it_each_under_a_number(library: Library, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    letters = {f"{n:02}.eml": mail(n, f"Slate {n} slipped.", answers=[1] if n > 1 else ()) for n in range(1, 31)}
    for name, data in letters.items():
        (tmp_path / "export" / name).write_bytes(data)
    library.add([tmp_path / "export"])
    library.keep(library.find('"slate 20 slipped"', 1))
    shown = library.passage(1)
    library.keep(shown)
    told = passage(shown)["thread"]
    assert (told["before"], told["after"]) == (14, 5)
    assert [(one["number"], one["here"]) for one in told["messages"]] == [(2 + n, n == 5) for n in range(11)]
    assert library.passage(4).text.strip() == "Slate 17 slipped."
    library.keep(library.passage(4))  # the numbers go to the thread that was shown last
    assert library.passage(2).text.strip() == "Slate 12 slipped."
    assert library.passage(1).text.strip() == "Slate 20 slipped."
    with (console := results()).capture() as screen:
        show.passage(console, shown)
    lines = screen.get().splitlines()
    assert lines[-14:-11] == [
        "thread of 30 messages; `ragd show 2` shows the first of these",
        "      … 14 earlier",
        "   2  16 March 2024 · dana@example.org · roof",
    ]
    assert ">  7  21 March 2024 · dana@example.org · roof" in lines
    with pytest.raises(SourceError, match="the last results are 1 to 12"):
        library.passage(13)


def test_what_stands_alone_has_no_thread(library: Library, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(mail(1, "A lonely slate."))
    library.add([tmp_path / "one.eml"])
    library.keep(library.find("lonely"))
    assert passage(library.passage(1))["thread"] is None
