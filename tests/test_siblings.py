"""Formats beside the well-known ones: shortcuts, saved pages, outlines, signed files, binary workbooks, flat ODF."""

import base64
import io
import plistlib
import struct
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from office_files import xml
from parser_files import documents, ended, message, read_all

from ragd.parsers.office.iwa import _unpacked
from ragd.records import Document, Outcome

PAGE = "<html><head><title>Rent</title></head><body><h1>Rent</h1><p>It is due on Friday – always.</p></body></html>"
TEXT = "Rent\n\nIt is due on Friday – always."


def read(folder: Path, name: str, data: bytes) -> dict[str | None, Document]:
    path = folder / name
    path.write_bytes(data)
    [said] = read_all([path]).values()
    assert ended(said).status == "indexed", ended(said).note
    return documents(said)


@pytest.mark.parametrize(
    "name, data",
    [
        ("Rent.url", b"[InternetShortcut]\r\nIconIndex=0\r\nURL=https://example.org/rent\r\n"),
        ("Rent.webloc", plistlib.dumps({"URL": "https://example.org/rent"})),
        ("Rent2.webloc", plistlib.dumps({"URL": "https://example.org/rent"}, fmt=plistlib.FMT_BINARY)),
    ],
)
def test_a_shortcut_is_a_bookmark(name: str, data: bytes, tmp_path: Path) -> None:
    [document] = read(tmp_path, name, data).values()
    assert (document.kind, document.text) == ("bookmark", "https://example.org/rent")


def test_the_page_in_a_webarchive_is_read_like_any_page(tmp_path: Path) -> None:
    page = {
        "WebResourceData": PAGE.encode(),
        "WebResourceTextEncodingName": "UTF-8",
        "WebResourceMIMEType": "text/html",
    }
    data = plistlib.dumps({"WebMainResource": page, "WebSubresources": []}, fmt=plistlib.FMT_BINARY)
    [document] = read(tmp_path, "rent.webarchive", data).values()
    assert (document.kind, document.title, document.text) == ("web", "Rent", TEXT)


def test_a_firefox_archive_is_the_page_and_not_its_scripts(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("1234_56/index.html", PAGE)
        archive.writestr("1234_56/index_files/menu.js", "let x = 1")
        archive.writestr(
            "1234_56/index.rdf",
            "<RDF:RDF xmlns:RDF='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:MAF='http://maf.mozdev.org/metadata/rdf#'>"
            "<RDF:Description RDF:about='urn:root'><MAF:archivetime RDF:resource='Sat, 02 Mar 2024 10:15:00 +0100'/>"
            "</RDF:Description></RDF:RDF>",
        )
    [document] = read(tmp_path, "rent.maff", held.getvalue()).values()
    assert (document.text, document.date) == (TEXT, "2024-03-02T10:15:00+01:00")


def test_an_outline_is_read_entry_by_entry(tmp_path: Path) -> None:
    data = (
        "<opml version='2.0'><head><title>House</title><ownerName>Dana Visser</ownerName></head><body>"
        "<outline text='Rent'><outline text='due on Friday' _note='by bank'/></outline>"
        "<outline text='News' xmlUrl='https://example.org/feed'/></body></opml>"
    )
    [document] = read(tmp_path, "house.opml", data.encode()).values()
    assert (document.title, document.author) == ("House", "Dana Visser")
    assert document.text == "Rent\ndue on Friday\nby bank\nNews\nhttps://example.org/feed"
    assert [(mark.kind, mark.label) for mark in document.marks] == [("heading", "Rent")]


def tagged(tag: int, *inside: bytes) -> bytes:
    body = b"".join(inside)
    size = bytes([len(body)]) if len(body) < 128 else b"\x82" + struct.pack(">H", len(body))
    return bytes([tag]) + size + body


def signed(content: bytes) -> bytes:
    """The beginning of a CMS signature, as far as its content (RFC 5652)."""
    names = [bytes.fromhex(f"06092a864886f70d0107{last}") for last in ("02", "01")]
    inside = tagged(0x30, names[1], tagged(0xA0, tagged(0x04, content)))
    return tagged(0x30, names[0], tagged(0xA0, tagged(0x30, b"\x02\x01\x01", tagged(0x31), inside)))


@pytest.mark.parametrize("written", [bytes, base64.encodebytes])
def test_a_signed_file_is_read_as_the_file_it_is(written: type, tmp_path: Path) -> None:
    found = read(tmp_path, "contract.txt.p7m", written(signed(b"The rent is due on Friday.")))
    assert {part: one.text for part, one in found.items()} == {"contract.txt": "The rent is due on Friday."}


def test_a_signed_file_that_was_mailed_is_read(tmp_path: Path) -> None:
    mail: EmailMessage = message("See the contract.")
    sealed = signed(b"The rent is due on Friday.")
    mail.add_attachment(sealed, maintype="application", subtype="pkcs7-mime", filename="contract.txt.p7m")
    found = read(tmp_path, "mail.eml", mail.as_bytes())
    assert found["contract.txt.p7m > contract.txt"].text == "The rent is due on Friday."


def record(number: int, data: bytes = b"") -> bytes:
    """A record of a binary workbook ([MS-XLSB] 2.1.4)."""
    kind = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    return kind + bytes([len(data)]) + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def workbook(*, name: bytes = wide("Costs")) -> bytes:
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def related(kind: str, target: str) -> str:
        one = f'<Relationship Id="rId1" Type="{office}/{kind}" Target="{target}"/>'
        return f'<?xml version="1.0"?><Relationships xmlns="{package}/relationships">{one}</Relationships>'

    sheet = record(156, struct.pack("<II", 0, 1) + wide("rId1") + name)
    rows = b""
    for row, (name, amount) in enumerate([("Name", "Amount"), ("Rent", 950.5), ("Boiler", 120)]):
        rows += record(0, struct.pack("<IIHHBI", row, 0, 300, 0, 0, 0)) + record(
            6, struct.pack("<II", 0, 0) + wide(name)
        )
        at = struct.pack("<II", 1, 0)
        rows += record(6, at + wide(amount)) if isinstance(amount, str) else record(5, at + struct.pack("<d", amount))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("_rels/.rels", related("officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/_rels/workbook.bin.rels", related("worksheet", "worksheets/sheet1.bin"))
        archive.writestr("xl/workbook.bin", record(131) + record(143) + sheet + record(144) + record(132))
        archive.writestr(
            "xl/worksheets/sheet1.bin",
            record(129)
            + record(148, struct.pack("<IIII", 0, 2, 0, 1))
            + record(145)
            + rows
            + record(146)
            + record(130),
        )
    return held.getvalue()


def test_a_binary_workbook_is_read_row_by_row(tmp_path: Path) -> None:
    [document] = read(tmp_path, "costs.xlsb", workbook()).values()
    assert document.kind == "table"
    assert document.text == "Costs\n\nName\tAmount\nName: Rent; Amount: 950.5\nName: Boiler; Amount: 120"


def test_a_text_in_one_xml_file_is_read(tmp_path: Path) -> None:
    inside = "<office:body><office:text><text:p>The rent is due on Friday.</text:p></office:text></office:body>"
    [document] = read(tmp_path, "rent.fodt", xml("office:document", inside).encode()).values()
    assert document.text == "The rent is due on Friday."


def number(value: int) -> bytes:
    return bytes([value & 0x7F | 0x80]) + number(value >> 7) if value > 0x7F else bytes([value])


def told(name: int, value: bytes | int) -> bytes:
    """A field of a Protocol Buffers message."""
    if isinstance(value, int):
        return number(name << 3) + number(value)
    return number(name << 3 | 2) + number(len(value)) + value


def iwa(*objects: tuple[int, bytes]) -> bytes:
    """Objects as an IWA file keeps them, in one chunk of Snappy that copies nothing."""
    stream = b""
    for identity, (kind, content) in enumerate(objects, start=1):
        info = told(1, identity) + told(2, told(1, kind) + told(3, len(content)))
        stream += number(len(info)) + info + content
    literal = bytes([61 << 2]) + struct.pack("<H", len(stream) - 1)
    chunk = number(len(stream)) + literal + stream
    return b"\0" + len(chunk).to_bytes(3, "little") + chunk


def zipped(**parts: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/") + ".iwa", data)
    return held.getvalue()


def test_a_pages_document_is_read_by_its_texts(tmp_path: Path) -> None:
    text = told(1, 0) + told(3, "The rent is due\u2028on Friday.\n".encode())
    note = told(1, 2) + told(3, b"By bank.")
    data = zipped(
        Index__Document=iwa((10000, b""), (2001, text), (2001, note)), Index__DocumentStylesheet=iwa((2001, text))
    )
    [document] = read(tmp_path, "rent.pages", data).values()
    assert (document.kind, document.text) == ("office", "The rent is due\non Friday.\n\nBy bank.")


def test_the_slides_of_keynote_are_places(tmp_path: Path) -> None:
    slides = {f"Index__Slide{at}": iwa((2001, told(3, f"Slide {at}".encode()))) for at in ("", "-12")}
    [document] = read(
        tmp_path, "talk.key", zipped(**slides, Index__TemplateSlide=iwa((2001, told(3, b"Title"))))
    ).values()
    assert (document.kind, document.text) == ("slides", "Slide \n\nSlide -12".replace(" \n", "\n"))
    assert [mark.label for mark in document.marks if mark.kind == "slide"] == ["1", "2"]


def test_numbers_says_what_of_it_is_not_read(tmp_path: Path) -> None:
    words = b"".join(told(3, told(1, at) + told(3, name)) for at, name in enumerate((b"Rent", b"Boiler")))
    path = tmp_path / "costs.numbers"
    path.write_bytes(zipped(Index__Tables__DataList=iwa((6005, words), (6002, b""))))
    [said] = read_all([path]).values()
    assert [one.text for one in documents(said).values()] == ["Rent\nBoiler"]
    assert any("numbers" in (one.part or "") for one in said[:-1] if isinstance(one, Outcome))


def cell(kind: int, part: int, held: bytes, form: int = 0) -> bytes:
    flags = 1 << part | (1 << 13 if form else 0)
    return bytes([5, kind, *bytes(6)]) + struct.pack("<I", flags) + held + (struct.pack("<I", form) if form else b"")


def row_of(index: int, *cells: bytes) -> bytes:
    starts = [sum(map(len, cells[:at])) if cells[at] else -1 for at in range(len(cells))]
    return told(5, told(1, index) + told(6, b"".join(cells)) + told(7, struct.pack(f"<{len(cells)}h", *starts)))


def test_the_tables_of_numbers_are_read_as_they_are_shown(tmp_path: Path) -> None:
    def to(identity: int) -> bytes:
        return told(1, identity)

    def amount(hundredths: int, form: int = 0) -> bytes:
        return cell(2, 0, hundredths.to_bytes(14, "little") + struct.pack("<H", 0x1820 - 2 << 1), form)

    words = [cell(3, 3, struct.pack("<I", key)) for key in range(5)]
    day = cell(5, 2, struct.pack("<d", 86_400.0 * 366))
    rows = row_of(1, *words[:3]) + row_of(2, day, words[3], amount(12050, 7)) + row_of(4, b"", words[4], amount(20000))
    names = (b"Day", b"What", b"Amount", b"Tiles", b"Total")
    strings = b"".join(told(3, told(1, key) + told(3, name)) for key, name in enumerate(names))
    euros = told(3, told(1, 7) + told(6, told(1, 257) + told(2, 2) + told(3, b"EUR")))
    store = told(3, told(1, told(1, 0) + told(2, to(5)))) + told(4, to(6)) + told(22, to(7))
    sheet, model = told(1, b"Roof") + told(2, to(3)), told(4, store) + told(8, b"Table 1")
    book = ((1, told(1, to(2))), (2, sheet), (6000, told(2, to(4))), (6001, model), (6002, rows), (6005, strings))
    path = tmp_path / "costs.numbers"
    path.write_bytes(zipped(Index__Document=iwa(*book, (6005, euros))))
    [said] = read_all([path]).values()
    [document] = documents(said).values()
    assert (
        document.text
        == "Roof\n\nDay\tWhat\tAmount\nDay: 2002-01-02; What: Tiles; Amount: €120.50\n\nWhat: Total; Amount: 200"
    )
    assert [mark.label for mark in document.marks if mark.kind == "row"] == ["2", "5", ""]
    assert not [one for one in said[:-1] if isinstance(one, Outcome)]


def test_copies_of_snappy_may_reach_into_themselves() -> None:
    packed = b"\x08" + b"\x04ab" + b"\x01\x02" + b"\x06\x06\x00"
    assert _unpacked(packed) == b"abababab"


def test_a_key_that_is_no_keynote_is_text(tmp_path: Path) -> None:
    [document] = read(tmp_path, "answers.key", b"1: b\n2: d\n").values()
    assert document.text == "1: b\n2: d\n"


def test_a_binary_workbook_that_breaks_its_library_is_told_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "costs.xlsb"
    path.write_bytes(workbook(name=b"\xff\xff\xff\x0f"))
    [said] = read_all([path]).values()
    assert (ended(said).status, ended(said).note) == ("failed", "damaged Excel workbook")
