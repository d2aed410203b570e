"""What travels between the rooms: frozen records, complete at birth."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal[
    "text",
    "note",
    "pdf",
    "office",
    "mail",
    "chat",
    "web",
    "table",
    "slides",
    "book",
    "code",
    "event",
    "contact",
    "bookmark",
    "image",
    "audio",
    "other",
]
MarkKind = Literal[
    "page", "column", "heading", "slide", "sheet", "cell", "row", "message", "turn", "day", "clause", "table",
    "beside", "line-block",
]  # fmt: skip
AsideKind = Literal["quote", "attribution", "signature", "quoted signature", "closing", "footer", "secret"]
# What a passage is in its document: words like any other, who wrote it ("Dana Visser, roofer, +31 20 555 0199"), or
# what ends a mail and says nothing more ("Cheers", a list's or a lawyer's foot).
Role = Literal["body", "signature", "foot"]
Status = Literal["indexed", "unchanged", "skipped", "failed", "forgotten"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as the disk showed it before it was read, so that one that changes meanwhile is done again."""

    path: Path  # absolute
    size: int  # bytes
    mtime_ns: int
    ctime_ns: int
    device: int
    inode: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a document's text that a person would name.

    `level` is the depth of a heading (1 is the highest), the 1-based number of a page, slide, sheet or cell, and of a
    turn of a conversation 1 where it begins one after a pause, 2 where it goes on; a "day" (ISO 8601) stands where one
    begins in a conversation or a diary that is one text, the first at 0, and is the date of all that is of it; a "row"
    stands where the rows of a sheet begin or go on after a gap, with the number of the next, 0 where what follows is
    none; a "clause" stands before a numbered paragraph whose number is in no text and holds until the next one, one
    with no label or a heading;
    a "table" stands where the heads of a table's columns begin, is called as they are, letter by letter, and holds for
    all of its rows, until one with no label; "beside" begins what is no running text ("footnote to 5.1", "comment by
    Dana on 7", "header"), below none of the headings above but those of a smaller `level`, until the next one, a slide
    or a sheet;
    `label` is what is shown: a heading's words and the number that stands before them, a page's own label ("iii").
    """

    offset: int  # code points from the start of the document's text
    kind: MarkKind
    label: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Aside:
    """A span of a mail's text that is not the writer's own: quoted, who is quoted, a signature, a list's or legal foot.

    A "secret" is a private key in any text: its letters are masked, and no passage holds it.

    A quote within a quote is an aside of its own, so that each is the words of one other message. A "closing" is a
    signature that says nothing that the mail's header does not: "Cheers, Dana". A "quoted signature" is another's.
    """

    start: int  # code points from the start of the document's text
    end: int
    kind: AsideKind


@dataclass(frozen=True, slots=True)
class Document:
    """One text, the marks in it, and the facts that its content states.

    `id` hashes all that the document carries; `family` names the parser and its version ("pdf/1"): another version
    means "read again". `lined` says that the text is the file's own decoded content, so its line numbers are those
    that an editor shows. `date` is ISO 8601 with offset, or a bare date.
    """

    id: str
    text: str
    kind: Kind
    family: str
    marks: tuple[Mark, ...] = ()
    title: str | None = None
    author: str | None = None  # of a mail: "Dana Visser <dana@example.org>"
    recipients: tuple[str, ...] = ()
    date: str | None = None
    message_id: str | None = None  # without angle brackets
    references: tuple[str, ...] = ()  # without angle brackets, oldest first, In-Reply-To last
    tags: tuple[str, ...] = ()  # what its own content files it under: frontmatter tags, categories
    links: tuple[str, ...] = ()  # the documents it points to, as written: wikilinks, relative links
    aliases: tuple[str, ...] = ()  # other names that its content gives it, by which links may call it
    asides: tuple[Aside, ...] = ()  # in order, none within another
    language: str | None = None
    lined: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A document and the part of the file that it was read from (None: the whole file).

    `labels` are facts of the place and not of the content: a mailbox's folder, Gmail's labels, a mail client's flags.
    So are `conversations`, the names by which mail programs know the one that a mail is in ("gmail 1790000000000001").
    """

    part: str | None
    document: Document
    labels: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    dated: str | None = None  # of the place too: when a mail that states no date came into its mailbox (ISO 8601)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is seen, and what belongs to the place and not to the content."""

    path: str  # absolute
    part: str | None
    mtime_ns: int  # the file's own time: the document's date where its content states none


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of a document. Invariant: `text == document.text[start:end]`."""

    document: str  # id
    ordinal: int
    start: int
    end: int
    text: str
    marks: tuple[Mark, ...]  # the page and the headings in force at `start`, then every mark inside the span
    line: int | None  # 1-based line of `start`, in a sheet its row; None where the text has no lines of its own
    quoted: bool = False  # all of it is the words of another message than the one they stand in
    group: int | None = None  # ordinal of the first of the passages that are embedded as one text with this one
    role: Role = "body"
    lead: int = 0  # code points at its start that are another's words: the question that the rest answers
    speaker: str | None = None  # who is quoted, where what stands above says it for sure


@dataclass(frozen=True, slots=True)
class Enclosing:
    """The document that a part was found in: the message of an attachment."""

    part: str | None
    title: str | None
    kind: Kind
    author: str | None
    recipients: tuple[str, ...]
    date: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A document as it is shown: `D` of the contract, and who received it."""

    id: str
    uri: str
    path: str
    part: str | None
    title: str | None
    kind: Kind
    author: str | None
    date: str | None
    thread: str | None
    also_at: tuple[tuple[str, str | None], ...]  # further places: path, part
    recipients: tuple[str, ...] = ()
    # where `date` is from: the content; where that states none, the message that it was attached to; else the day that
    # a note's name begins with; else its file's time
    date_from: Literal["content", "message", "name", "file"] = "content"
    labels: tuple[str, ...] = ()  # those of all its places
    tags: tuple[str, ...] = ()
    within: Enclosing | None = None
    holds: tuple[str, ...] = ()  # the parts that it encloses: a message's attachments
    recording: str | None = None  # the file whose transcript it is, and that is not read itself
    message_id: str | None = None  # by which other programs find the mail that it is, or is in; no angle brackets

    @property
    def own_date(self) -> str | None:
        """The date that the content states itself."""
        return self.date if self.date_from == "content" else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found. `ranks` says why: its 1-based rank by "words", by "meaning" and by its "name"."""

    chunk: Chunk
    document: Found
    score: float
    ranks: dict[str, int]
    place: str
    page: int | None
    lines: tuple[int, int] | None
    pages: tuple[int, int] | None = None  # the first and the last, of slides too
    rows: tuple[int, int] | None = None  # of a sheet

    @property
    def text(self) -> str:
        return self.chunk.text

    @property
    def start(self) -> int:
        return self.chunk.start

    @property
    def end(self) -> int:
        return self.chunk.end


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge thinks of one text.

    `answers` are log-odds that it answers the question. `words` are the likeliest answers in it, best first: start and
    end in code points of the text, and by how much each is likelier than that there is none (log-odds).
    """

    answers: float
    words: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact span that supports a sentence. Invariant: `quote == document.text[start:end]`."""

    number: int
    document: Found
    place: str
    page: int | None
    lines: tuple[int, int] | None
    start: int
    end: int
    quote: str
    pages: tuple[int, int] | None = None
    rows: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer with the numbers of the citations that support it; none: nothing supports it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer. `withheld` are the sentences that nothing in the files supports, not among `sentences`."""

    question: str
    answered: bool
    reason: str | None  # why not, for a person; None when answered
    sentences: tuple[Sentence, ...]
    withheld: tuple[str, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Hit, ...]
    model: str
    took_ms: float
    first_ms: float | None  # until the first checked sentence; None when there was none

    @property
    def answer(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file, or of one part of it."""

    path: str
    part: str | None
    status: Status
    note: str | None = None  # the reason, for a person; the rule, for what was left out
    documents: int = 0
    chunks: int = 0
    seconds: float = 0.0
    new: int = 0  # those of the documents that the index did not have


@dataclass(frozen=True, slots=True)
class ReadPart:
    """A document as it was read from a file: how long it is, its passages, and how many of them have their meaning."""

    part: str | None
    id: str
    kind: Kind
    title: str | None
    date: str | None
    family: str
    characters: int
    passages: int
    with_meaning: int
    quotes: int  # passages that are another message's, which is in the index: they are found there
    also_at: tuple[tuple[str, str | None], ...]  # further places: path, part


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one path: a file, a part of one, or a folder.

    `status` is that of an Outcome, "pending" (to be read by the next sync) or "unknown" (never added); `note` is the
    reason, `remedy` what can be done or has changed since, both for a person.
    """

    path: str
    what: str  # "file", "part" or "folder"
    status: str
    part: str | None = None
    note: str | None = None
    remedy: str | None = None
    root: str | None = None  # the added path that it lies in
    reader: str | None = None  # the parser and its version
    read_at: str | None = None  # ISO 8601
    parts: tuple[ReadPart, ...] = ()
    problems: tuple[Outcome, ...] = ()  # parts that failed or were left out
    same_bytes: tuple[str, ...] = ()  # other files with the same bytes
    below: tuple[tuple[str, str | None, str, int], ...] = ()  # of a folder: status, reason, an example, how many


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found. `nearest` is filled only where the question's own conditions left nothing."""

    query: str
    hits: tuple[Hit, ...]
    nearest: tuple[Hit, ...]
    notes: tuple[str, ...]  # one line each: what is found by words only so far, what a condition left out
    took_ms: float


@dataclass(frozen=True, slots=True)
class Thread:
    """The messages of a thread that are nearest to one of them, by date, each by its first passage.

    `before` and `after` are how many more there are. The messages are numbered from `number` on, after the last
    results; once these numbers are kept, `show` takes them.
    """

    messages: tuple[Hit, ...]
    number: int
    here: int  # the place of that one among `messages`
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage in its context, as `show` gives it: `before + text + after` is a slice of the document's text."""

    document: Found
    place: str
    page: int | None
    lines: tuple[int, int] | None
    before: str
    text: str
    after: str
    links: tuple[Found, ...] = ()  # the documents that its document links to
    backlinks: tuple[Found, ...] = ()  # those that link to it
    thread: Thread | None = None  # of a mail that does not stand alone, and of what is attached to it


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an indexing run is. Words come first and meaning after; both are counted."""

    stage: Literal["looking", "words", "meaning", "tidying"]
    files_done: int = 0
    files_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    texts_done: int = 0  # passages embedded in this run
    texts_total: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What adding a folder will do, before it is done."""

    files: dict[str, int]  # files to read by suffix
    bytes: int  # of these
    seconds: float  # a rough time
    left_out: tuple[Outcome, ...] = field(default=())
    unchanged: int = 0  # files that are in the index as they are
