"""Every part that a mail names is told of: read, or left out with the reason."""

from pathlib import Path

from parser_files import parsed

from ragd.records import Member, Outcome

HEAD = b"From: dana@example.org\nSubject: gate\nMIME-Version: 1.0\n"


def told(path: Path, *parts: bytes) -> dict[str | None, str | None]:
    """Each part of a mail with the reason why it was not read; None: it was."""
    body = b"".join(b"--b\n" + part + b"\n" for part in (b"Content-Type: text/plain\n\nSee below.", *parts))
    path.write_bytes(HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + body + b"--b--\n")
    return {one.part: one.note if isinstance(one, Outcome) else None for one in parsed(path)}


def file(name: str, media_type: str, content: bytes = b"", more: bytes = b"") -> bytes:
    said = f'Content-Type: {media_type}; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
    return said.encode() + more + b"\n" + content


def test_an_empty_file_is_told_and_so_is_another_of_its_name(tmp_path: Path) -> None:
    empty = file("contract.doc", "application/msword")
    assert told(tmp_path / "a.eml", empty, empty) == {
        None: None,
        "contract.doc": "empty file",
        "contract.doc #2": "empty file",
    }


def test_what_comes_out_empty_of_a_damaged_encoding_says_so(tmp_path: Path) -> None:
    damaged = file("a.pdf", "application/pdf", b"=\n", b"Content-Transfer-Encoding: base64\n")
    found = told(tmp_path / "a.eml", damaged)["a.pdf"]
    assert found and "damaged" in found


def test_a_picture_in_the_text_is_told_once(tmp_path: Path) -> None:
    picture = b'Content-Type: image/jpeg; name="image001.jpg"\nContent-ID: <1@x>\n\nwords\n'
    assert told(tmp_path / "a.eml", picture, picture) == {
        None: None,
        "image001.jpg": "a picture in the text, not read",
    }


def test_a_file_that_lies_elsewhere_says_where(tmp_path: Path) -> None:
    place = b'message/external-body; access-type=ANON-FTP; site="ftp.example.org"; directory="pub"; name="plan.ps"'
    elsewhere = b"Content-Type: " + place + b"\n\nContent-Type: application/postscript\n\n"
    assert told(tmp_path / "a.eml", elsewhere)["plan.ps"] == "lies elsewhere (ftp.example.org, pub)"


def test_a_winmail_dat_without_files_says_so(tmp_path: Path) -> None:
    wrapped = b"\x78\x9f\x3e\x22\x01\x00"
    found = told(tmp_path / "a.eml", file("winmail.dat", "application/ms-tnef", wrapped))
    assert found["winmail.dat"] == "only what Outlook knows of the message: there is no file in it"


def test_of_a_hundred_and_fifty_layers_the_outer_ones_are_read(tmp_path: Path) -> None:
    data = b"Subject: in\n\nthe innermost words\n"
    for number in range(150):
        mark = f"b{number}".encode()
        data = (
            HEAD
            + b'Content-Type: multipart/mixed; boundary="%b"\n\n--%b\n\nwords of layer %b\n' % (mark, mark, mark)
            + b"--%b\nContent-Type: message/rfc822\n\n%b\n--%b--\n" % (mark, data, mark)
        )
    path = tmp_path / "a.eml"
    path.write_bytes(data)
    *members, left_out = parsed(path)
    texts = [one.document.text for one in members if isinstance(one, Member)]
    assert texts == [f"words of layer b{number}" for number in range(149, 140, -1)]
    assert isinstance(left_out, Outcome) and left_out.note == "lies more than 8 parts deep"


def test_parts_within_parts_are_read_as_far_as_anybody_nests_them(tmp_path: Path) -> None:
    data = b"Content-Type: text/plain\n\nthe innermost words\n"
    for number in range(150):
        mark = f"c{number}".encode()
        words = b'Content-Type: multipart/mixed; boundary="%b"\n\n--%b\n\nwords of layer %b\n' % (mark, mark, mark)
        data = words + b"--%b\n%b\n--%b--\n" % (mark, data, mark)
    path = tmp_path / "a.eml"
    path.write_bytes(HEAD + data)
    member, left_out = parsed(path)
    assert isinstance(member, Member) and member.document.text.startswith("words of layer c149")
    assert isinstance(left_out, Outcome) and left_out.note == "its parts are nested too deeply"
