"""Source code: the text untouched, functions and classes as places.

The signs are lines, not grammars: a file that is half written, or of a newer version of its language, has its places
too, and megabytes take milliseconds.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from ragd.parsers.source import Source
from ragd.parsers.texts.text import lined_member, lined_text
from ragd.records import Mark, Member

INDENT = 8  # deeper than this many blanks nothing is a place of its own
DEEPEST = 4  # level of a heading
MOST = 5_000  # places in a file; more were made by a program
LONGEST_LINE = 400
JAVA_WORDS = (
    r"(?:public|private|protected|internal|static|final|abstract|sealed|partial|readonly|override|virtual|async|native"
    r"|synchronized|default|unsafe|extern|open|data|inline|suspend|export|declare|const|fun|final|required|convenience"
    r"|fileprivate|mutating|lateinit|operator|tailrec|companion|case|implicit|lazy|pub(?:\([\w:]+\))?|@\w+)"
)
NO_NAMES = frozenset((
    "if", "for", "while", "switch", "return", "catch", "else", "do", "sizeof", "new", "delete", "throw", "using",
    "lock", "await",
))  # fmt: skip
TYPES = (
    r"(?:class|interface|enum(?:\s+class)?|record|struct|trait|object|protocol|extension|namespace|module|union|actor)"
)
SIGNS = {  # language: a line that begins a place, its name in the group called name
    "python": r"(?:async\s+def|def|class)\s+(?P<name>\w+)",
    "javascript": (
        r"(?:export\s+)?(?:default\s+)?(?:abstract\s+|declare\s+)*(?:(?:async\s+)?function\b\s*\*?|class|interface|enum"
        r"|namespace|type(?=\s+\w+\s*[<=]))\s*(?P<name>[\w$]+)"
        r"|(?:export\s+)?(?:const|let|var)\s+(?P<name2>[\w$]+)\s*(?::[^=]{1,80})?=\s*(?:async\s*)?"
        r"(?:function\b|\([^)]{0,200}\)\s*(?::[^=]{1,80})?=>|[\w$]+\s*=>)"
        r"|(?:(?:public|private|protected|static|async|readonly|override|get|set|abstract)\s+)*\*?"
        r"(?P<name3>[#\w$]+)\s*\((?![^;]*(?:function|=>))[^;]{0,200}\)\s*(?::[^={;]{1,80})?\{\s*$"
    ),
    "java": (
        rf"(?:{JAVA_WORDS}\s+)*{TYPES}\s+(?P<name>\w+)"
        rf"|(?:{JAVA_WORDS}\s+)*(?:fun|func|init|constructor)\s+(?:<[^>]{{1,80}}>\s*)?(?:[\w.]+\.)?(?P<name2>\w+)"
        rf"|(?:{JAVA_WORDS}\s+)+(?:<[^>]{{1,80}}>\s*)?(?:[\w.?]+(?:<[^()]{{1,120}}>)?(?:\[\])*\??\s+)?"
        r"(?P<name3>\w+)\s*\([^;=]{0,300}$"
    ),
    "c": (
        r"(?:typedef\s+)?(?:class|struct|union|enum(?:\s+class)?|namespace)\s+(?:\w+\s+)?(?P<name>\w+)[^;()]*$"
        r"|#\s*define\s+(?P<name2>\w+)\("
        r"|(?:[\w:<>,~]{1,80}[ \t*&]+){1,6}\**(?P<name3>(?:\w+::)*~?\w+)\s*\([^;{}]{0,300}\)?\s*"
        r"(?:const|noexcept|override|final)?\s*\{?[^;]*$"
        r"|(?<![ \t])(?P<name4>[a-z_]\w*)\([^;{}]{0,300}\)?\s*\{?$"  # below its type, as GNU has it
    ),
    "go": r"func\s+(?:\([^)]{0,80}\)\s*)?(?P<name>\w+)|type\s+(?P<name2>\w+)\s",
    "rust": (
        r"(?:pub(?:\([\w: ]+\))?\s+)?(?:default\s+|async\s+|const\s+|unsafe\s+|extern\s+(?:\"\w+\"\s+)?)*"
        r"(?:fn|struct|enum|trait|mod|union|macro_rules!)\s+(?P<name>\w+)"
        r"|(?:unsafe\s+)?(?P<name2>impl\b[^{;]{1,120}?)\s*(?:where.*)?\{?\s*$"
    ),
    "ruby": r"(?:def|class|module)\s+(?P<name>[\w.:?!=]+)",
    "php": (
        r"(?:(?:abstract|final|public|protected|private|static|readonly)\s+)*"
        r"(?:function\s+&?|class\s+|interface\s+|trait\s+|enum\s+)(?P<name>\w+)"
    ),
    "shell": r"function\s+(?P<name>[\w.:-]+)|(?P<name2>[\w.:-]+)\s*\(\)\s*(?:\{|\(|$)",
    "perl": r"(?:sub|package)\s+(?P<name>[\w:]+)",
    "lua": r"(?:local\s+)?function\s+(?P<name>[\w.:]+)|(?:local\s+)?(?P<name2>[\w.]+)\s*=\s*function\b",
    "r": r"(?P<name>[\w.]+)\s*(?:<-|=)\s*function\b",
    "julia": r"(?:function|struct|mutable\s+struct|abstract\s+type|module|macro)\s+(?P<name>[\w.!]+)",
    "elixir": r"(?:defmodule|defp?|defmacrop?|defprotocol|defimpl)\s+(?P<name>[\w.?!]+)",
    "haskell": r"(?P<name>[a-z]\w*'?)\s*::|(?:data|newtype|class|instance|type|module)\s+(?P<name2>[\w.' ]{1,80})",
    "lisp": r"\((?:cl-)?(?:def\w*|define[\w-]*)\s+\(?(?P<name>[^\s()]+)",
    "sql": (
        r"create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|unique\s+|materialized\s+)*"
        r"(?:table|view|function|procedure|trigger|index|type|schema)\s+(?:if\s+not\s+exists\s+)?"
        r"(?P<name>[\w.\"`\[\]]+)"
    ),
    "powershell": r"(?:function|filter|class)\s+(?P<name>[\w:-]+)",
    "make": r"(?P<name>[\w./%-]+)\s*:(?![=:])[^=]*$",
    "terraform": r"(?P<name>(?:resource|data|module|variable|output|provider)\s+[\"\w. -]+?)\s*\{",
    "basic": (
        r"(?:(?:public|private|friend|static)\s+)*"
        r"(?:sub|function|property\s+(?:get|let|set)|class|module|type)\s+(?P<name>\w+)"
    ),
    "pascal": r"(?:procedure|function|constructor|destructor|unit|program)\s+(?P<name>[\w.]+)",
    "proto": r"(?:message|service|enum|rpc)\s+(?P<name>\w+)",
    "css": r"(?P<name>@(?:media|keyframes|mixin|function)\b[^{;]{1,80}?)\s*[{(]",
    "fortran": (
        r"(?:(?:pure|elemental|recursive|integer|real|logical)\s+)*"
        r"(?:subroutine|function|module|program)\s+(?P<name>\w+)"
    ),
}
LANGUAGES = {
    "python": "py pyi pyx", "javascript": "js mjs cjs jsx ts tsx vue svelte", "c": "c h cc cpp cxx hh hpp hxx m mm",
    "java": "java kt kts scala groovy gradle cs swift dart d sol fs", "go": "go", "rust": "rs zig", "ruby": "rb",
    "php": "php", "shell": "sh bash zsh fish", "perl": "pl pm", "lua": "lua", "r": "r", "julia": "jl",
    "elixir": "ex exs", "haskell": "hs elm", "lisp": "lisp el scm rkt clj cljs", "sql": "sql", "powershell": "ps1",
    "make": "mk", "terraform": "tf", "basic": "vb", "pascal": "pas", "proto": "proto graphql",
    "css": "css scss sass less",
    "fortran": "f f90",
}  # fmt: skip
BY_SUFFIX = {suffix: language for language, suffixes in LANGUAGES.items() for suffix in suffixes.split()}
CASELESS = frozenset(("sql", "basic", "pascal", "fortran", "powershell"))
# Words in a language that lets them stand over several lines: what looks like code in them is none.
STRINGS = {"python": re.compile(r'"""|\'\'\'')}


def parse(source: Source) -> Iterator[Member]:
    text = lined_text(source)
    yield lined_member(source, text, tuple(symbols(text, source.name.rpartition(".")[2].lower())))


def symbols(text: str, suffix: str) -> Iterator[Mark]:
    """A heading mark at the line of each function and class; those inside others are of a deeper level."""
    language = BY_SUFFIX.get(suffix, "")
    if not language:
        return
    above: list[int] = []  # the indents of the places that we are in
    quoted = list(_quoted(text, language))
    at = 0
    for count, found in enumerate(_lines(language).finditer(text)):
        if count >= MOST:
            return
        name = next((found[group] for group in ("name", "name2", "name3", "name4") if _group(found, group)), "")
        start = found.start("line")
        while at < len(quoted) and quoted[at][1] < start:
            at += 1
        if name in NO_NAMES or (at < len(quoted) and quoted[at][0] < start):
            continue
        indent = len(found["indent"].expandtabs(4))
        above = [one for one in above if one < indent]
        above.append(indent)
        yield Mark(start, "heading", " ".join(name.split()).strip('"`[]'), min(len(above), DEEPEST))


def _group(found: re.Match[str], name: str) -> bool:
    return name in found.re.groupindex and bool(found[name])


@lru_cache(maxsize=32)
def _lines(language: str) -> re.Pattern[str]:
    flags = re.MULTILINE | (re.IGNORECASE if language in CASELESS else 0)
    blanks = rf"[ \t]{{0,{INDENT}}}" if language not in ("make", "haskell", "css") else ""
    sign = re.sub(r"(?<!\^)\\s", r"[ \\t]", SIGNS[language]).replace("[^", r"[^\n")  # within the line
    return re.compile(rf"^(?P<indent>{blanks})(?=(?P<line>\S))(?=.{{1,{LONGEST_LINE}}}$)(?:{sign})", flags)


def _quoted(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Where words stand that run over several lines."""
    sign = STRINGS.get(language)
    opened: re.Match[str] | None = None
    for found in sign.finditer(text) if sign else ():
        if opened is None:
            opened = found
        elif opened[0] == found[0]:
            yield opened.start(), found.end()
            opened = None
