"""Makes the samples of tests/golden that no editor writes: `python tests/golden/make.py` (then --golden-rewrite)."""

import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from office_files import PACKAGE, core, paragraph, rows, shape, write_docx, write_odf, write_pptx, write_xlsx  # noqa: E402
from parser_files import write_pdf  # noqa: E402

OFFICE, NOTES, CHATS, ARCHIVES = (HERE / name for name in ("office", "notes", "chats", "archives"))
THEN = (2024, 3, 2, 10, 15, 0)
HEAD = "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>{0}</title></head>"
PAGE = HEAD + "<body><h1>{0}</h1><p>{1}</p></body></html>"


def pdf() -> None:
    letter = ["Dear Kees,", "the boiler is due in October. Bring", "the expansion ves-", "sel with you.", "Dana"]
    pages = [["Service report", "No faults were found."], letter]
    write_pdf(OFFICE / "boiler.pdf", pages, title="Boiler", labels="0 << /S /r >>")


def office() -> None:
    table = "".join(f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in
                    (("Day", "Who"), ("Mon", "Ann")))  # fmt: skip
    body = paragraph("House rules", "H1") + paragraph("Bins go out on Tuesday.") + paragraph("Laundry", "H2")
    body += paragraph("Not after ten.") + f"<w:tbl>{table}</w:tbl>"
    write_docx(OFFICE / "rules.docx", body, properties=core("House rules", "Dana Visser", "house, rules"))
    sheet = rows(("Day", "What", "Amount"), ((45353, 2), "Tiles", (120.5, 3)), ((45354, 2), "Labour", 80.0))
    write_xlsx(OFFICE / "costs.xlsx", {"Roof": sheet, "Empty": ""})
    slides = (
        shape("The roof", role="title") + shape("Tiles came off\nNorth side", y=4),
        shape("Thank you", role="title"),
    )
    write_pptx(OFFICE / "roof.pptx", slides)
    text = "<text:h text:outline-level='1'>House rules</text:h><text:p>Bins go out<text:s/>on Tuesday.</text:p>"
    write_odf(OFFICE / "rules.odt", "text", text)
    cells = "".join(
        f"<table:table-row>{''.join(f'<table:table-cell><text:p>{cell}</text:p></table:table-cell>' for cell in row)}"
        "</table:table-row>" for row in (("What", "Amount"), ("Tiles", "120"))
    )  # fmt: skip
    write_odf(OFFICE / "costs.ods", "spreadsheet", f"<table:table table:name='Roof'>{cells}</table:table>")
    box = "<draw:frame><draw:text-box><text:p>The roof</text:p></draw:text-box></draw:frame>"
    write_odf(OFFICE / "roof.odp", "presentation", f"<draw:page draw:name='1'>{box}</draw:page>")


def epub() -> None:
    package = (
        "<package xmlns='http://www.idpf.org/2007/opf' version='3.0'>"
        "<metadata xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>Boilers</dc:title>"
        "<dc:creator>Kees de Vries</dc:creator></metadata><manifest>"
        "<item id='a' href='a.xhtml' media-type='application/xhtml+xml'/><item id='b' href='b.xhtml' "
        "media-type='application/xhtml+xml'/></manifest>"
        "<spine><itemref idref='a'/><itemref idref='b'/></spine></package>"
    )
    container = (
        "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container' version='1.0'><rootfiles><rootfile "
        "full-path='b.opf' media-type='application/oebps-package+xml'/></rootfiles></container>"
    )
    chapters = {"a.xhtml": PAGE.format("Pressure", "One bar."), "b.xhtml": PAGE.format("Vessels", "They expand.")}
    pack(OFFICE / "boilers.epub", {"mimetype": "application/epub+zip", "META-INF/container.xml": container,
                                   "b.opf": package, **chapters})  # fmt: skip


def glyphs(text: str, x: float, y: float, size: float = 16, more: str = "") -> str:
    return (
        f"<Glyphs OriginX='{x}' OriginY='{y}' FontRenderingEmSize='{size}' UnicodeString='{text}' {more}"
        " Fill='#ff000000' FontUri='/Resources/a.odttf'/>"
    )


def xps() -> None:
    """Two pages as Windows prints them: the second in two pieces, turned by what it stands in."""
    relation = (
        f"<Relationships xmlns='{PACKAGE}/relationships'><Relationship Id='R0' Target='/FixedDocSeq.fdseq' "
        "Type='http://schemas.microsoft.com/xps/2005/06/fixedrepresentation'/></Relationships>"
    )
    report = glyphs("Service report", 96, 96, 32) + glyphs("Boiler", 96, 200, 16, "Indices='37,60;82,56;76,24'")
    report += glyphs("Total", 96, 220) + glyphs("€ 120.00", 300, 220)
    report += glyphs("{}{no} faults, and a new expan-", 96, 240) + glyphs("sion vessel in Octo", 96, 260)
    report += glyphs("ber.", 236, 260)
    letter = glyphs("Dear Kees,", 0, 40) + "<Canvas.Resources/>" + glyphs("it is done.", 0, 60)
    pages = [f"<FixedPage Width='816' Height='1056'>{one}</FixedPage>" for one in
             (report, f"<Canvas RenderTransform='1,0,0,1,96,56'>{letter}</Canvas>")]  # fmt: skip
    half = len(pages[1]) // 2
    contents = "".join(f"<PageContent Source='Pages/{number}.fpage'/>" for number in (1, 2))
    pack(OFFICE / "report.xps", {
        "_rels/.rels": relation, "FixedDocSeq.fdseq": "<FixedDocumentSequence><DocumentReference "
        "Source='Documents/1/FixedDoc.fdoc'/></FixedDocumentSequence>",
        "Documents/1/FixedDoc.fdoc": f"<FixedDocument>{contents}</FixedDocument>",
        "Documents/1/Pages/1.fpage": pages[0], "Documents/1/Pages/2.fpage/[0].piece": pages[1][:half],
        "Documents/1/Pages/2.fpage/[1].last.piece": pages[1][half:],
        "docProps/core.xml": core("Service report", "Kees de Vries"),
    })  # fmt: skip


def exports() -> None:
    note = {"title": "Boiler", "textContent": "Serviced by Kees.", "labels": [{"name": "house"}], "isTrashed": False,
            "isArchived": False, "isPinned": False, "color": "DEFAULT", "userEditedTimestampUsec": 1709374500000000,
            "createdTimestampUsec": 1709374500000000}  # fmt: skip
    pack(NOTES / "takeout.zip", {"Takeout/Keep/Boiler.json": json.dumps(note)})
    pages = {f"Home {'a' * 32}.md": f"# Home\n\n[Boiler](Home%20{'a' * 32}/Boiler%20{'b' * 32}.md)\n",
             f"Home {'a' * 32}/Boiler {'b' * 32}.md": "# Boiler\n\nTags: house\n\nServiced in March.\n"}  # fmt: skip
    pack(NOTES / "notion.zip", pages)
    roam = [{"title": "Boiler", "children": [{"string": "serviced by [[Kees]]", "uid": "a", "children": [
        {"string": "in March #house", "uid": "b"}]}], "create-time": 1709374500000}]  # fmt: skip
    (NOTES / "roam.json").write_text(json.dumps(roam, indent=1))
    joplin = {"a" * 32 + ".md": "Boiler\n\nServiced by Kees.\n\nid: " + "a" * 32 + "\nparent_id: " + "b" * 32 +
              "\ncreated_time: 2024-03-02T10:15:00.000Z\nupdated_time: 2024-03-02T10:15:00.000Z\ntype_: 1",
              "b" * 32 + ".md": "House\n\nid: " + "b" * 32 + "\nparent_id: \ntype_: 2"}  # fmt: skip
    tar(NOTES / "notes.jex", joplin, "w")
    slack = {"users.json": json.dumps([{"id": "U1", "name": "dana", "real_name": "Dana Visser"},
                                       {"id": "U2", "name": "kees", "real_name": "Kees"}]),
             "channels.json": json.dumps([{"id": "C1", "name": "house", "members": ["U1", "U2"]}]),
             "house/2024-03-02.json": json.dumps([
                 {"type": "message", "user": "U1", "text": "Is the boiler on, <@U2>?", "ts": "1709374500.000100"},
                 {"type": "message", "user": "U2", "text": "Yes.", "ts": "1709374620.000200"}])}  # fmt: skip
    pack(CHATS / "slack.zip", slack)


def archives() -> None:
    members = {"house/boiler.txt": "Serviced in March.\n", "house/roof.md": "# Roof\n\nTiles came off.\n",
               "house/.git/config": "never read", "house/odd.bin": "\0\1\2"}  # fmt: skip
    pack(ARCHIVES / "house.zip", members)
    tar(ARCHIVES / "house.tar.gz", members, "w:gz")


def pack(path: Path, members: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, THEN), content)


def tar(path: Path, members: dict[str, str], mode: str) -> None:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content.encode()), 1709374500
            archive.addfile(info, io.BytesIO(content.encode()))


if __name__ == "__main__":
    pdf()
    office()
    epub()
    xps()
    exports()
    archives()
