"""Mail in every wrapping reads as the same letter: text, people, labels, attachments, and what could not be read."""

import base64
import lzma
import struct
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from parser_files import read_all

from ragd.parsers.mail.flowed import unflowed
from ragd.parsers.mail.headers import people
from ragd.parsers.mail.letter import Parts
from ragd.parsers.mail.mbox import messages
from ragd.parsers.mail.mime import letter_of, message_of
from ragd.parsers.mail.rtf_mail import text_of, unpacked
from ragd.parsers.mail.signed import content_of_signed
from ragd.parsers.pool import Ended
from ragd.parsers.sniff import mislabelled
from ragd.parsers.table import readable
from ragd.records import Member, Outcome, SourceFile
from ragd.sources import walk

PLAIN = b"From: Dana <dana@example.org>\nSubject: Roof\nDate: Sat, 2 Mar 2024 10:15:00 +0100\nMessage-ID: <a@x>\n"


def read(path: Path, data: bytes) -> list[Member | Outcome]:
    """What a file with this content holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return [item for item in read_all([path])[path] if not isinstance(item, Ended)]


def member(path: Path, data: bytes) -> Member:
    first = read(path, data)[0]
    assert isinstance(first, Member), first
    return first


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("cur/1234567890.M1P1.host:2,S", ()),
        ("cur/1234567890.M1P1.host:2,", ("unread",)),
        ("cur/1234567890.M1P1.host!2,FRS", ("flagged", "replied")),
        ("cur/1234567890.M1P1.host,S=100:2,DT", ("unread", "draft", "trashed")),
        ("new/1234567890.M1P1.mail.example.rs", ("unread",)),  # no Rust
    ],
)
def test_a_maildirs_flags_are_labels(tmp_path: Path, name: str, labels: tuple[str, ...]) -> None:
    found = member(tmp_path / name, PLAIN + b"\nTwo slates slipped.\n")
    assert (found.document.kind, sorted(found.labels)) == ("mail", sorted(labels))


@pytest.mark.parametrize(
    ("header", "labels"),
    [
        (b'X-Gmail-Labels: Inbox,Opened,Starred,"House, roof"', ("Inbox", "flagged", "House, roof")),
        (b"X-Gmail-Labels: =?UTF-8?Q?Best=C3=A4tigt,Unread?=", ("Bestätigt", "unread")),
        (b"X-Mozilla-Status: 0003", ("replied",)),
        (
            b"X-Mozilla-Status: 1004\nX-Mozilla-Keys: house $label4 ",
            ("unread", "flagged", "forwarded", "house", "to do"),
        ),
        (b"Status: RO\nX-Status: AF", ("flagged", "replied")),
        (b"Status: O\nX-Keywords: house, roof", ("house", "roof", "unread")),
        (b"Status: not a mailbox's own", ()),
    ],
)
def test_labels_that_mail_programs_write_into_the_header_are_kept(header: bytes, labels: tuple[str, ...]) -> None:
    message = message_of(PLAIN + header + b"\n\ntext\n")
    assert letter_of(message, Parts()).labels == labels


def test_apple_mails_flags_are_labels_and_its_list_is_no_text(tmp_path: Path) -> None:
    mail = PLAIN + b"\nTwo slates slipped.\n"
    trailer = b'<?xml version="1.0"?><plist version="1.0"><dict><key>flags</key><integer>20</integer></dict></plist>'
    found = member(tmp_path / "1.emlx", b"%d\n" % len(mail) + mail + trailer)
    assert (found.document.text, found.labels) == ("Two slates slipped.", ("unread", "replied", "flagged"))


def test_a_mailbox_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    box = b"From - Sat Mar  2 10:15:00 2024\nX-Mozilla-Status: 0001\n" + PLAIN + b"\nText.\n\n"
    for name in ("Inbox", "Inbox.sbd/Roof.2024", "2024-March.txt"):
        assert [one.part for one in read(tmp_path / name, box * 2)] == ["<a@x>", "<a@x> #2"]
    note = read(tmp_path / "note.txt", b"From here on: see 10:15 below\nnothing\n")
    assert isinstance(note[0], Member) and note[0].document.kind == "text"


def test_a_body_whose_length_is_stated_is_not_cut_at_its_from_lines() -> None:
    import io

    body = b"Forwarded:\n\nFrom kees@example.org Sat Mar  2 10:15:00 2024\nSubject: within\n\nHello\n"
    one = b"From a@x Sat Mar  2 10:15:00 2024\n" + PLAIN + b"Content-Length: %d\n\n" % len(body) + body + b"\n"
    assert len(list(messages(io.BytesIO(one * 3)))) == 3
    wrong = one.replace(b"Content-Length: %d" % len(body), b"Content-Length: 7")
    assert len(list(messages(io.BytesIO(wrong)))) == 2  # not believed: the line begins a message


def test_flowed_text_is_joined_and_quotes_keep_their_lines() -> None:
    text = "One \nline.\n > stuffed\n>> deep \n>> er\n> other \nreply\n-- \nDana \nVisser\n"
    assert unflowed(text, delete_space=False).split("\n") == [
        *("One line.", "> stuffed", ">> deep ", ">> er", "> other ", "reply", "-- ", "Dana Visser", "")
    ]
    assert unflowed("日本 \n語\n", delete_space=True) == "日本語\n"


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("Visser, Dana <dana@x.org>, Kees <k@x>", ("Visser, Dana <dana@x.org>", "Kees <k@x>")),
        ("The board: a@x.org, 'B, C' <b@y.org>;", ("a@x.org", "'B, 'C' <b@y.org>")),
        ("undisclosed-recipients:;", ()),
        ("one@x.org two@x.org", ("one@x.org", "two@x.org")),
        ("Dana Visser dana@x.org", ("Dana Visser <dana@x.org>",)),
        ("dana@x.org (Dana Visser)", ("Dana Visser <dana@x.org>",)),
        ('"Visser, Dana (Roofs)" <d@x.org>', ("Visser, Dana (Roofs) <d@x.org>",)),
        ("=?utf-8?q?Visser=2C_Dana?= <d@x.org>", ("Visser, Dana <d@x.org>",)),
        ("D=?iso-8859-1?q?=E4?=na <d@x.org>", ("Däna <d@x.org>",)),
    ],
)
def test_lists_of_people_are_read_as_they_were_meant(raw: str, found: tuple[str, ...]) -> None:
    shown = people(message_of(f"To: {raw}\n\n".encode()), "To")
    assert shown == found or (raw.startswith("The board") and shown[0] == "a@x.org")


@pytest.mark.parametrize(
    ("raw", "date"),
    [
        ("Thu, 22 Aug 0102 12:07:35 +0800", "2002-08-22T12:07:35+08:00"),
        ("2 Mar 24 10:15 GMT", "2024-03-02T10:15:00+00:00"),
        ("Sat, 02 Mar 2024 10:15:00 -0000", "2024-03-02T10:15:00+00:00"),
        ("2002/09/14 Sat 13:06:03 GMT", "2002-09-14T13:06:03+00:00"),
        ("2025-07-29T12:42:06.000Z", "2025-07-29T12:42:06+00:00"),
        ("Sat, 2 Mar 2024 10:15:00 EST", "2024-03-02T10:15:00-05:00"),
        ("za, 2 mrt 2024 10:15:00 +0100", "2024-03-02T10:15:00+01:00"),
        ("Sa, 2 Mär 2024 10:15:00 +0100", "2024-03-02T10:15:00+01:00"),
        ("sam., 2 févr. 2024 10:15:00 +0100", "2024-02-02T10:15:00+01:00"),
    ],
)
def test_dates_are_read_in_the_forms_that_mails_have(raw: str, date: str) -> None:
    assert letter_of(message_of(f"Date: {raw}\n\n".encode()), Parts()).date == date


RECEIVED = (
    "Received: from a by b; Sun, 3 Mar 2024 10:00:00 +0100\nReceived: from c by a; Sat, 2 Mar 2024 10:00:00 +0100\n"
)


@pytest.mark.parametrize(
    ("head", "date"),
    [
        (f"{RECEIVED}Date: Fri, 1 Mar 2024 10:00:00 +0100\n", "2024-03-01T10:00:00+01:00"),
        (RECEIVED, "2024-03-03T10:00:00+01:00"),
        (f"Resent-Date: Tue, 5 Mar 2024 10:00:00 +0100\n{RECEIVED}Date: soon\n", "2024-03-03T10:00:00+01:00"),
        (f"Received: by b with SMTP id 7\n{RECEIVED}", "2024-03-03T10:00:00+01:00"),
        ("Resent-Date: Tue, 5 Mar 2024 10:00:00 +0100\n", "2024-03-05T10:00:00+01:00"),
        ("Date: soon\n", None),
    ],
)
def test_a_mail_without_a_readable_date_is_dated_by_the_last_server(head: str, date: str | None) -> None:
    assert letter_of(message_of(f"{head}\n".encode()), Parts()).date == date


def test_raw_headers_are_in_the_encoding_of_the_text() -> None:
    raw = "Subject: ÇEKİLİŞ\nContent-Type: text/plain; charset=windows-1254\n\n".encode("cp1254")
    assert letter_of(message_of(raw), Parts()).subject == "ÇEKİLİŞ"
    mislabelled = "Subject: über\nContent-Type: text/plain; charset=iso-8859-1\n\n".encode()
    assert letter_of(message_of(mislabelled), Parts()).subject == "über"


def test_what_is_encrypted_says_so_and_what_is_signed_is_read(tmp_path: Path) -> None:
    sealed = PLAIN + (
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\n\n'
        b"--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n"
        b"Content-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\nxyz\n--b--\n"
    )
    mail, note = read(tmp_path / "sealed.eml", sealed)
    assert isinstance(mail, Member) and mail.document.text == ""
    assert isinstance(note, Outcome) and note.note == "encrypted (PGP), needs your key"
    armoured = b"\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe roof.\n- -- \nDana\n"
    armoured += b"-----BEGIN PGP SIGNATURE-----\nx\n"
    assert member(tmp_path / "signed.eml", PLAIN + armoured).document.text == "The roof.\n--\nDana"


def der(tag: int, content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([tag]) + length + content


def test_what_an_opaque_signature_holds_is_read(tmp_path: Path) -> None:
    inner = b"Content-Type: text/plain\n\nTwo slates slipped.\n"
    data = der(0x30, bytes.fromhex("06092a864886f70d010701") + der(0xA0, der(0x04, inner)))
    signed = der(
        0x30, bytes.fromhex("06092a864886f70d010702") + der(0xA0, der(0x30, der(2, b"\1") + der(0x31, b"") + data))
    )
    assert content_of_signed(signed) == inner
    head = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"
    encoded = b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(signed)
    assert member(tmp_path / "a.eml", PLAIN + head + encoded).document.text == "Two slates slipped."
    assert content_of_signed(der(0x30, bytes.fromhex("06092a864886f70d010703"))) is None


def test_uuencoded_files_are_attachments_and_no_text(tmp_path: Path) -> None:
    import binascii

    lines = b"".join(binascii.b2a_uu(line) for line in (b"Gutter: 12 metres.\n",))
    mail, attached = read(
        tmp_path / "a.eml", PLAIN + b"\nSee below.\n\nbegin 644 notes.txt\n" + lines + b"`\nend\nDana\n"
    )
    assert isinstance(mail, Member) and mail.document.text == "See below.\n\nDana"
    assert isinstance(attached, Member) and (attached.part, attached.document.text) == (
        *("notes.txt", "Gutter: 12 metres.\n"),
    )


def test_of_several_forms_of_a_body_one_is_text(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "dana@example.org", "x"
    mail.set_content("Plain words.")
    mail.add_alternative("<p>Marked words.</p>", subtype="html")
    assert member(tmp_path / "a.eml", bytes(mail)).document.text == "Plain words."
    mail.clear_content()
    mail.set_content("Your mail program does not show HTML.")
    mail.add_alternative("<p>Marked words, and many of them: " + "roof " * 40 + "</p>", subtype="html")
    assert member(tmp_path / "b.eml", bytes(mail)).document.text.startswith("Marked words")


def test_a_message_that_is_cut_off_shows_no_boundary(tmp_path: Path) -> None:
    cut = b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nThe roof.\n--b\n'
    assert member(tmp_path / "a.eml", PLAIN + cut).document.text == "The roof."
    misnamed = cut.replace(b'boundary="b"', b'boundary="other"') + b"Content-Type: text/plain\n\nThe gutter.\n--b--\n"
    assert member(tmp_path / "b.eml", PLAIN + misnamed).document.text == "The roof.\n\nThe gutter."


def test_utf16_mail_is_read(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        text = (PLAIN.decode() + "\nDie Dächer.\n").encode(encoding)
        assert member(tmp_path / f"{encoding}.eml", text).document.text == "Die Dächer."


def tnef_attribute(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def test_what_is_in_winmail_dat_stands_where_it_would_without(tmp_path: Path) -> None:
    wrapped = b"\x78\x9f\x3e\x22\x01\x00" + b"".join(
        (
            tnef_attribute(1, 0x00069007, struct.pack("<II", 1252, 0)),
            tnef_attribute(1, 0x0002800C, "Die Dächer.\0".encode("cp1252")),
            tnef_attribute(2, 0x00069002, bytes(14)),
            tnef_attribute(2, 0x00018010, b"notes.txt\0"),
            tnef_attribute(2, 0x0006800F, b"Gutter: 12 metres.\n"),
        )
    )
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "dana@example.org", "x"
    mail.set_content(" ")
    mail.add_attachment(wrapped, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    found = read(tmp_path / "a.eml", bytes(mail))
    assert [(one.part, one.document.text) for one in found if isinstance(one, Member)] == [
        *((None, "Die Dächer."), ("notes.txt", "Gutter: 12 metres.\n"))
    ]
    alone = read(tmp_path / "b.tnef", wrapped)
    assert [one.part for one in alone] == [None, "notes.txt"]


def test_the_page_in_outlooks_rtf_is_read() -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 D\'e4cher \u8364?"
        rb"{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0}"
    )
    assert text_of(rtf, page=True) == "<p>Dächer €</p>"
    stored = struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf
    assert unpacked(stored) == rtf
    assert unpacked(b"nonsense") == b""


def ole(streams: dict[str, bytes]) -> bytes:
    """A compound file with these streams, each filled up to a sector chain of its own."""
    sector, names = 512, list(streams)
    blocks = {name: data + bytes(-len(data) % 4096 or 4096) for name, data in streams.items()}
    fat = [0xFFFFFFFD, *_chain(1, -(-(len(names) + 1) // 4))]
    starts = {}
    for name in names:
        starts[name] = len(fat)
        fat += _chain(len(fat), len(blocks[name]) // sector)
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1 if names else 0xFFFFFFFF)]
    for index, name in enumerate(names, start=1):
        right = index + 1 if index < len(names) else 0xFFFFFFFF
        entries.append(_entry(name, 2, starts[name], len(blocks[name]), right=right))
    directory = b"".join(entries)
    assert len(fat) <= 128
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        *(0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0),
    )  # fmt: skip
    header += b"\xff" * (512 - len(header))
    table = struct.pack(f"<{len(fat)}I", *fat) + b"\xff" * (512 - 4 * len(fat))
    return header + table + directory + bytes(-len(directory) % 512) + b"".join(blocks.values())


def _chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), 0xFFFFFFFE]


def _entry(name: str, kind: int, start: int, size: int, *, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF) -> bytes:
    wide = (name + "\0").encode("utf-16-le")
    return struct.pack("<64sHBBIII36xIQ", wide, len(wide), kind, 1, 0xFFFFFFFF, right, child, start, size)


def test_an_outlook_message_is_a_mail(tmp_path: Path) -> None:
    flags = struct.pack("<IIQ", 0x0E070003, 6, 0)
    sent = struct.pack("<IIQ", 0x00390040, 6, 133538193000000000)
    streams = {
        "__properties_version1.0": bytes(32) + flags + sent,
        "__substg1.0_0037001F": "\x01\x05Re: Roof".encode("utf-16-le"),
        "__substg1.0_0C1A001F": "Dana Visser".encode("utf-16-le"),
        "__substg1.0_5D01001F": "dana@example.org".encode("utf-16-le"),
        "__substg1.0_0E04001F": "Kees; Merle".encode("utf-16-le"),
        "__substg1.0_1000001F": "Two slates slipped.".encode("utf-16-le"),
        "__substg1.0_1035001F": "<a@x>".encode("utf-16-le"),
    }
    found = member(tmp_path / "a.msg", ole(streams))
    document = found.document
    assert (document.title, document.author) == ("Re: Roof", "Dana Visser <dana@example.org>")
    assert (document.recipients, document.message_id) == (("Kees", "Merle"), "a@x")
    assert (document.text, document.date) == ("Two slates slipped.", "2024-03-02T02:15:00+00:00")
    assert found.labels == ("unread",)
    (tmp_path / "b.msg").write_bytes(ole(streams)[:700])
    [broken] = read_all([tmp_path / "b.msg"])[tmp_path / "b.msg"]
    assert isinstance(broken, Ended) and broken.outcome.status == "failed"


def test_an_outlook_store_is_read_item_by_item(shared: Callable[[str], Path], tmp_path: Path) -> None:
    packed = shared("corpora/mail-outlook-ost") / "outlook-sample.ost.xz"
    found = read(tmp_path / "a.ost", lzma.decompress(packed.read_bytes()))
    top = list(_top(found))
    assert len(top) == 183
    assert {"Inbox", "Sent Items", "Calendar/United States holidays"} <= {label for one in top for label in one.labels}
    assert any(one.part and one.part.endswith("> Clinometer Usage.pdf") for one in found)


def _top(found: list[Member | Outcome]) -> Iterator[Member]:
    yield from (one for one in found if isinstance(one, Member) and " > " not in (one.part or ""))


def test_a_maildirs_folders_are_taken_in_and_what_lies_beside_the_mail_is_not(tmp_path: Path) -> None:
    for name in ("cur/1.M1.host:2,S", ".Sent.2024/new/2.M1.host", "tmp/3.M1.host", ".cache/x.txt", "Inbox.msf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(PLAIN + b"\nText.\n")
    (tmp_path / "new").mkdir()
    found = list(walk.scan(tmp_path, readable=readable))
    taken = {str(one.path.relative_to(tmp_path)) for one in found if isinstance(one, SourceFile)}
    left = {str(Path(one.path).relative_to(tmp_path)) for one in found if isinstance(one, Outcome)}
    assert taken == {"cur/1.M1.host:2,S", ".Sent.2024/new/2.M1.host"}
    assert left == {"tmp", ".cache", "Inbox.msf"}


def test_a_link_that_is_sent_as_a_picture_is_read_as_what_it_is(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "dana@example.org", "Roof"
    mail.set_content("Look at the roof.")
    link = b"[InternetShortcut]\r\nURL=http://roofs.example.org/view.jpg\r\n"
    mail.add_attachment(link, maintype="image", subtype="jpeg", filename="view.link")
    found = {one.part: one for one in read(tmp_path / "a.eml", mail.as_bytes())}
    linked = found["view.link"]
    assert isinstance(linked, Member) and linked.document.kind == "text"
    assert "roofs.example.org" in linked.document.text


def test_what_is_no_picture_is_said_to_be_what_it_is() -> None:
    assert mislabelled("view.jpg", "image", b"<html><body>404 Not Found") == "said to be an image but is a web page"
    assert mislabelled("view.jpg", "image", b"URL=http://example.org") == "said to be an image but is text"
    assert mislabelled("view.jpg", "image", b"\x89PNG\r\n\x1a\n....") is None
    assert mislabelled("view.jpg", "image", bytes(range(32)) * 20) is None  # damaged, or of a kind that is not known
