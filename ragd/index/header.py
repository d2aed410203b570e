"""What stands before a passage where it is embedded and word-indexed: what it is of and below, by its content."""

from collections.abc import Sequence
from functools import lru_cache

from ragd.index.said import subject_of, words_of
from ragd.places import held
from ragd.records import Chunk, Document, Mark

HEADER = 160  # the longest header, bytes: about 40 tokens of English, and never more than 160 of anything
COLUMNS = 96  # bytes of what stands above a table's columns, which come on top of it
LONGEST_LINE = 600  # code points of a line that may be a heading
UNSAID = ("clause", "beside")  # no text holds what these marks say
MOST_NUMBERS = 200  # marks of a passage that are looked through for numbers


def words_above(title: str | None, author: str | None, chunk: Chunk) -> str:
    """What is word-indexed before a passage: its header, and the numbers in it that the text does not say."""
    return f"{header_above(title, author, chunk)} {_numbers_in(chunk)}".strip()


def header_above(title: str | None, author: str | None, chunk: Chunk) -> str:
    """The header of a passage; "" where the document states no facts, or where the passage itself begins with them."""
    if chunk.role != "body":
        # The same under every subject and on every day: what ends a hundred mails is one passage, embedded once.
        return header_of(None, _spoken(author) if chunk.role == "signature" and not chunk.quoted else None, ())
    said = any(mark.kind == "heading" and mark.label == title and mark.offset >= chunk.start for mark in chunk.marks)
    above = [
        mark
        for mark in chunk.marks
        if mark.offset < chunk.start or (mark.offset == chunk.start and _unsaid(mark, chunk.text[:LONGEST_LINE]))
    ]
    # Quoted words are not those of the author: who wrote them stands above them.
    return header_of(None if said else title, None if chunk.quoted else author, above)


def embedded_text(title: str | None, author: str | None, *chunks: Chunk) -> str:
    """What stands before the embedder for a passage, or for a group of them: a header, then the exact texts.

    Of a writer with a name the address is left out: it is a dozen tokens that mean nothing.
    """
    header = header_above(subject_of(title), _spoken(author), chunks[0])
    text = "\n".join(dict.fromkeys(map(_words_in, chunks)))
    return f"{header}\n{text}" if header else text


def _words_in(chunk: Chunk) -> str:
    """A passage as it is embedded: its quoted words without the marks of that."""
    if not chunk.lead:
        return words_of(chunk.text, quoted=chunk.quoted)
    return words_of(chunk.text[: chunk.lead], quoted=True) + words_of(chunk.text[chunk.lead :], quoted=False)


def header_of(title: str | None, author: str | None, marks: Sequence[Mark]) -> str:
    """The short header that is embedded and word-indexed with a passage: facts of the content, no name, page or line.

    `marks` are those in force above the passage. A heading that repeats the title is said once.
    """
    labels = tuple(" ".join(mark.label.split()) for mark in marks if mark.kind == "heading")
    header = _header(title, author, labels)
    columns = " ".join(" ".join(mark.label for mark in marks if mark.kind == "table").split())
    return " > ".join(filter(None, (header, columns.encode()[:COLUMNS].decode(errors="ignore"))))


@lru_cache(maxsize=200)
def _header(title: str | None, author: str | None, labels: tuple[str, ...]) -> str:
    steps = [step for step in dict.fromkeys(labels) if step and step != title]
    facts = [" ".join(fact.split()) for fact in (author, title) if fact]
    if facts:
        steps.insert(0, ": ".join(facts))
    while len(steps) > 2 and len(" > ".join(steps).encode()) > HEADER:
        del steps[1]
    return " > ".join(steps).encode()[:HEADER].decode(errors="ignore")


def facts_above(document: Document, start: int) -> list[Mark]:
    """The marks that the header of a passage which begins at `start` is made of."""
    line = document.text[start : start + LONGEST_LINE]
    return [mark for mark in held(document.marks, start, start + 1) if mark.offset < start or _unsaid(mark, line)]


def _spoken(author: str | None) -> str | None:
    name = (author or "").partition(" <")[0]
    return name if author and author.endswith(">") and name else author


def _numbers_in(chunk: Chunk) -> str:
    """The numbers of the clauses that begin or go on in a passage, which no text holds, for the word index."""
    marks = [mark for mark in chunk.marks if mark.kind in UNSAID or mark.offset >= chunk.start][:MOST_NUMBERS]
    said = (_unsaid(mark, chunk.text[max(mark.offset - chunk.start, 0) :][:LONGEST_LINE]) for mark in marks)
    return " ".join(dict.fromkeys(filter(None, said)))


def _unsaid(mark: Mark, text: str) -> str:
    """What a mark says and the text that begins there does not: the number before a heading or a clause."""
    if mark.kind in UNSAID:
        return mark.label
    line = " ".join(text.partition("\n")[0].split())
    numbered = mark.kind == "heading" and line and line != mark.label and mark.label.endswith(line)
    return mark.label.removesuffix(line).strip() if numbered else ""
