"""What goes over a worker's pipes: a length, JSON, and the text beside it as UTF-8."""

import json
import os
import struct
from collections.abc import Iterator
from typing import Any

from ragd.parsers.decode import sound
from ragd.records import Aside, Document, Mark, Member, Outcome

HEAD = struct.Struct(">II")  # bytes of the JSON, bytes of the text
PIECE = 1 << 18
Frame = tuple[dict[str, Any], bytes]


class BadFrame(Exception):
    """What came over the pipe is no frame: the other side is broken."""


def pack(message: dict[str, Any], body: bytes = b"") -> bytes:
    head = json.dumps(message, separators=(",", ":")).encode("ascii")
    return HEAD.pack(len(head), len(body)) + head + body


class Frames:
    """Cuts a stream of bytes into frames, none of them larger than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, piece: bytes) -> Iterator[Frame]:
        buffer = self._buffer
        buffer += piece
        start = 0
        while len(buffer) - start >= HEAD.size:
            head, body = HEAD.unpack_from(buffer, start)
            if head > self._limit or body > self._limit:
                raise BadFrame
            end = start + HEAD.size + head + body
            if len(buffer) < end:
                break
            middle = start + HEAD.size + head
            yield self._message(bytes(buffer[start + HEAD.size : middle])), bytes(buffer[middle:end])
            start = end
        del buffer[:start]

    @staticmethod
    def _message(head: bytes) -> dict[str, Any]:
        try:
            message = json.loads(head)
        except ValueError as error:
            raise BadFrame from error
        if not isinstance(message, dict):
            raise BadFrame
        return message


def write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def path_out(path: os.PathLike[str]) -> str:
    """A path for JSON; bytes that are no UTF-8 survive in either direction and any locale."""
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def path_in(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def pack_member(member: Member) -> bytes:
    document = member.document
    facts = {
        "part": _sound(member.part),
        "id": document.id,
        "kind": document.kind,
        "family": document.family,
        "marks": [[mark.offset, mark.kind, sound(mark.label), mark.level] for mark in document.marks],
        "title": _sound(document.title),
        "author": _sound(document.author),
        "recipients": [sound(person) for person in document.recipients],
        "date": document.date,
        "message_id": _sound(document.message_id),
        "references": [sound(one) for one in document.references],
        "tags": [sound(tag) for tag in document.tags],
        "links": [sound(link) for link in document.links],
        "aliases": [sound(alias) for alias in document.aliases],
        "asides": [[aside.start, aside.end, aside.kind] for aside in document.asides],
        "labels": [sound(label) for label in member.labels],
        "conversations": member.conversations,
        "dated": member.dated,
        "language": document.language,
        "lined": document.lined,
    }
    return pack({"is": "member", **facts}, sound(document.text).encode())


def pack_outcome(outcome: Outcome) -> bytes:
    facts = {"part": _sound(outcome.part), "status": outcome.status, "note": _sound(outcome.note)}
    return pack({"is": "outcome", **facts})


def _sound(fact: str | None) -> str | None:
    return None if fact is None else sound(fact)


def unpack_member(facts: dict[str, Any], body: bytes) -> Member:
    """The member of a frame; raises BadFrame where it is none, for the worker may have been broken into."""
    try:
        document = Document(
            id=facts["id"],
            text=body.decode(),
            kind=facts["kind"],
            family=facts["family"],
            marks=tuple(Mark(*mark) for mark in facts["marks"]),
            title=facts["title"],
            author=facts["author"],
            recipients=tuple(facts["recipients"]),
            date=facts["date"],
            message_id=facts["message_id"],
            references=tuple(facts["references"]),
            tags=tuple(facts["tags"]),
            links=tuple(facts["links"]),
            aliases=tuple(facts["aliases"]),
            asides=tuple(Aside(*aside) for aside in facts["asides"]),
            language=facts["language"],
            lined=facts["lined"],
        )
        labels, conversations = tuple(facts["labels"]), tuple(facts["conversations"])
        return Member(facts["part"], document, labels, conversations, facts["dated"])
    except (KeyError, TypeError, UnicodeDecodeError) as error:
        raise BadFrame from error
