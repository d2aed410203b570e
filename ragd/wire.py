"""The JSON of the outward contract: what `--json`, HTTP and MCP say of a record."""

from typing import Any

from ragd.records import Answer, Citation, Enclosing, Fate, Found, Hit, Outcome, Passage, Results, Thread


def found(document: Found) -> dict[str, Any]:
    """`D` of the contract."""
    return {
        "id": document.id,
        "uri": document.uri,
        "path": document.path,
        "part": document.part,
        "title": document.title,
        "kind": document.kind,
        "author": document.author,
        "date": document.date,
        "date_from": document.date_from if document.date else None,
        "thread": document.thread,
        "message_id": document.message_id,
        "also_at": [{"path": path, "part": part} for path, part in document.also_at],
        "labels": list(document.labels),
        "tags": list(document.tags),
        "within": enclosing(document.within) if document.within else None,
        "attachments": list(document.holds),
        "recording": document.recording,
    }


def enclosing(document: Enclosing) -> dict[str, Any]:
    """The message of an attachment: its `part` is null where it is the whole file."""
    return {name: getattr(document, name) for name in ("part", "title", "kind", "author", "date")}


def hit(one: Hit, rank: int) -> dict[str, Any]:
    """A passage under its 1-based rank."""
    return {
        "rank": rank,
        "score": one.score,
        "ranks": {name: one.ranks.get(name) for name in ("words", "meaning", "name")},
        "document": found(one.document),
        "place": one.place,
        "page": one.page,
        "pages": list(one.pages) if one.pages else None,
        "lines": list(one.lines) if one.lines else None,
        "rows": list(one.rows) if one.rows else None,
        "start": one.start,
        "end": one.end,
        "text": one.text,
    }


def hits(many: tuple[Hit, ...]) -> list[dict[str, Any]]:
    return [hit(one, rank) for rank, one in enumerate(many, start=1)]


def results(what: Results) -> dict[str, Any]:
    return {
        "query": what.query,
        "took_ms": what.took_ms,
        "hits": hits(what.hits),
        "nearest": hits(what.nearest),
        "notes": list(what.notes),
    }


def passage(what: Passage) -> dict[str, Any]:
    """A passage in its context, and the thread that it is in."""
    return {
        "document": found(what.document),
        "place": what.place,
        "page": what.page,
        "lines": list(what.lines) if what.lines else None,
        "before": what.before,
        "text": what.text,
        "after": what.after,
        "links": [found(one) for one in what.links],
        "backlinks": [found(one) for one in what.backlinks],
        "thread": thread(what.thread) if what.thread else None,
    }


def thread(what: Thread) -> dict[str, Any]:
    """The messages around one, which is `here`; `before` and `after` count those that are not listed."""
    messages = [
        {"number": what.number + at, "here": at == what.here, "document": found(one.document)}
        for at, one in enumerate(what.messages)
    ]
    return {"messages": messages, "before": what.before, "after": what.after}


def citation(one: Citation) -> dict[str, Any]:
    return {
        "number": one.number,
        "document": found(one.document),
        "place": one.place,
        "page": one.page,
        "pages": list(one.pages) if one.pages else None,
        "lines": list(one.lines) if one.lines else None,
        "rows": list(one.rows) if one.rows else None,
        "start": one.start,
        "end": one.end,
        "quote": one.quote,
    }


def answer(what: Answer) -> dict[str, Any]:
    return {
        "question": what.question,
        "answered": what.answered,
        "reason": what.reason,
        "answer": what.answer,
        "sentences": [{"text": one.text, "citations": list(one.citations)} for one in what.sentences],
        "withheld": list(what.withheld),
        "citations": [citation(one) for one in what.citations],
        "nearest": hits(what.nearest),
        "model": what.model,
        "took_ms": what.took_ms,
        "first_ms": what.first_ms,
    }


def outcome(what: Outcome) -> dict[str, Any]:
    return {
        "path": what.path,
        "part": what.part,
        "status": what.status,
        "note": what.note,
        "documents": what.documents,
        "chunks": what.chunks,
        "seconds": what.seconds,
    }


def fate(what: Fate) -> dict[str, Any]:
    """What became of one path."""
    told = {name: getattr(what, name) for name in ("path", "part", "what", "status", "note", "remedy", "root")}
    return told | {
        "reader": what.reader,
        "read_at": what.read_at,
        "documents": [
            {name: getattr(one, name) for name in ("part", "id", "kind", "title", "date", "characters", "passages")}
            | {"reader": one.family, "with_meaning": one.with_meaning, "quotes": one.quotes}
            | {"also_at": [{"path": path, "part": part} for path, part in one.also_at]}
            for one in what.parts
        ],
        "problems": [outcome(one) for one in what.problems],
        "same_bytes": list(what.same_bytes),
        "below": [
            {"status": status, "note": note, "example": example, "files": files}
            for status, note, example, files in what.below
        ],
    }
