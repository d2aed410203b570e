"""What the notes of a vault say of each other: their tags, and their links to other notes and files.

Obsidian, Logseq, Bear, Roam and plain Markdown write both alike: `#tag`, `#nested/tag`, `#[[some words]]`,
`[[a note]]`, `![[an embed]]`, `[words](a%20note.md)`; Logseq `((a block))` too.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from ragd.parsers.notes.frontmatter import Front
from ragd.parsers.reading import fact

CODE = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|(?<!`)(`+)(?!`)(?:[^\n]|\n(?![ \t]*\n)){1,2000}?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE)  # fmt: skip  # noqa: E501
TAG = re.compile(r"(?:^|(?<=[\s,]))#(?:\[\[([^\[\]\n]{1,200})\]\]|([^\W_][\w/-]*|[\w/-]*[^\W\d][\w/-]*))", re.MULTILINE)
WIKILINK = re.compile(r"(?<!\\)\[\[([^\[\]\n]{1,500})\]\]")
LINK = re.compile(r"(?<!\\)\]\([ \t]*(?:<([^<>\n]{1,1000})>|((?:[^()\s]|\([^()\s]{0,500}\)){1,1000}))(?:[ \t]+[\"'(][^\n]{0,500}?)?[ \t]*\)")  # fmt: skip  # noqa: E501
DEFINITION = re.compile(r"^ {0,3}\[[^\]\n^][^\]\n]{0,200}\]:[ \t]+<?(\S{1,1000}?)>?(?:[ \t]|$)", re.MULTILINE)
BLOCK = re.compile(r"\(\(([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)\)")  # Logseq: of a block of any page
BLOCK_NAME = re.compile(
    r"^[ \t]*(?:[-*][ \t]+)?id::[ \t]+([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[ \t]*$", re.MULTILINE
)
TAG_LINE = re.compile(r"^[ \t]*(?:[-*][ \t]+)?tags::[ \t]+(\S.*)$", re.MULTILINE | re.IGNORECASE)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)
TAG_NAMES = ("tags", "tag", "categories", "category", "keywords")
MOST = 1000  # tags or links of one note that are kept


def prose_of(text: str, start: int = 0) -> str:
    """The text from `start` on without its code, in which a `#` is no tag and brackets are no link."""
    return CODE.sub(" ", text[start:]) if "`" in text or "~~~" in text else text[start:]


def tags_of(prose: str, front: Front | None = None) -> tuple[str, ...]:
    """The tags of a note without their `#`, as written: those of its frontmatter, then those in its text."""
    stated = [tag for name in TAG_NAMES for value in (front.many(name) if front else ()) for tag in _split(value, name)]
    lines = [tag for found in TAG_LINE.finditer(prose) for tag in _split(found[1], "tags")] if "::" in prose else []
    inline = (_tag(found) for found in TAG.finditer(prose)) if "#" in prose else ()
    return _unique(tag.strip("#/ \t") for tag in (*stated, *lines, *inline) if tag)


def links_of(prose: str, front: Front | None = None) -> tuple[str, ...]:
    """The notes and files that a note points to, without headings, blocks and shown words; the web is left out."""
    stated = [value for name in (front.facts if front else ()) for value in front.many(name)] if front else []
    return _unique(fact(target) or "" for target in (*_in_properties(stated), *_targets(prose)))


def blocks_of(prose: str) -> tuple[str, ...]:
    """The names of the blocks of a note in Logseq that others refer to: by these it is found as by its own."""
    return _unique(found[1] for found in BLOCK_NAME.finditer(prose)) if "id:: " in prose else ()


def is_elsewhere(target: str) -> bool:
    """Whether a target is an address on the web, of mail or of a program, and no file."""
    return bool(SCHEME.match(target))


def _targets(prose: str) -> Iterator[str]:
    if "[[" in prose:
        yield from (_note(found[1]) for found in WIKILINK.finditer(prose) if not is_elsewhere(found[1]))
    if "((" in prose:
        yield from (found[1] for found in BLOCK.finditer(prose))
    if "](" in prose:
        yield from filter(None, (_file(found[1] or found[2]) for found in LINK.finditer(prose)))
    if "]:" in prose:
        yield from filter(None, (_file(found[1]) for found in DEFINITION.finditer(prose)))


def _in_properties(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (_note(found[1]) for found in WIKILINK.finditer(value))


def _note(inside: str) -> str:
    """The note of `[[note#heading|shown words]]`; in a table the bar is escaped."""
    return re.split(r"\\?\||#|\^", inside, maxsplit=1)[0].strip()


def _file(target: str) -> str:
    return "" if is_elsewhere(target) else unquote(target.partition("#")[0].partition("?")[0]).strip()


def _tag(found: re.Match[str]) -> str:
    tag = str(found[1] or found[2])
    return "" if tag.strip("/-").isdigit() else tag


def _split(value: str, name: str) -> list[str]:
    """`tags: home, rent` and `tags: home rent` are two tags; a category may be some words."""
    words = WIKILINK.sub(lambda found: f",{_note(found[1])},", value)
    if "," in words or not name.startswith("tag") or "[[" in value:
        return [word.strip() for word in words.split(",")]
    return words.split()


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:MOST]
