"""A Slack export: a folder for each channel with a file for each day, read with the people's names and threads."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from html import unescape
from typing import Any

from ragd.parsers.chats.chat import Turn, days, moment, threaded
from ragd.parsers.packed.unpacked import Entry, part_of
from ragd.parsers.source import AnotherFormat, Parsed, Source, guard
from ragd.parsers.table import Format
from ragd.parsers.texts.jsons import loaded, rows, words
from ragd.records import Member

SLACK = Format("slack/1", "ragd.parsers.chats.slack:parse", "chat", "")
LISTS = ("channels.json", "groups.json", "dms.json", "mpims.json")
DAY = re.compile(r"\d{4}-\d\d-\d\d\.json$")
MARKUP = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")
SILENT = frozenset(("channel_join", "channel_leave", "group_join", "group_leave", "bot_add", "bot_remove"))

People = dict[str, str]


def parse(source: Source) -> Iterator[Member]:
    """One day of a channel as a file of its own: people are called as the messages themselves call them."""
    messages = rows(loaded(source))
    if not any("ts" in message for message in messages):
        raise AnotherFormat
    yield from days(source, _turns(messages, _named_within(messages)), title=None)


def read(source: Source, entries: list[Entry]) -> Parsed:
    """The export: a document for each day of each channel; answers in a thread stand behind what they answer."""
    top = min((entry.folder for entry in entries if entry.base == "users.json"), key=len, default="")
    lists = {entry.base: entry for entry in entries if entry.folder == top}
    people = _people(_rows(source, lists.get("users.json")))
    channels = {
        name: label for base in LISTS for name, label in _channels(_rows(source, lists.get(base)), base, people)
    }
    folders: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if DAY.search(entry.base):
            folders[entry.folder.removeprefix(top).strip("/")].append(entry)
    for folder, of_days in sorted(folders.items()):
        messages = [message for entry in sorted(of_days, key=lambda one: one.name) for message in _rows(source, entry)]
        inner = source.inner(folder, b"", source.part or "", SLACK)
        inner.part = source.part
        label = channels.get(folder, f"#{folder}")
        turns = _turns(messages, people | _named_within(messages))
        yield from guard(inner, lambda one, turns=turns, label=label: days(one, turns, title=label, within=label))  # type: ignore[misc]


def _rows(source: Source, entry: Entry | None) -> list[dict[str, Any]]:
    """The objects in one file of the export; none where it is missing or broken."""
    if entry is None:
        return []
    try:
        return rows(loaded(source.inner(entry.base, entry.open, part_of(source, entry.name), SLACK)))
    except AnotherFormat:
        return []


def _people(users: Iterable[dict[str, Any]]) -> People:
    return {words(user.get("id")): _name(user) for user in users if words(user.get("id"))}


def _name(user: dict[str, Any]) -> str:
    profile = user.get("profile")
    told = {**user, **(profile if isinstance(profile, dict) else {})}
    names = (words(told.get(name)) for name in ("real_name", "display_name", "real_name_normalized", "name"))
    return next(filter(None, names), words(user.get("id")))


def _named_within(messages: Iterable[dict[str, Any]]) -> People:
    named = {}
    for message in messages:
        profile = message.get("user_profile")
        if isinstance(profile, dict) and words(message.get("user")):
            named[words(message["user"])] = _name(profile)
    return {user: name for user, name in named.items() if name}


def _channels(channels: Iterable[dict[str, Any]], base: str, people: People) -> Iterator[tuple[str, str]]:
    """The folder of a channel and what people call it; a direct message is called by those who write in it."""
    for channel in channels:
        name, members = words(channel.get("name")), channel.get("members")
        if base in ("channels.json", "groups.json") and name:
            yield name, f"#{name}"
        elif isinstance(members, list):
            label = ", ".join(people.get(words(member), words(member)) for member in members)
            yield (name or words(channel.get("id"))), label


def _turns(messages: Iterable[dict[str, Any]], people: People) -> list[Turn]:
    seen = sorted((message for message in messages if message.get("subtype") not in SILENT), key=_time)
    answers: defaultdict[str, list[Turn]] = defaultdict(list)
    first: list[tuple[str, Turn]] = []
    known = {words(message.get("ts")) for message in seen}
    for message in seen:
        turn = Turn(_who(message, people), moment(message.get("ts")), _said(message, people))
        thread = words(message.get("thread_ts"))
        if thread and thread != message.get("ts") and thread in known:
            answers[thread].append(turn)
        else:
            first.append((words(message.get("ts")), turn))
    return threaded((turn, answers[stamp]) for stamp, turn in first)


def _time(message: dict[str, Any]) -> float:
    when = moment(message.get("ts"))
    return when.timestamp() if isinstance(when, datetime) else 0.0


def _who(message: dict[str, Any], people: People) -> str:
    user = words(message.get("user"))
    return people.get(user) or words(message.get("username")) or user or words(message.get("bot_id"))


def _said(message: dict[str, Any], people: People) -> str:
    files = [words(one.get("title")) or words(one.get("name")) for one in rows(message.get("files"))]
    shared = [
        words(one.get(name)) for one in rows(message.get("attachments")) for name in ("title", "text") if one.get(name)
    ]
    text = "\n".join(filter(None, (words(message.get("text")), *shared, *files)))
    return unescape(MARKUP.sub(lambda found: _marked(found, people), text))


def _marked(found: re.Match[str], people: People) -> str:
    sign, target, label = found.groups()
    if sign == "@":
        return f"@{people.get(target) or label or target}"
    if sign == "#":
        return f"#{label or target}"
    if sign == "!":
        return f"@{label or target.partition('^')[0]}"
    return f"{label} ({target})" if label and label not in target else target.removeprefix("mailto:")
