"""Where a span of a document stands, in a person's words: page, lines, headings, who wrote to whom and when."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from ragd.records import Chunk, Enclosing, Found, Mark, MarkKind

TURN = re.compile(r"(?:^|, |> )\d{1,2} \w+ \d{4} \d\d:\d\d(?: |$)")  # as chats mark their turns

SPANNED: tuple[MarkKind, ...] = ("beside", "clause", "turn")  # of these a span's first and last are told


def held(marks: Sequence[Mark], start: int, end: int) -> tuple[Mark, ...]:
    """The marks of a span: what is in force at `start`, then those inside it.

    In force are a page, headings (outermost first), what stands beside the text, a clause, a table's heads, a day and a
    turn.
    `marks` are a document's, in order of offset; offsets count code points of its text.
    """
    force: dict[str, list[Mark]] = {"page": [], "beside": [], "clause": [], "table": [], "turn": [], "day": []}
    headings: list[Mark] = []
    inside: list[Mark] = []
    for mark in marks:
        if mark.offset >= end:
            break
        if mark.offset > start:
            inside.append(mark)
        elif mark.kind == "heading":
            headings = [*_still_above(headings, mark), mark]
            force |= {"clause": [], "table": []}
        elif mark.kind in ("page", "slide", "sheet", "cell"):
            force["page"] = [mark]
            headings = _still_above(headings, mark)
            force["beside"] = [] if mark.kind in ("slide", "sheet") else force["beside"]
        elif mark.kind == "beside":
            headings = _still_above(headings, mark)
            force |= {"beside": [mark], "clause": [], "table": []}
        elif mark.kind in force:
            force[mark.kind] = [mark] if mark.label or mark.kind == "turn" else []
    last = (*force["clause"], *force["table"], *force["day"], *force["turn"])
    return (*force["page"], *headings, *force["beside"], *last, *inside)


def _still_above(headings: list[Mark], mark: Mark) -> list[Mark]:
    """The headings that hold below a mark: those of a slide or a sheet end with it."""
    if mark.kind in ("slide", "sheet"):
        return []
    return headings if mark.kind in ("page", "cell") else [above for above in headings if above.level < mark.level]


def lead_of(asides: Iterable[tuple[int, int]], start: int, end: int) -> int:
    """How many code points at the start of a span with a writer's own words are quoted: the question it answers.

    `asides` are where those of the document begin and end.
    """
    over = (min(last, end) for first, last in asides if first < end and last > start)
    return max(over, default=start) - start


def day_of(chunk: Chunk) -> str | None:
    """The day on which a passage was said (ISO 8601), where its text is of many days."""
    return next((mark.label for mark in chunk.marks if mark.kind == "day"), None)


def is_quoted(chunk: Chunk, end: int) -> bool:
    """Whether a span of the chunk that ends at `end` is somebody else's words."""
    return chunk.quoted or chunk.start < end <= chunk.start + chunk.lead


def pages_of(chunk: Chunk, start: int, end: int) -> tuple[int, int] | None:
    """The first and the last page or slide (1-based) of a span of the chunk, None where the document has none."""
    numbers = [mark.level for mark in held(chunk.marks, start, end) if mark.kind in ("page", "slide")]
    return (numbers[0], numbers[-1]) if numbers else None


def rows_of(chunk: Chunk, start: int, end: int) -> tuple[int, int] | None:
    """The first and the last row of a span of a sheet, by the sheet's own numbers; None where it has none."""
    if not _is_of_sheet(chunk):
        return None
    jumps = [(chunk.start, chunk.line or 0)]
    jumps += [(mark.offset, mark.level) for mark in chunk.marks if mark.kind == "row" and mark.offset >= chunk.start]
    rows: list[int] = []
    for (first, number), (last, _) in zip(jumps, [*jumps[1:], (chunk.end, 0)], strict=True):
        if number and max(first, start) < min(last, end):
            above = chunk.text[first - chunk.start : max(first, start) - chunk.start]
            within = chunk.text[first - chunk.start : min(last, end) - chunk.start].rstrip("\n")
            rows += [number + above.count("\n"), number + within.count("\n")]
    return (rows[0], rows[-1]) if rows else None


def _is_of_sheet(chunk: Chunk) -> bool:
    return any(mark.kind == "sheet" for mark in chunk.marks)


def lines_of(chunk: Chunk, start: int, end: int) -> tuple[int, int] | None:
    """First and last line (1-based, inclusive) of a span of the chunk, None where the text has no lines."""
    if chunk.line is None or _is_of_sheet(chunk):
        return None
    first = chunk.line + chunk.text.count("\n", 0, start - chunk.start)
    span = chunk.text[start - chunk.start : end - chunk.start]
    return first, first + span.rstrip("\n").count("\n")


def describe(chunk: Chunk, document: Found, start: int, end: int) -> str:
    """The place of a span for people: "p. 3 > Cover > Theft", "lines 10-24", "Dana to Kees, 2 March 2024".

    The document's title is not in it.
    """
    steps = [_mail(document)] if document.kind == "mail" else []
    steps += [_within(document.within)] if document.within else []
    steps += [_standing(chunk, end)]
    steps += [_pages(chunk, start, end)]
    marks = held(chunk.marks, start, start + 1)
    # A sheet's name stands above its rows as a heading too; the title is told wherever a place is.
    said = {mark.label for mark in marks if mark.kind == "sheet"} | {document.title}
    steps += [mark.label for mark in marks if mark.kind == "heading" and mark.label not in said]
    steps += [_from_to(chunk, start, end, kind) for kind in SPANNED]
    lines = lines_of(chunk, start, end)
    if lines:
        steps.append(f"line {lines[0]}" if lines[0] == lines[1] else f"lines {lines[0]}-{lines[1]}")
    return " > ".join(step for step in steps if step)


def _standing(chunk: Chunk, end: int) -> str:
    """Whose words they are where they are not the sender's; the sender's own signature and what ends the mail."""
    if is_quoted(chunk, end):
        return f"quoted from {chunk.speaker}" if chunk.speaker else "quoted"
    return {"signature": "signature", "foot": "end of the mail", "body": ""}[chunk.role]


def _pages(chunk: Chunk, start: int, end: int) -> str:
    within = [mark for mark in held(chunk.marks, start, end) if mark.kind in ("page", "slide", "sheet", "cell")]
    if not within:
        return ""
    word = {"page": "p.", "slide": "slide", "sheet": "sheet", "cell": "cell"}[within[0].kind]
    first, last = within[0].label, within[-1].label
    if first != last and word == "sheet":
        joined = "and" if len({mark.label for mark in within}) == 2 else "to"
        return f"sheets {first} {joined} {last}"
    said = f"{word} {first}" if first == last else f"{word} {_number(first)}-{_number(last)}"
    rows = rows_of(chunk, start, end) if first == last else None
    if not rows:
        return said
    return f"{said}, row {rows[0]}" if rows[0] == rows[1] else f"{said}, rows {rows[0]}-{rows[1]}"


def _number(label: str) -> str:
    """ "5" of "5 (hidden)": of several slides that would be said of all."""
    return label.removesuffix(" (hidden)")


def _from_to(chunk: Chunk, start: int, end: int, kind: MarkKind) -> str:
    """Who spoke when, which clauses: of several the first and the last."""
    said = [mark.label for mark in held(chunk.marks, start, end) if mark.kind == kind and mark.label]
    return said[0] if len(set(said)) == 1 else f"{said[0]} to {said[-1]}" if said else ""


def _mail(document: Found) -> str:
    people = name_of(document.author or "")
    if document.recipients:
        others = len(document.recipients) - 1
        people += f" to {name_of(document.recipients[0])}" + (f" and {others} more" if others else "")
    return ", ".join(fact for fact in (people, day(document.own_date)) if fact)


def _within(message: Enclosing) -> str:
    """ "in mail 'Your invoice' from Dana, 3 March 2024": of an attachment, the message that brought it."""
    said = f"in {message.kind}" + (f" '{message.title}'" if message.title else "")
    by = f" from {name_of(message.author)}" if message.author else ""
    return ", ".join(filter(None, (said + by, day(message.date))))


def name_of(person: str) -> str:
    """ "Meer, Piet van der <piet@example.org>": the name as it is written, for want of one the address."""
    name, _, mailbox = person.rpartition("<") if person.endswith(">") else (person, "", "")
    return name.strip(' "') or mailbox.removesuffix(">") or person


def day(iso: str | None) -> str:
    """ "2 March 2024" of an ISO 8601 date or time; "" of None or of what is no date."""
    try:
        when = datetime.fromisoformat(iso or "") if "T" in (iso or "") else date.fromisoformat(iso or "")
    except ValueError:
        return ""
    return f"{when.day} {when:%B %Y}"


def tells_when(document: Found, place: str) -> bool:
    """Whether a place says when its words were said: the date of the whole conversation would contradict it."""
    return document.kind == "chat" and bool(TURN.search(place))
