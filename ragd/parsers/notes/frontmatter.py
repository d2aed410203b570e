"""The facts before a note's text: YAML or TOML frontmatter, broken YAML too, and Logseq's page properties."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ragd.parsers.reading import fact

FENCED = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.{0,65536}?)^(?:\1|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
PROPERTY = re.compile(r"[ \t]*(?:[-*][ \t]+)?([\w.-]{1,60}[ \w.-]{0,20})::[ \t]+(\S.*)?(?:\n|\Z)")
ENTRY = re.compile(r"([^\s:#'\"-][^:\n]{0,100}?)[ \t]*:(?:[ \t]+(.*))?\Z")
ITEM = re.compile(r"[ \t]*-[ \t]+(.*)\Z")
LIST = re.compile(r"\[(?!\[)(.*)\]\Z")
QUOTED = re.compile(r"""\A(["'])(.*)\1\Z""")
NAMES = 100  # of one fact; more is no frontmatter
DEEPEST = 50  # lists within lists; the composer of PyYAML in C has no bound of its own and ends with the stack
DOTS = 200  # in a line of TOML; each of a name's steps costs as much as all before it


@dataclass(frozen=True, slots=True)
class Front:
    """Facts by their names in lower case, and where they end."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    end: int = 0  # offset of the first character after it

    def one(self, *names: str) -> str | None:
        """The first of a fact's values on one line; of several names the first that is stated."""
        return next(iter(self.many(*names)), None)

    def many(self, *names: str) -> tuple[str, ...]:
        found = next((self.facts[name] for name in names if self.facts.get(name)), None)
        shown = (fact(str(value)) for value in _flat(found) if isinstance(value, str | int | float))
        return tuple(one for one in shown if one)[:NAMES]


def front_of(text: str) -> Front:
    """What stands before the text: a fenced block at its start, or lines `name:: value`."""
    found = FENCED.match(text)
    if not found:
        return _properties(text)
    facts = _yaml(found[2]) if found[1] == "---" else _toml(found[2])
    return Front(facts, found.end()) if facts is not None else Front()


def _flat(value: Any, depth: int = 0) -> Iterator[Any]:
    """The values in a list; `[[a link]]`, which YAML takes for a list in a list, too."""
    if isinstance(value, list) and depth < 4:
        for one in value[:NAMES]:
            yield from _flat(one, depth + 1)
    else:
        yield value


def _properties(text: str) -> Front:
    facts: dict[str, Any] = {}
    end = 0
    while found := PROPERTY.match(text, end):
        facts[found[1].lower()] = found[2]
        end = found.end()
    return Front(facts, 0)  # they are part of the first block, which begins where they do


def _yaml(text: str) -> Mapping[str, Any] | None:
    import yaml  # type: ignore[import-untyped]

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if _too_deep(yaml.parse(text, loader)):
            return _plain(text)
        loaded = yaml.load(text, loader)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError, OverflowError):
        return _plain(text)  # it is still frontmatter, and no heading hides in it
    if isinstance(loaded, dict):
        facts = _lowered(loaded)
        empty = {name for name, value in facts.items() if value is None}
        return facts | {name: value for name, value in _plain(text).items() if name in empty} if empty else facts
    return {} if loaded is None else None


def _too_deep(events: Iterator[Any]) -> bool:
    """Whether lists and mappings lie in each other deeper than anyone writes them."""
    from yaml import CollectionEndEvent, CollectionStartEvent

    depth = 0
    for event in events:
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            return True
    return False


def _plain(text: str) -> dict[str, Any]:
    """What a person meant by lines that are no YAML: `title: Rent: the new rules`, `tags: #home #rent`."""
    facts: dict[str, Any] = {}
    name = ""
    for line in text.splitlines():
        entry, item = ENTRY.match(line), ITEM.match(line)
        if item and name:
            held = facts.get(name)
            facts[name] = [*(held if isinstance(held, list) else []), _unquoted(item[1])]
        elif entry:
            name = entry[1].strip().lower()
            several = LIST.match((entry[2] or "").strip())
            words = several[1].split(",") if several else []
            facts[name] = [*map(_unquoted, words)] if several else _unquoted(entry[2] or "")
    return {name: value for name, value in facts.items() if re.search(r"\w", str(value))}


def _unquoted(value: str) -> str:
    return QUOTED.sub(r"\2", value.strip())


def _toml(text: str) -> Mapping[str, Any]:
    import tomllib

    if any(line.count(".") > DOTS for line in text.splitlines()):
        return {}
    try:
        return _lowered(tomllib.loads(text))
    except (ValueError, RecursionError):  # a number of more digits than Python takes is a ValueError
        return {}


def _lowered(facts: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in facts.items()}
