"""Markdown as people read it: links by their names, tables without pipes, no marks. For the screen only."""

import re
from collections.abc import Callable
from pathlib import PurePath

from ragd.records import Found

SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"})

_FRONTMATTER = re.compile(r"\A---\n(.*?)\n---(?:\n|\Z)", re.DOTALL)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*\n?", re.MULTILINE)
_RULE = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?\s*)?\|?\s*")
_MEDIA = "png|jpe?g|gif|svg|webp|bmp|avif|heic|tiff?|pdf|mp[34]|m4[av]|3gp|wav|ogg|webm|mov|canvas|base"
_BLOCK = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_CELL = re.compile(r"(?<!\\)\|")

Replace = str | Callable[[re.Match[str]], str]


def _target(match: re.Match[str]) -> str:
    """What a wikilink shows: its own words, else the note's name, or the heading's in the same note."""
    target, _, shown = match[1].replace("\\|", "|").partition("|")
    note = re.sub(r"#?(?<!\^)\^[\w-]+$", "", target) or target  # without the id of a block in it
    return shown or note.strip("#").replace("#", " > ")


_MARKS: tuple[tuple[re.Pattern[str], Replace], ...] = (
    (re.compile(rf"[ \t]*!\[\[[^\[\]\n|]*\.(?:{_MEDIA})(?:\\?[#|][^\[\]\n]*)?\]\]", re.IGNORECASE), ""),
    (re.compile(r"!?\[\[([^\[\]\n]+)\]\]"), _target),  # an embedded note too
    (re.compile(rf"(?:\{{\{{embed )?\(\({_BLOCK}\)\)(?:\}}\}})?"), "((…))"),  # of Logseq: what another block says
    (re.compile(r"(?<![\w`])[\[(]([^\W\d_][\w -]{0,40})::[ \t]+([^\[\]()\n]+)[\])]"), r"\1: \2"),  # "(time:: 5 min)"
    (re.compile(r"^([ \t]*(?:[-*][ \t]+)?[^\W\d_][\w -]{0,40})::(?=[ \t])", re.MULTILINE), r"\1:"),  # "rating:: 5"
    (re.compile(r"!?\[([^\[\]\n]*)\]\((?:<[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"\n]*\")?\)"), r"\1"),
    (re.compile(r"%%[ \t]?([^%\n]+?)[ \t]?%%"), r"\1"),  # what is hidden in Obsidian
    (re.compile(r"(?<=\w)\[\^[^\]\s]+\]"), ""),  # a footnote's number
    (re.compile(r"<(https?://[^\s<>]+)>"), r"\1"),
    (re.compile(r"</?(?:br|kbd|b|i|u|em|strong|sup|sub|span|div|p|mark|small)\b[^<>\n]*>", re.IGNORECASE), ""),
    (re.compile(r"(\*\*\*|\*\*|__|==|~~)(?=\S)([^\n]+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_(?=[^\s_])([^_\n]+?)(?<=\S)_(?![\w_])"), r"\1"),
    (re.compile(r"(?<!`)`([^`\n]+)`(?!`)"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|~>-])"), r"\1"),
)
_LINES = re.compile(rf"^[ \t]*(?:id:: {_BLOCK}|collapsed:: (?:true|false))[ \t]*(?:\n|\Z)", re.MULTILINE)  # of Logseq
_LINE_STARTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(?:>[ \t]?)+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*\[![\w-]+\][+-]?[ \t]*", re.MULTILINE), ""),  # "> [!info] Title"
    (re.compile(r"^((?:[ \t]*[-*][ \t]+)?)#{1,6}[ \t]+", re.MULTILINE), r"\1"),
    (re.compile(r"[ \t]\^[\w-]+$|^\^[\w-]+$", re.MULTILINE), ""),  # a block's id
)


def is_markdown(document: Found) -> bool:
    """Whether a document's text is Markdown, by its name; notes in an archive of Joplin have none of a file."""
    if document.kind == "note" and document.part and PurePath(document.path).suffix.lower() == ".jex":
        return True
    name = (document.part or document.path).rpartition(" > ")[2]
    return PurePath(name).suffix.lower() in SUFFIXES


def plain_of(document: Found, text: str) -> str:
    """A document's text as people read it; of what is not Markdown it is the text itself."""
    return plain(text) if is_markdown(document) else text


def plain(text: str) -> str:
    """Markdown without its marks. Code between fences stays as it is."""
    body = _FRONTMATTER.sub("", text)
    if not body.strip():
        return _FRONTMATTER.sub(r"\1\n", text)  # it is all that there is to show
    pieces = _FENCE.split(body)
    return "".join(piece if number % 2 else _unmarked(piece) for number, piece in enumerate(pieces))


def _unmarked(text: str) -> str:
    text = _LINES.sub("", text)
    for pattern, replacement in _LINE_STARTS:
        text = pattern.sub(replacement, text)
    text = "\n".join(_row(line) for line in text.split("\n") if not _RULE.fullmatch(line))
    for mark, shown in _MARKS:
        text = mark.sub(shown, text)
    return text


def _row(line: str) -> str:
    """A table's row without its pipes; rows that were put on one line as well."""
    bare = line.strip()
    if not (bare.startswith("|") and bare.endswith("|") and len(bare) > 2):
        return line
    links = re.sub(r"\[\[[^\[\]]*\]\]", lambda link: link[0].replace("\\|", "|").replace("|", "\\|"), bare)
    cells = (cell.strip() for cell in _CELL.split(links))
    return " · ".join(cell for cell in cells if cell and not re.fullmatch(r":?-{2,}:?", cell))
