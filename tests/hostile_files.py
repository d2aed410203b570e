"""Small files that mean harm: archives that unpack to gigabytes, endless page trees, nests, loops, entities."""

import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from parser_files import message, write_pdf

Maker = Callable[[], bytes]
LAUGHS = b"<!DOCTYPE x [<!ENTITY a0 'ha'>" + b"".join(
    b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)
) + b"]>"  # fmt: skip
OUTSIDE = b"<!DOCTYPE x [<!ENTITY out SYSTEM 'file:///etc/passwd'><!ENTITY net SYSTEM 'http://127.0.0.1:9/x'>]>"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Override PartName="/word/document.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    b"</Relationships>"
)
ODF = "urn:oasis:names:tc:opendocument:xmlns:"


def zipped(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def zeros_zipped(name: str, gigabytes: int, *, others: dict[str, bytes] | None = None, claims: int = 0) -> bytes:
    """A ZIP whose member `name` unpacks to gigabytes of blanks; `claims` is the size that it admits (0: the true)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packer.compress(b"")
    block = zlib.compressobj(9, zlib.DEFLATED, -15)
    one = block.compress(b" " * (1 << 20)) + block.flush(zlib.Z_FULL_FLUSH)
    stream = one * (1024 * gigabytes) + packer.flush()
    size = min(claims or gigabytes << 30, 0xFFFFFFFE)
    whole = zipped(others or {})
    body, rest = whole[: whole.index(b"PK\x01\x02")] if others else b"", whole
    facts = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(stream), size, len(name), 0)
    local = b"PK\x03\x04" + facts + name.encode() + stream
    directory = rest[len(body) : rest.index(b"PK\x05\x06")]
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
    number = len(others or {}) + 1
    end = struct.pack("<HHHHIIH", 0, 0, number, number, len(directory) + len(entry), len(body) + len(local), 0)
    return body + local + directory + entry + b"PK\x05\x06" + end


def word(document: bytes) -> bytes:
    return zipped({"[Content_Types].xml": TYPES, "_rels/.rels": RELATIONS, "word/document.xml": document})


def paragraph(head: bytes, text: bytes) -> bytes:
    return b"<?xml version='1.0'?>%s<w:document xmlns:w='%s'><w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body>" \
        b"</w:document>" % (head, WORD.encode(), text)  # fmt: skip


def odf(kind: str, body: str) -> bytes:
    names = " ".join(f"xmlns:{name}='{ODF}{name}:1.0'" for name in ("office", "text", "table"))
    whole = f"<office:document-content {names}><office:body>{body}</office:body></office:document-content>"
    content = f"<?xml version='1.0'?>{whole}"
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(), "content.xml": content.encode()})


def nest_of_zips(depth: int, width: int) -> bytes:
    data = zipped({f"{n}.txt": b" " * (1 << 20) + b"words" for n in range(width)})
    for _ in range(depth):
        data = zipped({f"{n}.zip": data for n in range(width)})
    return data


def pdf(objects: list[str], *, trailer: str = "") -> bytes:
    written, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(written))
        written += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    written += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    written += f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer.format(start=start)} >>\n".encode()
    return written + f"startxref\n{start}\n%%EOF\n".encode()


def pages(kids: str, count: int, *more: str) -> bytes:
    return pdf(["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {count} >>", *more])


PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
FORM = (
    "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 4 0 R >> >> /Length 10 >>\n"
    "stream\n/F Do /F Do\nendstream"
)
LOOPING = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /F 4 0 R >> >> >>"


def attached(depth: int) -> bytes:
    data = b"Subject: innermost\n\nwords\n"
    for number in range(depth):
        data = b"Subject: %d\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" % number + data
    return data


def multiparts(depth: int) -> bytes:
    head = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth))
    return b"Subject: deep\nMIME-Version: 1.0\n" + head + b"\nwords\n"


def flat_odf(inside: bytes) -> bytes:
    names = "".join(f" xmlns:{name}='{ODF}{name}:1.0'" for name in ("office", "text"))
    return f"<office:document{names}><office:body><office:text>".encode() + inside


def giant_tar() -> bytes:
    info = tarfile.TarInfo("large.txt")
    info.size = 1 << 40
    return info.tobuf(tarfile.GNU_FORMAT) + b"words" + bytes(2000)


def header(line: bytes) -> bytes:
    return b"From: a@example.org\n" + line + b"\nSubject: odd\n\nwords\n"


FILES: dict[str, Maker] = {
    "bomb.zip": lambda: zeros_zipped("blank.txt", 3),
    "lying.zip": lambda: zeros_zipped("blank.txt", 3, claims=1000),
    "bomb.docx": lambda: zeros_zipped(
        "word/document.xml", 3, others={"[Content_Types].xml": TYPES, "_rels/.rels": RELATIONS}
    ),
    "nest.zip": lambda: nest_of_zips(5, 12),
    "deep.zip": lambda: nest_of_zips(40, 1),
    "laughs.docx": lambda: word(paragraph(LAUGHS, b"&a11;")),
    "outside.docx": lambda: word(paragraph(OUTSIDE, b"&out; &net;")),
    "laughs.xml": lambda: LAUGHS + b"<x>&a11;</x>",
    "outside.xml": lambda: OUTSIDE + b"<x>&out; &net;</x>",
    "laughs.enex": lambda: LAUGHS.replace(b"DOCTYPE x", b"DOCTYPE en-export")
    + b"<en-export><note><title>x</title><content>&a11;</content></note></en-export>",
    "laughs.html": lambda: LAUGHS + b"<html><p>&a11;</p></html>",
    "laughs.epub": lambda: zipped({
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": LAUGHS + b"<container><rootfile full-path='&a11;'/></container>",
    }),
    "spaces.odt": lambda: odf("text", "<office:text><text:p>a<text:s text:c='999999999'/>b</text:p></office:text>"),
    "repeated.ods": lambda: odf(
        "spreadsheet",
        "<office:spreadsheet><table:table table:name='s'><table:table-row table:number-rows-repeated='1000000'>"
        "<table:table-cell table:number-columns-repeated='100000'><text:p>x</text:p></table:table-cell>"
        "</table:table-row></table:table></office:spreadsheet>",
    ),
    "loop.pdf": lambda: pages("2 0 R 2 0 R", 3),
    "counted.pdf": lambda: pages("3 0 R", 2_000_000_000, PAGE),
    "many.pdf": lambda: pages("3 0 R " * 200_000, 200_000, PAGE),
    "forms.pdf": lambda: pages("3 0 R", 1, LOOPING, FORM),
    "xref.pdf": lambda: pdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"],
                            trailer="/Prev {start}"),
    "chain.pdf": lambda: pages("3 0 R", 1, *(f"<< /Type /Pages /Kids [{n} 0 R] /Count 1 >>" for n in range(4, 5000))),
    "attached.eml": lambda: attached(2_000),
    "multiparts.eml": lambda: multiparts(5_000),
    "parts.eml": lambda: b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 100_000,
    "references.eml": lambda: header(b"References: " + b"<a@b> " * 200_000),
    "addresses.eml": lambda: header(b"To: " + b"<" * 200_000),
    "comments.eml": lambda: header(b"To: " + b"(" * 200_000),
    "quotes.eml": lambda: header(b"To: " + b'"\\' * 100_000),
    "words.eml": lambda: header(b"X: y\nTo: " + b"=?utf-8?q?=C3?= " * 50_000),
    "date.eml": lambda: header(b"Date: " + b"1" * 1_000_000),
    "headers.eml": lambda: header(b"X-A: b\n" * 300_000 + b"X: y"),
    "blanks.eml": lambda: b"Subject: x\n\n" + b"> " * 500_000 + b"\n" + b"\t \n" * 200_000,
    "parameters.eml": lambda: header(b"Content-Type: text/plain" + b"; name*0*=a" * 50_000),
    "empty.mbox": lambda: b"From a@b Sat Mar  2 10:15:00 2024\n\n" * 1_000_000,
    "divs.html": lambda: b"<div>" * 1_000_000 + b"words",
    "tables.html": lambda: b"<table><tr><td>" * 100_000 + b"words",
    "lists.html": lambda: b"<ul><li>" * 20_000 + b"words",
    "attributes.html": lambda: b"<p " + b"a=b " * 500_000 + b">words",
    "quotes.md": lambda: b"> " * 100_000 + b"words",
    "brackets.md": lambda: b"[" * 100_000 + b"words",
    "links.md": lambda: b"[a](" * 50_000 + b"words",
    "stars.md": lambda: b"*a_ " * 100_000,
    "ticks.md": lambda: b"".join(b"`" * n + b" " for n in range(1, 1500)),
    "lists.md": lambda: b"".join(b" " * n + b"- x\n" for n in range(2_000)),
    "table.md": lambda: b"|" * 100_000 + b"\n" + b"|-" * 100_000 + b"\n" + b"|" * 100_000,
    "aliases.md": lambda: b"---\n" + b"a0: &a0 [x]\n" + b"".join(
        b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 10)
    ) + b"tags: *a9\ntitle: *a9\n---\nwords\n",
    "deep.md": lambda: b"---\ntitle: " + b"[" * 50_000 + b"\n---\nwords\n",
    "mappings.md": lambda: b"---\ntitle: " + b"{a: " * 16_000 + b"\n---\nwords\n",
    "sequences.md": lambda: b"---\n" + b"- " * 30_000 + b"x\n---\nwords\n",
    "closed.md": lambda: b"---\ntitle: " + b"[" * 30_000 + b"]" * 30_000 + b"\n---\nwords\n",
    "number.md": lambda: b"---\ntitle: " + b"9" * 60_000 + b"\n---\nwords\n",
    "dotted.toml.md": lambda: b"+++\n" + b"a." * 30_000 + b"b = 1\n+++\nwords\n",
    "tables.toml.md": lambda: b"+++\nt = " + b"{a=" * 15_000 + b"\n+++\nwords\n",
    "number.toml.md": lambda: b"+++\nt = " + b"9" * 60_000 + b"\n+++\nwords\n",
    "heading.md": lambda: b"# " + b"[" * 1_000_000,
    "links.org": lambda: b"* " + b"[[" * 500_000 + b"\nwords",
    "emphasis.org": lambda: b"* " + b"*/_=~+" * 150_000 + b"\nwords",
    "blanks.org": lambda: b"* a" + b" " * 1_000_000 + b"b\n#+title: a" + b" " * 1_000_000 + b"b\nwords",
    "stamps.org": lambda: b"#+date: " + b"<2020-01-01 " * 100_000 + b"\nwords",
    "braces.tex": lambda: b"\\section{" + b"{" * 1_000_000 + b"words",
    "rules.rst": lambda: b"=" * 1_000_000 + b"\nwords\n" + b"=" * 1_000_000,
    "title.xml": lambda: b"<title>" + b" " * 1_000_000 + b"words",
    "nested.xml": lambda: b"<a>" * 300_000 + b"words",
    "token.xml": lambda: b"<a " + b"x" * 1_000_000 + b" words",
    "copies.pages": lambda: zipped({"Index/Document.iwa": b"\0" + (1 << 16).to_bytes(3, "little")
                                    + b"\x80\x80\x04\x00a" + b"\xfe\x01\x00" * 21_800}),
    "length.pages": lambda: zipped({"Index/Document.iwa": b"\0\xff\xff\xff" + b"\xff" * 100_000}),
    "laughs.opml": lambda: LAUGHS + b"<opml><body><outline text='&a11;'/></body></opml>",
    "laughs.webarchive": lambda: LAUGHS.replace(b"DOCTYPE x", b"DOCTYPE plist")
    + b"<plist><dict><key>WebMainResource</key><string>&a11;</string></dict></plist>",
    "deep.webloc": lambda: b"<?xml version='1.0'?><plist>" + b"<array>" * 100_000,
    "deep.p7m": lambda: bytes.fromhex("30800609 2a864886f70d010702 a080 3080 020101 3100 3080 06092a864886f70d010701")
    + bytes.fromhex("a080") + bytes.fromhex("2480") * 100_000,
    "bomb.rar": lambda: zeros_zipped("blank.txt", 1),
    "deep.svg": lambda: b"<svg>" + b"<g>" * 200_000 + b"<text>words</text>",
    "deep.opml": lambda: b"<opml><body>" + b"<outline text='words'>" * 100_000,
    "deep.fodt": lambda: flat_odf(b"<text:section>" * 100_000 + b"<text:p>words</text:p>"),
    "spans.fodt": lambda: flat_odf(b"<text:p>" + b"<text:span>" * 100_000 + b"words</text:p>"),
    "cards.vcf": lambda: b"BEGIN:VCARD\n" * 100_000,
    "events.ics": lambda: b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 100_000,
    "folders.html": lambda: b"<!DOCTYPE NETSCAPE-Bookmark-file-1>" + b"<DL><DT><H3>x</H3>" * 100_000,
    "token.rtf": lambda: b"{\\rtf1 \\" + b"a" * 1_000_000 + b" words}",
    "key.json": lambda: b'{"' + b"k" * 1_000_000 + b'": {"a": 1}}',
    "deep.json": lambda: b"[" * 1_000_000,
    "digits.json": lambda: json.dumps({"a": 1}).encode().replace(b"1", b"9" * 1_000_000),
    "columns.csv": lambda: b"a," * 1_000_000 + b"\n" + b"1," * 1_000_000,
    "quoted.csv": lambda: b'a,b\n"' + b"x,\n" * 500_000,
    "braces.rtf": lambda: b"{\\rtf1 " + b"{" * 1_000_000 + b"words",
    "unicode.rtf": lambda: b"{\\rtf1 " + b"\\uc99999999\\u9999999999? " * 10_000 + b"words}",
    "giant.tar": giant_tar,
    "notebook.ipynb": lambda: b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "line.txt": lambda: b"x" * 30_000_000,
}  # fmt: skip


def write_all(folder: Path) -> Iterator[Path]:
    """Every one of them, and after each a harmless file."""
    for name, maker in FILES.items():
        path = folder / name
        path.write_bytes(maker())
        yield path
    yield write_pdf(folder / "harmless.pdf", [["words"]])
    path = folder / "harmless.eml"
    path.write_bytes(message("words").as_bytes())
    yield path
