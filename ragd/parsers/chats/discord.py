"""A Discord channel as DiscordChatExporter writes it in JSON."""

from collections.abc import Iterator
from typing import Any

from ragd.parsers.chats.chat import Turn, days, told
from ragd.parsers.source import AnotherFormat, Source
from ragd.parsers.texts.jsons import loaded, rows, words
from ragd.records import Member


def parse(source: Source) -> Iterator[Member]:
    export = loaded(source)
    if not isinstance(export, dict) or not isinstance(export.get("messages"), list):
        raise AnotherFormat
    guild, channel = (part if isinstance(part := export.get(name), dict) else {} for name in ("guild", "channel"))
    title = " #".join(filter(None, (words(guild.get("name")), words(channel.get("name")))))
    yield from days(source, [_turn(message) for message in rows(export["messages"])], title=title)


def _turn(message: dict[str, Any]) -> Turn:
    author = message.get("author")
    named = author if isinstance(author, dict) else {}
    sent = [words(one.get("fileName")) for one in rows(message.get("attachments"))]
    shown = [words(one.get(name)) for one in rows(message.get("embeds")) for name in ("title", "description")]
    text = "\n".join(filter(None, (words(message.get("content")), *shown, *sent)))
    return Turn(words(named.get("nickname")) or words(named.get("name")), told(message.get("timestamp")), text)
