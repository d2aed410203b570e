"""Which of several formats a file is whose name leaves that open: a table of signs in its first kilobytes.

A sign is a family of the table, the suffixes under which it is looked for ("": a suffix that says nothing) and a
pattern of the first HEAD bytes. Signs are cheap and may err: a parser that finds something else in the file raises
`AnotherFormat`, and the file is read as what its name says.
"""

import re
from functools import lru_cache
from typing import NamedTuple

HEAD = 8192  # bytes that are looked at


class Sign(NamedTuple):
    """One way in which a format shows itself."""

    family: str
    suffixes: str  # separated by blanks; "*" stands for a name that says nothing
    pattern: re.Pattern[bytes]
    name: re.Pattern[str]  # of the whole name, where that is a sign too


def _sign(family: str, suffixes: str, pattern: str, name: str = ".*") -> Sign:
    found = re.compile(pattern.encode(), re.DOTALL | re.VERBOSE | re.IGNORECASE)
    return Sign(family, suffixes, found, re.compile(name, re.DOTALL | re.IGNORECASE))


# ruff: noqa: E501 (a sign is read best on one line)

# Office files are sent around under each other's names, and pages, tables and letters under theirs.
OFFICE = ".doc .dot .docx .docm .dotx .rtf .wps .xls .xlsx .xlsm .xlt .csv .ppt .pps .pptx .ppsx .odt .ods .odp .epub"
ZIP = r"\A PK\x03\x04"
OPEN_DOCUMENT = ZIP + r".{26} mimetype .{0,40}? application/vnd\.(?:oasis\.opendocument|sun\.xml)"
START = r"\A (?:\xef\xbb\xbf)? \s*"
LINES = r"(?: [!-9;-~]+:[^\n]*\n (?:[ \t][^\n]*\n)* )*?"  # of a mail's header
CHAT = "personal_chat|bot_chat|saved_messages|(?:private|public)_(?:group|supergroup|channel)"
BLANK = r"(?:\s | \xc2\xa0 | \xe2\x80\xaf)"
MARK = r"(?:\xe2\x80[\x8e\x8f\xaa-\xae])*"  # of the direction in which a line is written
SIGNS: tuple[Sign, ...] = (
    _sign("mbox", ".txt .text *", r"\A \s* (?-i:From)\ [^\n]*\d\d?:\d\d[^\n]*\n (?:>?From\ [^\n]*\n)* [!-9;-~]+:"),
    _sign("mail", "*", rf"\A \s* (?={LINES}(?:From|Received|Return-Path):) (?={LINES}(?:Date|Message-ID|MIME-Version):)"),
    _sign("whatsapp", ".txt", rf"\A (?:\xef\xbb\xbf)? {MARK} (?: \[{MARK} \d[\d./\ -]+,?{BLANK}? [^\]\n]{{0,20}} \d[:.]\d\d [^\]\n]{{0,20}} \]"
          rf"| \d{{1,4}}(?:[./-]|\xe5\xb9\xb4|\xeb\x85\x84)[^\n]{{4,30}}? \d[:.]\d\d (?!:) [^\n:]{{0,12}}? (?:\ -\ |\ \xe2\x80\x93\ |,\ ) )"),
    _sign("whatsapp", ".md", r"\A \[ \d{4}-\d\d-\d\d,?\ \d\d:\d\d(?::\d\d)? \]\ [^\n:\[\]]{1,60}:\ "),  # Signal, as signal-export writes it
    _sign("telegram", ".json", START + rf'\{{ (?=.{{0,999}}"type"\s*:\s*"(?:{CHAT})") (?=.*"messages"\s*:)'),
    _sign("telegram", ".json", START + r'\{ (?: .* "chats"\s*:\s*\{ \s*"about" | \s* "about"\s*:\s*"Here\ is\ the\ data\ you\ requested)'),
    _sign("telegram-page", ".html", START + r'<!DOCTYPE\ html> .* <div\ class="page_wrap .* <div\ class="page_header'),
    _sign("slack", ".json", START + r'\[ \s* \{ (?=.*"ts"\s*:\s*"\d{10}\.\d{6}") (?=.*"(?:user|bot_id)"\s*:)'),
    _sign("joplin", ".md", "", r"[0-9a-f]{32}\.md"),
    _sign("keep", ".json", START + r'\{ (?=.*"isTrashed"\s*:) (?=.*"isPinned"\s*:) (?=.*"isArchived"\s*:)'),
    _sign("notion-page", ".html", r'<article\ id="[0-9a-f-]{32,36}"\ class="page | <style> \s* /\*\ cspell:disable-file\ \*/ \s* /\*\ webkit\ printing\ magic'),
    _sign("note-page", ".html", r"data-absolute-enabled=.true | <div\ class='pageContainer' | <div\ class=\"note\">\s*<div\ class=\"heading\">"),
    _sign("roam", ".json", START + r'\[ \s* \{ (?=.*"(?:create|edit)-time"\s*:) (?=.*"(?:string|title)"\s*:) (?=.*"uid"\s*:)'),
    _sign("bookmark-page", ".html .htm *", START + r"<!DOCTYPE\ NETSCAPE-Bookmark-file"),
    _sign("chrome-bookmarks", ".json .bak *", START + r'\{ (?=.*"roots"\s*:\s*\{) .* "bookmark_bar"\s*:'),
    _sign("firefox-bookmarks", ".json", START + r'\{ (?=.*"guid"\s*:\s*"root________")'),
    _sign("calendar", ".txt *", START + r"BEGIN:VCALENDAR"),
    _sign("contact", ".txt *", START + r"BEGIN:VCARD"),
    _sign("discord", ".json", START + r'\{ \s* "guild"\s*:\s*\{ .* "channel"\s*:\s*\{'),
    _sign("ole", f"{OFFICE} *", r"\A \xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    _sign("epub", f"{OFFICE} *", ZIP + r".{26} mimetype .{0,40}? application/epub\+zip"),
    _sign("odf", f"{OFFICE} *", OPEN_DOCUMENT),
    _sign("docx", f"{OFFICE} *", ZIP + r".* [^/\w] word/(?:_rels/|document)"),
    _sign("pptx", f"{OFFICE} *", ZIP + r".* [^/\w] ppt/(?:_rels/|presentation|slides/)"),
    _sign("xlsx", f"{OFFICE} *", ZIP + r".* [^/\w] xl/(?:_rels/|workbook|worksheets/|styles)"),
    _sign("rtf", f"{OFFICE} .txt *", START + r"\{\\rtf\d?"),
    _sign("pdf", f"{OFFICE} *", r"\A %PDF-"),
    _sign("mhtml", f"{OFFICE} .html .htm", START + r"(?:[\w-]+:\ [^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)*? content-type:\ *multipart/related"),
    _sign("html", OFFICE, START + r"(?:<\?xml[^>]*>\s*)? (?:<!--.{0,2000}?-->\s*)* <(?:!doctype\ html|html|head|body|table|meta|style)\b"),
    _sign("csv", ".xls .xlsx .xlt .ods", r"\A (?: \xff\xfe | \xfe\xff | [^\x00-\x08\x0e-\x1f]* \Z)"),
    _sign("text", ".doc .dot .rtf .odt .wps .key .pages", r"\A (?: \xff\xfe | \xfe\xff | [^\x00-\x08\x0e-\x1f]+ \Z)"),
)  # fmt: skip


def recognised(suffix: str, head: bytes, *, unknown: bool, name: str = "") -> str | None:
    """The family that the first bytes show; None where they show nothing, and the name decides."""
    signs = (*_signs().get(suffix, ()), *(_signs().get("*", ()) if unknown else ()))
    shown = (sign.family for sign in signs if sign.name.fullmatch(name) and sign.pattern.search(head, 0, HEAD))
    return next(shown, None)


def families_of(suffix: str, *, unknown: bool) -> tuple[str, ...]:
    """The families that a file with this suffix may turn out to be."""
    signs = (*_signs().get(suffix, ()), *(_signs().get("*", ()) if unknown else ()))
    return tuple(sorted({sign.family for sign in signs}))


@lru_cache(maxsize=1)
def _signs() -> dict[str, tuple[Sign, ...]]:
    found: dict[str, tuple[Sign, ...]] = {}
    for sign in SIGNS:
        for suffix in sign.suffixes.split():
            found[suffix] = (*found.get(suffix, ()), sign)
    return found
