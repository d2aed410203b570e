"""Mail files and mailboxes: a document a message, its people and its thread, its attachments beside it."""

import mailbox
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parser_files import documents, message, only, parsed, write_pdf

from ragd.parsers.mail.mbox import messages
from ragd.parsers.reading import clean
from ragd.records import Outcome


def test_a_mail_gives_its_people_its_date_and_its_thread(tmp_path: Path) -> None:
    mail = message("The rent is due.\n", subject="Rent für März")
    mail["References"] = "<a@x> <b@x>"
    mail["In-Reply-To"] = "<b@x>"
    (tmp_path / "a.eml").write_bytes(bytes(mail))
    document = only(tmp_path / "a.eml")
    assert document.text == "The rent is due."
    assert (document.title, document.author) == ("Rent für März", "Dana Visser <dana@example.org>")
    assert document.recipients == ("Kees <kees@example.org>", "Łucja Ż <lucja@example.org>", "Ann <ann@example.org>")
    assert (document.date, document.message_id) == ("2024-03-02T10:15:00+01:00", "one@example.org")
    assert (document.references, document.kind) == (("a@x", "b@x"), "mail")


NAME = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(subject=st.lists(NAME, min_size=1, max_size=5).map(" ".join), body=st.lists(NAME, min_size=1, max_size=20).map(" ".join), name=NAME)  # fmt: skip  # noqa: E501
def test_what_the_standard_library_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, subject: str, body: str, name: str
) -> None:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = f'"{name}" <x@example.org>'
    mail.set_content(body)
    path = tmp_path_factory.mktemp("mail") / "a.eml"
    path.write_bytes(mail.as_bytes(policy=policy.SMTP))
    document = only(path)
    assert document.text == clean(body)
    reread = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    assert document.title == clean(str(reread["Subject"]))
    assert clean(parseaddr(document.author or "")[1]) == "x@example.org"


def test_attachments_are_documents_of_their_own(tmp_path: Path) -> None:
    mail = message("See the lease.")
    lease = write_pdf(tmp_path / "lease.pdf", [["The rent"]]).read_bytes()
    mail.add_attachment(lease, maintype="application", subtype="pdf", filename="lease.pdf")
    mail.add_attachment(lease, maintype="application", subtype="pdf", filename="lease.pdf")
    mail.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename="photo.gif")
    mail.add_attachment(message("Inner words.", message_id="inner@x"))
    (tmp_path / "a.eml").write_bytes(bytes(mail))
    found = parsed(tmp_path / "a.eml")
    texts = {part: document.text for part, document in documents(found).items()}
    assert texts == {
        None: "See the lease.",
        "lease.pdf": "The rent",
        "lease.pdf #2": "The rent",
        "<inner@x>": "Inner words.",
    }
    assert documents(found)["lease.pdf"].id == only(tmp_path / "lease.pdf").id
    (left_out,) = [one for one in found if isinstance(one, Outcome)]
    assert (left_out.part, left_out.status, left_out.note) == ("photo.gif", "skipped", "no parser for .gif files")


def test_an_mbox_gives_a_document_a_message_and_the_same_one_as_the_eml_file(tmp_path: Path) -> None:
    mails = [
        message("From here on it is easy.\n\nFrom now on too.\nFrom the start.\n", message_id="one@x"),
        message("Second.", message_id="two@x"),
        message("Second again, another text.", message_id="two@x"),
        message("No id.", message_id=None),
    ]
    mails[1].add_attachment("a,b\n1,2\n", filename="costs.csv", subtype="csv")
    box = mailbox.mbox(str(tmp_path / "all.mbox"))
    for mail in mails:
        box.add(mail)
    box.close()
    (tmp_path / "one.eml").write_bytes(mails[0].as_bytes(policy=policy.SMTP))
    found = documents(parsed(tmp_path / "all.mbox"))
    hashed = next(part for part in found if part and part.startswith("#"))
    assert list(found) == ["<one@x>", "<two@x>", "<two@x> > costs.csv", "<two@x> #2", hashed]
    assert found["<one@x>"].text == "From here on it is easy.\n\nFrom now on too.\nFrom the start."
    assert found["<one@x>"] == only(tmp_path / "one.eml")
    assert found["<two@x> > costs.csv"].text == "a,b\n1,2\n"
    assert found["<two@x>"].id != found["<two@x> #2"].id


def test_an_mbox_is_cut_at_envelopes_only(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(
        b"From dana@x Sat Mar  2 10:15:00 2024\nSubject: one\n\nDear Kees,\n\nFrom here we go.\n\n"
        b"From 10:15 on 2 March 2024 we wait.\nYours\n\n>From me\n>>From you\n\n"
        b"From - Sat Mar 02 10:15:00 2024\r\nSubject: two\r\n\r\nwords\r\n"
    )
    with path.open("rb") as stream:
        first, second = messages(stream)
    assert first.count(b"From here we go.") == 1
    assert b"\nFrom 10:15 on 2 March 2024 we wait.\n" in first
    assert b"\nFrom me\n>From you\n" in first
    assert second.startswith(b"Subject: two")


def test_html_mail_is_read_where_there_is_no_plain_text(tmp_path: Path) -> None:
    mail = message("x")
    mail.set_content("<h1>Offer</h1><table><tr><td>Sink</td><td>120</td></tr></table>", subtype="html")
    (tmp_path / "a.eml").write_bytes(bytes(mail))
    assert only(tmp_path / "a.eml").text == "Offer\n\nSink\t120"


def test_lines_that_a_mail_program_cut_are_one_again(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(
        b"Subject: x\nContent-Type: text/plain; format=flowed\n\nOne long \nparagraph.\n> quoted \n> too\n-- \nDana\n"
    )
    assert only(tmp_path / "a.eml").text == "One long paragraph.\n> quoted\n> too\n--\nDana"


def test_broken_headers_are_read_as_they_were_meant(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(
        b"Subject: =?utf-8?B?w7xiZXIg?= =?utf-8?Q?K=C3=B6ln?= \xfcber"
        b" =?iso-8859-1?Q?Fr\xf6sche?=\nFrom: =?x-unknown?Q?D=E4na?= <d@x>\n"
        b"To: undisclosed-recipients:;\nDate: Sat, 32 Foo 2024\nMessage-ID: <a@x\n\nw\xf6rter\n"
    )
    document = only(tmp_path / "a.eml")
    assert (document.title, document.author, document.text) == ("über Köln über Frösche", "Däna <d@x>", "wörter")
    assert (document.date, document.recipients) == (None, ())
