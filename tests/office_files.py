"""Office files as their programs write them, as far as a reader looks: made from the XML of their parts."""

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "r": RELATIONS,
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "cp": f"{PACKAGE}/metadata/core-properties",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "presentation": "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
}
Parts = Mapping[str, str | bytes]


def xml(root: str, inside: str = "") -> str:
    """An element with every namespace that is used here."""
    spaces = " ".join(f'xmlns:{name}="{uri}"' for name, uri in SPACES.items())
    name = root.split(maxsplit=1)[0]
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} {spaces}>{inside}</{name}>'


def relations(**targets: str) -> str:
    """A part's relations: `rId1="slide slides/slide1.xml"`."""
    inside = "".join(
        f'<Relationship Id="{name}" Type="{RELATIONS}/{target.split()[0]}" Target="{target.split()[1]}"/>'
        for name, target in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def write_zip(path: Path, parts: Parts) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in parts.items():
            plain = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            written.writestr(name, content, compress_type=plain)
    return path


def core(title: str = "", author: str = "", keywords: str = "", created: str = "2024-03-02T10:15:00Z") -> str:
    return xml(
        "cp:coreProperties",
        f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator><cp:keywords>{keywords}</cp:keywords>"
        f"<dcterms:created>{created}</dcterms:created>",
    )


def write_docx(path: Path, body: str, *, properties: str = "", parts: Parts | None = None, **targets: str) -> Path:
    """A Word document with this body; `parts` are further ones, `targets` their relations."""
    styles = "".join(
        f'<w:style w:styleId="{name}"><w:name w:val="{shown}"/></w:style>'
        for name, shown in (("H1", "heading 1"), ("H2", "heading 2"), ("Name", "Title"))
    )
    return write_zip(
        path,
        {
            "_rels/.rels": relations(a="officeDocument word/document.xml"),
            "word/document.xml": xml("w:document", f"<w:body>{body}</w:body>"),
            "word/_rels/document.xml.rels": relations(styles="styles styles.xml", **targets),
            "word/styles.xml": xml("w:styles", styles),
            **({"docProps/core.xml": properties} if properties else {}),
            **(parts or {}),
        },
    )


def paragraph(text: str, style: str = "") -> str:
    kind = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{kind}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def write_xlsx(
    path: Path, sheets: Mapping[str, str], *, hidden: tuple[str, ...] = (), parts: Parts | None = None
) -> Path:
    """A workbook; a sheet is the XML inside its <worksheet>. Styles: 1 percent, 2 a day, 3 euros, 4 bold."""
    names = enumerate(sheets, start=1)
    listed = "".join(
        f'<s:sheet name="{name}" sheetId="{number}" r:id="s{number}"'
        + (' state="hidden"' if name in hidden else "") + "/>"
        for number, name in names
    )  # fmt: skip
    codes = '<s:numFmt numFmtId="164" formatCode="[$€-413]\\ #,##0.00"/>'
    styles = (
        f"<s:numFmts>{codes}</s:numFmts><s:fonts><s:font/><s:font><s:b/></s:font></s:fonts><s:cellXfs>"
        '<s:xf numFmtId="0" fontId="0"/><s:xf numFmtId="10" fontId="0"/><s:xf numFmtId="14" fontId="0"/>'
        '<s:xf numFmtId="164" fontId="0"/><s:xf numFmtId="0" fontId="1"/></s:cellXfs>'
    )
    written: dict[str, str | bytes] = {
        "_rels/.rels": relations(a="officeDocument xl/workbook.xml"),
        "xl/workbook.xml": xml("s:workbook", f"<s:sheets>{listed}</s:sheets>"),
        "xl/_rels/workbook.xml.rels": relations(
            styles="styles styles.xml",
            **{f"s{number}": f"worksheet worksheets/sheet{number}.xml" for number in range(1, len(sheets) + 1)},
        ),
        "xl/styles.xml": xml("s:styleSheet", styles),
    }
    for number, inside in enumerate(sheets.values(), start=1):
        written[f"xl/worksheets/sheet{number}.xml"] = xml("s:worksheet", inside)
    return write_zip(path, written | dict(parts or {}))


def rows(*cells: tuple[str | float | tuple[float, int] | None, ...]) -> str:
    """Rows of cells: words, numbers, numbers with a style, or nothing."""
    lines = []
    for number, row in enumerate(cells, start=1):
        written = ""
        for column, cell in enumerate(row):
            place = f'r="{chr(65 + column)}{number}"'
            if isinstance(cell, str):
                written += f'<s:c {place} t="inlineStr"><s:is><s:t>{cell}</s:t></s:is></s:c>'
            elif isinstance(cell, tuple):
                written += f'<s:c {place} s="{cell[1]}"><s:v>{cell[0]}</s:v></s:c>'
            elif cell is not None:
                written += f"<s:c {place}><s:v>{cell}</s:v></s:c>"
        lines.append(f'<s:row r="{number}">{written}</s:row>' if written else "")
    return f"<s:sheetData>{''.join(lines)}</s:sheetData>"


def write_pptx(path: Path, slides: tuple[str, ...], *, parts: Parts | None = None) -> Path:
    """A presentation; a slide is the XML inside its shape tree."""
    listed = "".join(f'<p:sldId id="{255 + number}" r:id="s{number}"/>' for number in range(1, len(slides) + 1))
    written: dict[str, str | bytes] = {
        "_rels/.rels": relations(a="officeDocument ppt/presentation.xml"),
        "ppt/presentation.xml": xml("p:presentation", f"<p:sldIdLst>{listed}</p:sldIdLst>"),
        "ppt/_rels/presentation.xml.rels": relations(
            **{f"s{number}": f"slide slides/slide{number}.xml" for number in range(1, len(slides) + 1)}
        ),
    }
    for number, inside in enumerate(slides, start=1):
        written[f"ppt/slides/slide{number}.xml"] = xml("p:sld", f"<p:cSld><p:spTree>{inside}</p:spTree></p:cSld>")
    return write_zip(path, written | dict(parts or {}))


def shape(text: str, *, role: str = "", x: int = 0, y: int = 0) -> str:
    """A box on a slide, in quarter inches."""
    holder = f'<p:nvSpPr><p:nvPr><p:ph type="{role}"/></p:nvPr></p:nvSpPr>' if role else ""
    lines = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    place = f'<p:spPr><a:xfrm><a:off x="{x * 230_000}" y="{y * 230_000}"/></a:xfrm></p:spPr>'
    return f"<p:sp>{holder}{place}<p:txBody>{lines}</p:txBody></p:sp>"


def write_odf(path: Path, kind: str, inside: str, *, styles: str = "", parts: Parts | None = None) -> Path:
    """An OpenDocument file of this kind: text, spreadsheet or presentation."""
    meta = (
        "<office:meta><dc:title>Rent</dc:title><meta:initial-creator>Dana Visser</meta:initial-creator>"
        "<meta:creation-date>2024-03-02T10:15:00</meta:creation-date><meta:keyword>house</meta:keyword></office:meta>"
    )
    return write_zip(
        path,
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": xml(
                "office:document-content", f"<office:body><office:{kind}>{inside}</office:{kind}></office:body>"
            ),
            "meta.xml": xml("office:document-meta", meta),
            "styles.xml": xml("office:document-styles", styles),
            **(parts or {}),
        },
    )


def write_ole(path: Path, *streams: str) -> Path:
    """An old container with these (empty) streams: one sector lists the sectors, one the streams."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = struct.pack("<8s16xHHHHH6xIIIIIIIII", bytes.fromhex("d0cf11e0a1b11ae1"), 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)  # fmt: skip  # noqa: E501
    sectors = struct.pack("<128I", table, end, *[free] * 126)
    entries = b"".join(
        struct.pack("<64sHBBIII36xIQ", name.encode("utf-16-le"), 2 * len(name) + 2, kind, 1, free, right, child, end, 0)
        for name, kind, right, child in (
            ("Root Entry", 5, free, 1),
            *((name, 2, at + 2 if at + 1 < len(streams) else free, free) for at, name in enumerate(streams)),
        )
    )
    path.write_bytes(header + struct.pack("<109I", 0, *[free] * 108) + sectors + entries.ljust(512, b"\0"))
    return path
