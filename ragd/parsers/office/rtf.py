"""RTF: paragraphs and tables in their order, headings by their style, footnotes at the end, every code page.

Read here and not with striprtf, which knows no headings and leaves out footnotes and text boxes.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from ragd.parsers import dates
from ragd.parsers.office import properties
from ragd.parsers.office.docx import HEADING
from ragd.parsers.reading import Reading, clean, fact
from ragd.parsers.source import NothingInIt, Source, Unreadable
from ragd.records import Document, Member

TOKEN = re.compile(
    rb"(?P<open>\{)|(?P<close>\})|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})?[ ]?"
    rb"|\\(?P<symbol>[^a-zA-Z'])|(?P<words>[^\\{}\r\n]+)|[\r\n]+|."
    , re.DOTALL,
)  # fmt: skip
# Groups whose words are no text of the document; a \* group is left out unless its name is known here.
LEFT_OUT = frozenset((
    "colortbl", "filetbl", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "xmlnstbl",
    "themedata", "colorschememapping", "datastore", "latentstyles", "pict", "object", "objdata", "fldinst",
    "field_code", "private", "template", "pgptbl", "userprops", "docvar", "bkmkstart", "bkmkend", "mmathPr",
    "wgrffmtfilter", "nonshppict", "sp", "pn", "pntext", "listtext", "ftnsep", "ftnsepc", "ftncn", "aftnsep",
    "aftnsepc", "aftncn", "pntxta", "pntxtb", "pnseclvl", "background", "formfield", "datafield", "xe", "tc", "tcn",
    "rxe", "atnid", "atnref", "atndate", "atnicn", "annotation_date", "passwordhash", "company", "operator",
    "category", "manager", "buptim", "printim", "vern", "comment", "doccomm", "hlinkbase", "atrfstart", "atrfend",
    "nonesttables",
))  # fmt: skip
TAKEN_IN = frozenset((
    "shptxt", "shpinst", "shp", "fldrslt", "footnote", "annotation", "result", "shppict", "upr", "ud", "atnauthor",
    "do", "dptxbxtext",
))  # fmt: skip
APART = {"footnote": "notes", "annotation": "notes", "header": "head", "headerl": "head", "headerr": "head"} | {
    "headerf": "head", "footer": "feet", "footerl": "feet", "footerr": "feet", "footerf": "feet"
}  # fmt: skip
STATED = ("title", "author", "keywords")
LETTERS = {
    "par": "\n", "sect": "\n", "page": "\n", "line": "\n", "tab": "\t", "emdash": "—", "endash": "–", "lquote": "‘",
    "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
SYMBOLS = {"~": "\xa0", "_": "-", "-": "\xad", "\n": "\n", "\r": "\n", "\\": "\\", "{": "{", "}": "}", "\t": "\t"}
CHARSETS = {
    0: "cp1252", 2: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250", 255: "cp437",
}  # fmt: skip
DEEPEST = 400  # groups within groups


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group, until it ends."""

    into: str = "body"  # where words go: body, notes, head, feet, "" (nowhere), fonts, styles or a fact's name
    page: str = ""  # the font's code page; "": the document's
    skip: int = 1  # characters after a \u that stand for it where it cannot be shown
    hidden: bool = False
    table: bool = False


@dataclass(slots=True)
class _Reader:
    """The text as it grows, and what the tables at the head of the file say."""

    page: str = "cp1252"
    pages: dict[int, str] = field(default_factory=dict)  # of fonts
    levels: dict[int, int] = field(default_factory=dict)  # of heading styles
    parts: dict[str, list[str]] = field(default_factory=lambda: {"notes": [], "head": [], "feet": []})
    facts: dict[str, str] = field(default_factory=dict)
    created: str | None = None
    reading: Reading = field(default_factory=Reading)
    state: _State = field(default_factory=_State)
    _above: list[_State] = field(default_factory=list)
    _raw: bytearray = field(default_factory=bytearray)  # bytes that wait for the rest of their letter
    _line: list[str] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)
    _style: int = 0
    _level: int = 0  # of the paragraph by itself
    _passed: int = 0  # characters still to be passed over
    _number: int = 0  # of the font or style that is being described
    _starred: bool = False
    _in_table: bool = False

    def read(self, data: bytes) -> None:
        at = 0
        while found := TOKEN.match(data, at):
            at = found.end()
            kind = "word" if found["word"] else found.lastgroup
            if found["word"] == b"bin":
                at += max(int(found["number"] or 0), 0)  # a picture's bytes: braces among them are none
            elif kind:
                self._take(kind, found)
        self._end_paragraph()
        self._end_row()

    def _take(self, kind: str, found: re.Match[bytes]) -> None:
        if kind in ("hex", "words"):
            self._bytes(bytes.fromhex(found["hex"].decode()) if kind == "hex" else found["words"])
            return
        self._flush()
        if kind == "open":
            self._open()
        elif kind == "close":
            self._close()
        elif kind == "symbol":
            self._symbol(found["symbol"].decode("latin-1"))
        else:
            self._word(found["word"].decode(), int(found["number"]) if found["number"] else None)

    def _open(self) -> None:
        if len(self._above) > DEEPEST:
            raise Unreadable("damaged RTF document (its groups never end)")
        self._above.append(self.state)
        self._starred, self._passed = False, 0

    def _close(self) -> None:
        if self._above:
            ended, self.state = self.state, self._above.pop()
            if ended.into in ("notes", "head", "feet") and self.state.into != ended.into:
                self.parts[ended.into].append("\n")
        self._passed = 0

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._starred = True
        elif symbol in ("\n", "\r"):
            self._end_paragraph()
        elif symbol in SYMBOLS:
            self._say(SYMBOLS[symbol])

    def _word(self, word: str, number: int | None) -> None:
        starred, self._starred = self._starred, False
        if self._is_destination(word, starred=starred):
            pass
        elif word == "u" and number is not None:
            self._say(chr(number % 65536))
            self._passed = self.state.skip
        elif word in LETTERS:
            self._letter(word)
        elif word in HANDLERS:
            HANDLERS[word](self, number)
        elif self.state.into == "created" and word in ("yr", "mo", "dy", "hr", "min"):
            self.created = f"{self.created or ''} {number or 0}"

    def _is_destination(self, word: str, *, starred: bool) -> bool:
        """Whether a word says what the words of its group are."""
        into = {"fonttbl": "fonts", "stylesheet": "styles", "info": "", "creatim": "created"}.get(word, APART.get(word))
        if word in STATED and self._within_info():
            into = word
        if into is None and (word in LEFT_OUT or (starred and word not in TAKEN_IN and self.state.into != "styles")):
            into = ""
        if into is None:
            return word in TAKEN_IN and word != "result"
        if self.state.into or word in STATED or into == "created":
            self.state = replace(self.state, into=into)
        return True

    def _within_info(self) -> bool:
        return self.state.into == ""

    def _letter(self, word: str) -> None:
        if word in ("par", "sect", "page"):
            self._end_paragraph()
        else:
            self._say(LETTERS[word])

    def _bytes(self, raw: bytes) -> None:
        passed = min(self._passed, len(raw))
        self._passed -= passed
        self._raw += raw[passed:]

    def _flush(self) -> None:
        if self._raw:
            raw, self._raw = bytes(self._raw), bytearray()
            try:
                self._say(raw.decode(self.state.page or self.page, "replace"))
            except LookupError:
                self._say(raw.decode("cp1252", "replace"))

    def _say(self, text: str) -> None:
        into = self.state.into
        if into == "body" and not self.state.hidden:
            self._line.append(text)
        elif into == "styles" and HEADING.match(text.strip()):
            self.levels[self._number] = int((HEADING.match(text.strip()) or "1")[1])
        elif into in self.parts and not self.state.hidden:
            self.parts[into].append(text)
        elif into in STATED:
            self.facts[into] = self.facts.get(into, "") + text

    def _end_paragraph(self) -> None:
        self._flush()
        if self.state.into in ("notes", "head", "feet"):
            self.parts[self.state.into].append("\n")
            return
        if self.state.into != "body":
            return
        if self.state.table:
            self._line.append("\n")
            return
        self._end_row()
        text = _whole("".join(self._line))
        self._line.clear()
        level = self._level or self.levels.get(self._style, 0)
        if level and fact(text) and len(text) < 300:
            self.reading.heading(text, level)
        else:
            self.reading.block(text)
        self._in_table = False

    def cell(self) -> None:
        self._cells.append(_whole("".join(self._line)))
        self._line.clear()

    def row(self) -> None:
        self._end_row()

    def _end_row(self) -> None:
        if self._cells:
            cells, self._cells = self._cells, []
            if self.reading.row(cells, gap="\n" if self._in_table else "\n\n"):
                self._in_table = True

    def plain_paragraph(self) -> None:
        self._style, self._level = 0, 0
        self.state = replace(self.state, table=False)

    def style(self, number: int) -> None:
        self._style = self._number = number

    def outline(self, number: int) -> None:
        if self.state.into == "body":
            self._level = number + 1 if 0 <= number < 9 else 0

    def font(self, number: int) -> None:
        self._number = number
        if self.state.into != "fonts":
            self.state = replace(self.state, page=self.pages.get(number, ""))

    def charset(self, number: int) -> None:
        if self.state.into == "fonts" and number not in (0, 1, 2):
            self.pages[self._number] = CHARSETS.get(number, "")
        elif self.state.into == "fonts" and number == 0:
            self.pages[self._number] = "cp1252"


def _hide(reader: _Reader, number: int | None) -> None:
    reader.state = replace(reader.state, hidden=number != 0)


def _in_table(reader: _Reader, number: int | None) -> None:
    reader.state = replace(reader.state, table=number != 0)


def _code_page(reader: _Reader, number: int | None) -> None:
    reader.page = {10000: "mac_roman", 65001: "utf-8"}.get(number or 0, f"cp{number or 1252}")


def _skip(reader: _Reader, number: int | None) -> None:
    reader.state = replace(reader.state, skip=min(number if number is not None else 1, 100))


HANDLERS: "dict[str, Callable[[_Reader, int | None], None]]" = {
    "mac": lambda reader, _: _code_page(reader, 10000),
    "pc": lambda reader, _: _code_page(reader, 437),
    "ansicpg": _code_page,
    "uc": _skip,
    "v": _hide,
    "deleted": _hide,
    "intbl": _in_table,
    "pard": lambda reader, _: reader.plain_paragraph(),
    "plain": lambda reader, _: None,
    "s": lambda reader, number: reader.style(number or 0),
    "outlinelevel": lambda reader, number: reader.outline(number if number is not None else 9),
    "f": lambda reader, number: reader.font(number or 0),
    "fcharset": lambda reader, number: reader.charset(number or 0),
    "cell": lambda reader, _: reader.cell(),
    "nestcell": lambda reader, _: reader.cell(),
    "row": lambda reader, _: reader.row(),
    "nestrow": lambda reader, _: reader.row(),
}


def _add_beside(reader: _Reader, called: str, blocks: Iterable[str]) -> None:
    """What is not of the section that the text ends with."""
    said = [block for block in blocks if clean(block)]
    if said:
        reader.reading.turn()
        reader.reading.mark("beside", called, 1)
    for block in said:
        reader.reading.block(block)


def parse(source: Source) -> Iterator[Member]:
    data = source.data
    start = data.find(b"{\\rtf", 0, 1024)
    if start < 0:
        raise Unreadable("is not an RTF document")
    reader = _Reader()
    reader.read(data[start:])
    for part, called in (("head", "header"), ("feet", "footer")):  # of every section and kind of page, said once
        _add_beside(reader, called, dict.fromkeys("".join(reader.parts[part]).split("\n")))
    _add_beside(reader, "notes", [_whole("".join(reader.parts["notes"]))])
    if not reader.reading.text:
        raise NothingInIt("no text in it")
    marks = tuple(reader.reading.marks)
    yield Member(
        source.part,
        Document(
            id=source.identity(),
            text=reader.reading.text,
            kind=source.kind,
            family=source.family,
            marks=marks,
            title=properties.title(reader.facts.get("title")) or next((m.label for m in marks if not m.offset), None),
            author=properties.author(reader.facts.get("author")),
            date=_date(reader.created),
            tags=properties.keywords(reader.facts.get("keywords")),
        ),
    )


def _date(created: str | None) -> str | None:
    parts = [int(part) for part in (created or "").split()][:3]
    return dates.iso(f"{parts[0]:04}-{parts[1]:02}-{parts[2]:02}") if len(parts) == 3 else None


def _whole(text: str) -> str:
    r"""Letters beyond the first plane are written as two halves (\u-10179?\u-8703?)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not text.isascii() else text
