"""The table of formats: which function reads a file of this name, and in which version."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from zlib import crc32

from ragd.parsers.extras import EXTRAS, Extra, engine, why_not
from ragd.parsers.recognise import families_of, recognised
from ragd.records import Kind

GROUP = "ragd.parsers"  # entry points: name = suffix, value = "module:function"


@dataclass(frozen=True, slots=True)
class Format:
    """How files of one kind are read. `family` is "name/version": another version means "read again"."""

    family: str
    function: str  # "module:function" (".mail.eml:parse" of ours), a parser: Source -> Iterator[Member | Outcome]
    kind: Kind
    suffixes: str  # separated by blanks, lower case; "": known by its content only (see recognise)
    media_types: str = ""
    holds: bool = False  # files that the other parsers read: when one of those changes, this is read again
    grows: str = ""  # "module:function": whether what was appended (text before it, text of it) begins something new
    needs: Extra | None = None  # the extra without which it is not read
    gains: Extra | None = None  # the extra with which more of it is read: when it comes or goes, it is read again
    streamed: bool = False  # read in order or here and there, never held whole: it may be larger than the memory


PLAIN = ".texts.text:parse"
CODE = ".texts.code:parse"
ZIP = "application/zip application/x-zip-compressed"
BOOKMARKS = ".life.bookmarks:parse"
ARCHIVES = ".packed.archives:parse"
PACKED = ".gz .tgz .bz2 .tbz .tbz2 .xz .txz"
GZIP = "application/gzip application/x-gzip application/x-bzip2 application/x-xz"
IWORK = ".office.iwork:parse"
FOREIGN = ".packed.foreign_archives:parse"
FOREIGN_ARCHIVES = ".7z .rar .cab .onepkg .lzh .lha"
FOREIGN_TYPES = (
    "application/x-7z-compressed application/vnd.rar application/x-rar-compressed application/vnd.ms-cab-compressed"
)
OPEN = ".office.odf:parse"
ODF = "application/vnd.oasis.opendocument."
SLIDES = ".odp .otp .odg .fodp .otg .fodg .sxi .sti"
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, PPTX = f"{OFFICE}wordprocessingml.document", f"{OFFICE}presentationml.presentation"
MBOX = ".mail.mbox:parse"
IMAGES = ".png .jpg .jpeg .jpe .tif .tiff .webp .bmp .heic .heif"
IMAGE_TYPES = "image/png image/jpeg image/tiff image/webp image/bmp image/heic image/heif"
SOUNDS = ".mp3 .m4a .aac .flac .ogg .oga .opus .wav .aif .aiff .wma .amr"
SOUND_TYPES = "audio/mpeg audio/mp4 audio/aac audio/flac audio/ogg audio/opus audio/wav audio/x-wav audio/x-aiff"
TEXT = Format("text/1", PLAIN, "text", ".txt .text .log .nfo .me", "text/plain")
FORMATS = (
    TEXT,
    Format("text/1", PLAIN, "text", ".yaml .yml .toml .ini .cfg .conf .properties .po"),
    Format("json/1", ".texts.data:json", "text", ".json .jsonl .ndjson .geojson .jsonc", "application/json"),
    Format("xml/1", ".texts.data:xml", "text", ".xml .xsl .xslt .xsd .rss .atom", "text/xml application/xml"),
    Format("sections/1", ".texts.sections:parse", "text", ".tex .ltx .rst .adoc .asciidoc", "text/x-tex"),
    Format("subtitles/1", ".texts.subtitles:parse", "text", ".srt .vtt .sbv", "text/vtt application/x-subrip"),
    Format("outline/1", ".notes.outline:parse", "note", ".opml", "text/x-opml text/x-opml+xml"),
    Format("org/1", ".notes.org:parse", "note", ".org", "text/org"),
    Format("text/1", PLAIN, "note", ".wiki .textile"),
    Format("csv/1", ".texts.csv_table:parse", "table", ".csv .tsv .tab", "text/csv text/tab-separated-values"),
    Format("code/1", CODE, "code", ".py .pyi .pyx .rb .pl .pm .php .lua .r .jl .m .mm .c .h .cc .cpp .cxx .hh .hpp"),
    Format("code/1", CODE, "code", ".js .mjs .cjs .jsx .ts .tsx .vue .svelte .css .scss .sass .less .sql .graphql"),
    Format("code/1", CODE, "code", ".java .kt .kts .scala .groovy .gradle .clj .cljs .go .rs .swift .zig .nim .d .cs"),
    Format("code/1", CODE, "code", ".hs .ml .mli .elm .erl .ex .exs .lisp .el .scm .rkt .asm .s .v .vhd .f .f90 .vb"),
    Format("code/1", CODE, "code", ".sh .bash .zsh .fish .ps1 .bat .cmd .awk .sed .vim .cmake .mk .tf .nix .dart"),
    Format("code/1", CODE, "code", ".diff .patch .proto .fs .pas .hxx .sol .ada .cob"),
    Format("markdown/1", ".notes.markdown:parse", "note", ".md .markdown .mdown .mkd .mdx .qmd", "text/markdown"),
    Format("html/1", ".web.html:parse", "web", ".html .htm .xhtml .shtml", "text/html application/xhtml+xml"),
    Format("pdf/1", ".pdf.document:parse", "pdf", ".pdf", "application/pdf application/x-pdf", gains="ocr"),
    Format("drawing/1", ".media.drawing:parse", "image", ".svg .svgz", "image/svg+xml"),
    Format("image/1", ".media.image:parse", "image", IMAGES, IMAGE_TYPES, needs="ocr"),
    Format("audio/1", ".media.audio:parse", "audio", SOUNDS, SOUND_TYPES, needs="audio", streamed=True),
    Format("mail/1", ".mail.eml:parse", "mail", ".eml", "message/rfc822 message/global message/news"),
    Format("mail/1", ".mail.emlx:parse", "mail", ".emlx"),
    Format("mbox/1", MBOX, "mail", ".mbox .mbx", "application/mbox", grows=".mail.mbox:goes_on", streamed=True),
    Format("msg/1", ".mail.msg:parse", "mail", ".msg .oft", "application/vnd.ms-outlook"),
    Format("pst/1", ".mail.pst:parse", "mail", ".pst .ost", streamed=True),
    Format("tnef/1", ".mail.tnef:parse", "mail", ".tnef", "application/ms-tnef application/vnd.ms-tnef"),
    Format("zip/1", f"{ARCHIVES}_zip", "other", ".zip .bear2bk .textpack", ZIP, holds=True, streamed=True),
    Format("tar/1", f"{ARCHIVES}_tar", "other", ".tar .jex", "application/x-tar", holds=True, streamed=True),
    Format("packed/1", f"{ARCHIVES}_packed", "other", PACKED, GZIP, holds=True, streamed=True),
    Format("archive/1", FOREIGN, "other", FOREIGN_ARCHIVES, FOREIGN_TYPES, holds=True, needs="archives", streamed=True),
    Format("docx/1", ".office.docx:parse", "office", ".docx .docm .dotx .dotm", DOCX),
    Format("xlsx/1", ".office.xlsx:parse", "table", ".xlsx .xlsm .xltx .xltm", f"{OFFICE}spreadsheetml.sheet"),
    Format("xlsb/1", ".office.xlsb:parse", "table", ".xlsb"),
    Format("pptx/1", ".office.pptx:parse", "slides", ".pptx .pptm .ppsx .ppsm .potx .potm", PPTX),
    Format("odf/1", OPEN, "office", ".odt .ott .odm .fodt .sxw .stw", f"{ODF}text"),
    Format("odf/1", OPEN, "table", ".ods .ots .fods .sxc .stc", f"{ODF}spreadsheet"),
    Format("odf/1", OPEN, "slides", SLIDES, f"{ODF}presentation"),
    Format("iwork/1", IWORK, "office", ".pages", "application/vnd.apple.pages", holds=True),
    Format("iwork/1", IWORK, "table", ".numbers", "application/vnd.apple.numbers", holds=True),
    Format("iwork/1", IWORK, "slides", ".key", "application/vnd.apple.keynote", holds=True),
    Format("rtf/1", ".office.rtf:parse", "office", ".rtf", "application/rtf text/rtf"),
    Format("epub/1", ".web.epub:parse", "book", ".epub", "application/epub+zip"),
    Format("fb2/1", ".web.fb2:parse", "book", ".fb2", "application/x-fictionbook+xml"),
    Format("xps/1", ".office.xps:parse", "office", ".xps .oxps", "application/vnd.ms-xpsdocument application/oxps"),
    Format("mhtml/1", ".web.mhtml:parse", "web", ".mhtml .mht", "multipart/related"),
    Format("webarchive/1", ".web.saved_pages:parse_webarchive", "web", ".webarchive"),
    Format("maff/1", ".web.saved_pages:parse_maff", "web", ".maff"),
    Format("notebook/1", ".texts.notebook:parse", "code", ".ipynb", "application/x-ipynb+json"),
    Format("ole/1", ".office.ole:parse", "office", ".doc .dot", "application/msword"),
    Format("ole/1", ".office.ole:parse", "table", ".xls .xlt", "application/vnd.ms-excel"),
    Format("ole/1", ".office.ole:parse", "slides", ".ppt .pps .pot", "application/vnd.ms-powerpoint"),
    Format("sealed/1", ".mail.sealed:parse", "other", ".p7m", holds=True),
    Format("whatsapp/1", ".chats.whatsapp:parse", "chat", ""),
    Format("telegram/1", ".chats.telegram:parse", "chat", ""),
    Format("telegram-page/1", ".chats.telegram:parse_page", "chat", ""),
    Format("slack/1", ".chats.slack:parse", "chat", ""),
    Format("enex/1", ".notes.enex:parse", "note", ".enex", holds=True, streamed=True),
    Format("joplin/1", ".notes.joplin:parse", "note", ""),
    Format("keep/1", ".notes.keep:parse", "note", ""),
    Format("notion-page/1", ".notes.notion:parse_page", "note", ""),
    Format("canvas/1", ".notes.canvas:parse", "note", ".canvas"),
    Format("roam/1", ".notes.roam:parse", "note", ""),
    Format("note-page/1", ".notes.note_page:parse", "note", ""),
    Format("calendar/1", ".life.ics:parse", "event", ".ics .ical .ifb .vcs", "text/calendar"),
    Format("contact/1", ".life.vcf:parse", "contact", ".vcf .vcard", "text/vcard text/x-vcard text/directory"),
    Format("bookmark-page/1", f"{BOOKMARKS}_page", "bookmark", ""),
    Format("shortcut/1", ".life.shortcuts:parse", "bookmark", ".url .webloc"),
    Format("chrome-bookmarks/1", f"{BOOKMARKS}_chrome", "bookmark", ""),
    Format("firefox-bookmarks/1", f"{BOOKMARKS}_firefox", "bookmark", ".jsonlz4"),
    Format("onenote/1", ".notes.onenote:parse", "note", ".one", "application/onenote application/msonenote"),
    Format("discord/1", ".chats.discord:parse", "chat", ""),
)  # fmt: skip
MAILDIR_NAME = re.compile(r"\d{9,11}\.[\w#-]+\.[^/]+$")
# Files that carry no suffix, or one that means nothing, and are known by their name.
PLAIN_NAMES = frozenset(
    {
        *("readme", "license", "licence", "copying", "notice", "authors", "contributors", "changelog", "changes"),
        *("history", "news", "install", "todo", "thanks", "maintainers", "codeowners", "version", "manifest"),
        *("makefile", "gnumakefile", "dockerfile", "containerfile", "vagrantfile", "gemfile", "rakefile", "procfile"),
        *("jenkinsfile", "justfile", "brewfile", "manifest.in"),
    }
)


def readable(name: str) -> bool:
    """Whether a parser is known for a file of this name; of other files the content must show that they are text."""
    return format_of(name) is not None


def format_of(name: str, media_type: str = "") -> Format | None:
    """The format of a file or an attachment by its suffix, else by its media type, else None."""
    suffix = _suffix(name)
    if media_type.startswith("message/"):  # an attached message is called "Re: your notes.txt" by some programs
        suffix = ""
    found = _by_suffix().get(suffix) or _by_media_type().get(media_type) or _foreign(suffix)
    if found and found.needs and engine(found.needs) is None:
        return None
    if found is None and PurePath(name).name.lower() in PLAIN_NAMES:
        return TEXT
    return found


def missing(name: str, media_type: str = "") -> str | None:
    """Why a file of a known format is not read: it takes an extra that is not there; None of all others."""
    found = _by_suffix().get(_suffix(name)) or _by_media_type().get(media_type)
    return why_not(found.needs) if found and found.needs and engine(found.needs) is None else None


def format_by_content(name: str, head: bytes) -> Format | None:
    """The format that the first bytes show, for a name that leaves several open; None where the name decides."""
    known = format_of(name)
    family = recognised(_suffix(name), head, unknown=known is None, name=PurePath(name).name)
    if family is None or (known and known.family.partition("/")[0] == family):
        return None
    return _by_family()[family]


def reader_version(name: str) -> str:
    """The family and version that reads a file of this name ("pdf/1"); unknown names are read as plain text.

    Mail and archives are read by every parser, each part by its own: when one of them changes, they are read again.
    So is a file whose content decides between several parsers.
    """
    known = format_of(name)
    open_to = families_of(_suffix(name), unknown=known is None)
    known = known or TEXT
    if known.kind == "mail" or known.holds or any(_by_family()[family].holds for family in open_to):
        there = [by for by in map(engine, EXTRAS) if by]
        return " ".join([known.family, _check(tuple(families())), *there])
    extra = known.gains or known.needs
    by = [engine(extra)] if extra else []
    checks = [_check(open_to)] if open_to else []
    return " ".join([known.family, *checks, *filter(None, by)])


@lru_cache
def _check(of: tuple[str, ...]) -> str:
    """What the versions of some families are known by."""
    every = families()
    return f"{crc32(repr({family: every[family] for family in of}).encode()):08x}"


def may_grow(name: str) -> bool:
    """Whether a file of this name may be read from where it ended, once it has grown."""
    known = format_of(name)
    open_to = families_of(_suffix(name), unknown=known is None)
    return bool((known and known.grows) or any(_by_family()[family].grows for family in open_to))


@lru_cache(maxsize=1)
def families() -> dict[str, int]:
    """The built-in families and their versions."""
    return {name: int(version) for name, _, version in (known.family.partition("/") for known in FORMATS)}


@lru_cache(maxsize=1024)  # of one file it is asked several times
def _suffix(name: str) -> str:
    if MAILDIR_NAME.match(name):  # "1234567890.M1P1.mail.example.rs:2,S": what ends it is a host or flags
        return ""
    return PurePath(name).suffix.lower()


@lru_cache(maxsize=1)
def _by_suffix() -> dict[str, Format]:
    return _index((known.suffixes, known) for known in FORMATS)


@lru_cache(maxsize=1)
def _by_family() -> dict[str, Format]:
    """A family's row; of a family with several, the first."""
    return {known.family.partition("/")[0]: known for known in reversed(FORMATS)}


@lru_cache(maxsize=1)
def _by_media_type() -> dict[str, Format]:
    return _index((known.media_types, known) for known in FORMATS)


def _index(rows: Iterable[tuple[str, Format]]) -> dict[str, Format]:
    return {word: known for words, known in rows for word in words.split()}


def _foreign(suffix: str) -> Format | None:
    return added().get(suffix) if suffix else None


@lru_cache(maxsize=1)
def added() -> dict[str, Format]:
    """What other packages add: `[project.entry-points."ragd.parsers"]` with `".xyz" = "package.module:parse"`."""
    from importlib.metadata import entry_points  # looks into every installed package: only when a suffix is unknown

    found = {}
    for point in entry_points(group=GROUP):
        suffix = "." + point.name.lower().lstrip(".")
        name, version = (point.dist.name, point.dist.version) if point.dist else (point.module, "0")
        found[suffix] = Format(f"{name}/{version}", point.value, "other", suffix)
    return found
