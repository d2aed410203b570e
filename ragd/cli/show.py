"""What the library returned, as a person reads it: hits, answers, sources, a passage in its context."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from ragd.cli.plain import plain_of
from ragd.cli.safe import clean, line, path_line
from ragd.cli.screen import link_to, put, short
from ragd.places import day, name_of, tells_when
from ragd.records import Citation, Found, Hit, Passage, Thread

LINES = 5  # of a passage on a terminal
SIZE = 420  # code points of a passage that are shown
QUOTE = 300  # of a quote under an answer
NAMED = 8  # documents that a shown one holds, links to or is linked from
STATES = {"trashed": "trashed", "trash": "trashed", "draft": "draft", "spam": "spam"}  # labels that are told
LEAD = 100  # code points that may stand before the first matching word

Marked = Callable[[str], list[tuple[int, int]]]  # places of the question's words in a text


def hits(console: Console, found: Sequence[Hit], *, marked: Marked, explain: bool = False) -> None:
    """Ranked passages: where each is, and the part of it that the question's words are in."""
    wide = len(str(len(found)))
    for number, hit in enumerate(found, start=1):
        if number > 1:
            put(console)
        heading(console, f"{number:>{wide}}", hit)
        text = plain_of(hit.document, clean(hit.text)).strip("\n")
        shown = excerpt(text, marked(text)) if text else Text("(no words of its own)", style="dim")
        put(console, shown, indent=wide + 2, most=LINES)
        if explain:
            put(console, Text(why(hit), style="dim"), indent=wide + 2)


def heading(console: Console, number: str, shown: Hit | Citation) -> None:
    """Number, title, place and date; below it the file."""
    document = shown.document
    put(
        console, named(document, shown.place), indent=len(number) + 2, label=Text.assemble((f"{number}  ", "bold cyan"))
    )
    put(console, file_of(document, shown.page), indent=len(number) + 2)


def named(document: Found, place: str) -> Text:
    """Title, place and date."""
    shown = Text(title_of(document))
    for fact in facts(document, place):
        shown.append(" · ").append(fact)
    shown.stylize("bold", 0, len(title_of(document)))
    return shown


def facts(document: Found, place: str) -> list[str]:
    """Place and date, without what the title or the place (of a mail) has said already."""
    where, when = line(place).removeprefix(f"{title_of(document)} > "), day(document.date)
    if when and document.date_from == "file":
        when = f"file of {when}"  # or a copied mail would seem to have been written on the day of the copy
    if when in where or tells_when(document, place):
        when = ""
    return [fact for fact in (where, when, *states(document)) if fact]


def states(document: Found) -> list[str]:
    """What a reader of its words would not guess: that a mail program keeps it as deleted, or that it was not sent."""
    told = [STATES[label] for one in document.labels if (label := one.casefold()) in STATES]
    return [f"{one} at one of its places" if document.also_at else one for one in dict.fromkeys(told)]


def title_of(document: Found) -> str:
    """What its content calls it, else its name: of a member of an archive the member's, not the archive's."""
    steps = parts_named(document)
    return line(document.title or "") or (line(steps[-1]) if steps else line(document.path).rsplit("/", 1)[-1])


def parts_named(document: Found) -> list[str]:
    """The parts that a person would know by name: attachments and members, no message ids."""
    steps = (document.part or "").split(" > ")
    return [path_line(step) for step in steps if line(step) and line(step)[0] not in "<#"]


def file_of(document: Found, page: int | None) -> Text:
    """The path, linked, with the part a person would know."""
    shown = Text(short(document.path), style=link_to(document, page))
    shown.stylize("dim")
    copies = f"  (also at {short(document.also_at[0][0])})" if document.also_at else ""
    more = f" and {len(document.also_at) - 1} more" if len(document.also_at) > 1 else ""
    if document.recording:
        shown.append(f"  (said in {path_line(document.recording.rpartition('/')[2])})")
    return shown.append(
        "".join(f" > {step}" for step in parts_named(document)) + (copies[:-1] + more + ")" if copies else "")
    )


def why(hit: Hit) -> str:
    """Why a hit is here: its rank by words, by meaning and by the file's name, and the score of all."""
    ranks = [f"{name} #{hit.ranks[name]}" for name in ("words", "meaning", "name") if hit.ranks.get(name)]
    return f"score {hit.score:.3f}: {', '.join(ranks) or 'below the ranks of both'}"


def excerpt(text: str, spans: Sequence[tuple[int, int]]) -> Text:
    """The part of a clean text that holds most of the question's words, marked, "…" where something is left out."""
    start, end = window(text, spans)
    shown = Text("… " if start else "")
    for piece, is_match in pieces(text[:end], start, [span for span in spans if start <= span[0] and span[1] <= end]):
        shown.append(_without_gaps(piece), style="bold yellow" if is_match else "")
    return shown.append(" …") if end < len(text) else shown


def pieces(text: str, start: int, spans: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """The text from `start` on, in order, as (piece, whether it is marked)."""
    found: list[tuple[str, bool]] = []
    for first, last in spans:
        found += [(text[start:first], False), (text[first:last], True)]
        start = last
    found.append((text[start:], False))
    return [(piece, marked) for piece, marked in found if piece]


def window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Where to cut: the stretch of SIZE code points with the most different matching words, the first of equals."""
    if len(text) <= SIZE:
        return 0, len(text)
    starts = [0, *(_beginning(text, start) for start, _ in spans)]

    def words_from(at: int) -> int:
        return len({text[a:b].casefold() for a, b in spans if at <= a and b <= at + SIZE})

    start = max(starts, key=words_from)
    end = start + SIZE
    if end >= len(text):
        return start, len(text)
    blank = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
    return start, blank if blank > start else end


def _beginning(text: str, match: int) -> int:
    """Where to begin for a word to be read in its sentence: the line's or the sentence's start, if that is near."""
    near = max(0, match - LEAD)
    ends = [text.rfind(mark, near, match) + len(mark) for mark in ("\n", ". ", "! ", "? ") if mark in text[near:match]]
    if ends:
        return max(ends)
    blank = text.find(" ", near, match)
    return blank + 1 if near and blank >= 0 else near


def _without_gaps(text: str) -> str:
    """Empty lines and tabs take space that a terminal of a few lines does not have."""
    while "\n\n" in text:
        text = text.replace("\n\n", "\n")
    return text.replace("\t", "  ")


def sources(console: Console, citations: Sequence[Citation]) -> None:
    """The numbered sources of an answer: file, place, date, and the quote that supports it."""
    for one in citations:
        heading(console, f"[{one.number}]", one)
        quote = line(plain_of(one.document, clean(one.quote)))
        shown = quote if len(quote) <= QUOTE else f"{quote[:QUOTE].rsplit(' ', 1)[0]} …"
        put(console, Text(f"“{shown}”", style="italic"), indent=len(str(one.number)) + 4)


def passage(console: Console, shown: Passage) -> None:
    """A passage in its context: the passage stands out, and text files have their line numbers."""
    document = shown.document
    put(console, named(document, shown.place))
    people = [line(person) for person in (document.author, ", ".join(document.recipients)) if person]
    if people:
        put(console, Text(" to ".join(people), style="dim"))
    put(console, file_of(document, shown.page))
    if document.message_id:
        put(console, Text(f"message id <{line(document.message_id)}>", style="dim"))
    _others(console, shown)
    put(console)
    whole = Text()
    whole.append(clean(shown.before), style="dim")
    whole.append(clean(shown.text), style="bold" if console.is_terminal else "")
    whole.append(clean(shown.after), style="dim")
    if shown.lines is None:
        put(console, whole)
    else:
        _numbered(console, whole, first=shown.lines[0] - shown.before.count("\n"))
    if shown.thread:
        put(console)
        _thread(console, shown.thread)


def _thread(console: Console, thread: Thread) -> None:
    """The messages around the one that is shown, which is marked; each has a number that `show` takes."""
    there = len(thread.messages) + thread.before + thread.after
    put(console, Text(f"thread of {there} messages; `ragd show {thread.number}` shows the first of these", style="dim"))
    wide = len(str(thread.number + len(thread.messages) - 1))
    if thread.before:
        put(console, Text(f"… {thread.before} earlier", style="dim"), indent=wide + 4)
    for at, one in enumerate(thread.messages):
        is_here = at == thread.here
        label = Text.assemble((f"{'>' if is_here else ' '} {thread.number + at:>{wide}}  ", "bold cyan"))
        told = [day(one.document.date), _writer(one.document), title_of(one.document), *states(one.document)]
        row = Text(" · ".join(filter(None, told)), style="bold" if is_here and console.is_terminal else "")
        put(console, row, indent=wide + 4, label=label, most=1)
    if thread.after:
        put(console, Text(f"… {thread.after} more", style="dim"), indent=wide + 4)


def _writer(document: Found) -> str:
    return line(name_of(document.author or ""))


def _others(console: Console, shown: Passage) -> None:
    """The documents that this one holds, links to and is linked from."""
    held = [line(part.rpartition(" > ")[2]) for part in shown.document.holds]
    told = (("with", held), ("links to", shown.links), ("linked from", shown.backlinks))
    for what, others in told:
        names = [one if isinstance(one, str) else title_of(one) for one in others]
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            put(console, Text(f"{what} {', '.join(names[:NAMED])}{more}", style="dim"))


def _numbered(console: Console, text: Text, *, first: int) -> None:
    lines = text.split("\n", allow_blank=True)
    wide = len(str(first + len(lines)))
    for number, one in enumerate(lines, start=first):
        put(console, one, indent=wide + 2, label=Text.assemble((f"{number:>{wide}}  ", "cyan")))
