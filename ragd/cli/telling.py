"""An answer is told sentence by sentence as it is checked, then its sources."""

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ragd.cli import show
from ragd.cli.plain import plain
from ragd.cli.safe import clean, line
from ragd.cli.screen import count, notes, put, results, width_of
from ragd.cli.tell import tell
from ragd.records import Answer, Sentence

if TYPE_CHECKING:
    from ragd.library import Library

UNSUPPORTED = "[not in your files]"


def tell_answer(opened: "Library", question: str, *, model: str | None, everything: bool) -> int:
    """Ask, tell the answer while it is written, and remember its sources; the exit code."""
    console = results()
    paragraph = Paragraph(console)
    answer = None
    waiting = notes().status("looking through your files") if notes().is_terminal else None
    if waiting:
        waiting.start()
    try:
        for told in opened.stream(question, model=model, everything=everything):
            if waiting:
                waiting.stop()
            if isinstance(told, Sentence):
                paragraph.add(told)
            else:
                answer = told
    finally:
        if waiting:
            waiting.stop()
        paragraph.close()
    assert answer is not None
    opened.keep(answer)
    _after(console, opened, answer, everything=everything)
    return 0 if answer.answered else 1


def _after(console: Console, opened: "Library", answer: Answer, *, everything: bool) -> None:
    if answer.answered:
        put(console)
        show.sources(console, answer.citations)
    else:
        tell((answer.reason or "not answered") + ("; the nearest passages:" if answer.nearest else ""))
        show.hits(console, answer.nearest, marked=lambda text: opened.marked(text, answer.question))
    if answer.withheld and not everything:
        left_out = count(len(answer.withheld), "sentence")
        tell(f"{left_out} left out: nothing in your files says it (`--all` shows it)")
    put(notes(), Text(f"{line(answer.model)} · {answer.took_ms / 1000:.1f} s", style="dim"))


class Paragraph:
    """Sentences one after the other, wrapped to the terminal word by word, each shown as soon as it is there."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = width_of(console)
        self._column = 0

    def add(self, sentence: Sentence) -> None:
        shown = Text(line(plain(clean(sentence.text))))
        if sentence.citations:
            shown.append("".join(f" [{number}]" for number in sentence.citations), style="cyan")
        else:
            shown.stylize("dim")
            shown.append(f" {UNSUPPORTED}", style="yellow")
        for word in shown.split(" "):
            self._put(word)
        self._console.file.flush()

    def close(self) -> None:
        if self._column:
            self._console.print()
        self._column = 0

    def _put(self, word: Text) -> None:
        size = cell_len(word.plain)
        if self._column and self._width and self._column + 1 + size > self._width:
            self._console.print()
            self._column = 0
        self._console.print(Text(" " if self._column else "").append_text(word), end="", soft_wrap=True)
        self._column += size + (1 if self._column else 0)
