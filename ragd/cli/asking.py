"""The verb `ask`: one question, those on stdin, or a conversation."""

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ragd import wire
from ragd.cli.open_library import library
from ragd.cli.safe import as_json
from ragd.cli.tell import tell
from ragd.cli.words import query_of
from ragd.errors import RagdError

if TYPE_CHECKING:
    from ragd.library import Library

Question = Annotated[list[str] | None, typer.Argument(metavar="QUESTION", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a question.")]
Model = Annotated[
    str | None, typer.Option("--model", metavar="M", help="What answers: a generator, a model's name, a GGUF file.")
]
Everything = Annotated[bool, typer.Option("--all", help="Also show, marked, what nothing in your files supports.")]
PROMPT = "\nask> "
COMMAND = re.compile(r"/[^\W\d_]+|help|quit|exit|bye", re.IGNORECASE)  # alone on the line; a path has more
LEAVE = frozenset(("/quit", "/exit", "/q", "/bye", "quit", "exit", "bye"))
HELP = "a question, the number of a source to read it, Ctrl-D or /quit to leave"


def ask(question: Question = None, as_object: Json = False, model: Model = None, everything: Everything = False) -> int:
    """Answer a question from your files; without one, have a conversation."""
    with library() as opened:
        if question:
            return _answer(opened, query_of(question), as_object=as_object, model=model, everything=everything)
        if sys.stdin.isatty() and not as_object:
            return _converse(opened, model=model, everything=everything)
        codes = [
            _answer(opened, asked, as_object=as_object, model=model, everything=everything) for asked in _from_stdin()
        ]
        return max(codes, default=1)


def _answer(opened: "Library", question: str, *, as_object: bool, model: str | None, everything: bool) -> int:
    if not as_object:
        from ragd.cli.telling import tell_answer

        return tell_answer(opened, question, model=model, everything=everything)
    answer = opened.ask(question, model=model, everything=everything)
    opened.keep(answer, by_program=True)
    print(as_json(wire.answer(answer)), flush=True)
    return 0 if answer.answered else 1


def _from_stdin() -> Iterator[str]:
    return (asked.strip() for asked in sys.stdin if asked.strip())


def _converse(opened: "Library", *, model: str | None, everything: bool) -> int:
    """Question and answer until Ctrl-D. Ctrl-C ends an answer, not the conversation."""
    import readline  # noqa: F401 - importing it gives `input` its editing and its history

    print(HELP, file=sys.stderr)
    history: list[str] = []  # each question made whole, for the next one to lean on
    while (asked := _next_question()) is not None and asked.lower() not in LEAVE:
        try:
            _reply(opened, asked, history, model=model, everything=everything)
        except RagdError as error:
            tell(str(error))
        except KeyboardInterrupt:
            print(file=sys.stderr)
    return 0


def _reply(opened: "Library", asked: str, history: list[str], *, model: str | None, everything: bool) -> None:
    if not asked:
        return
    if COMMAND.fullmatch(asked):
        known = asked.lower() in ("/help", "/h", "help")
        print(HELP if known else f"there is no {asked} here: {HELP}", file=sys.stderr)
    elif asked.isdigit():
        from ragd.cli import show
        from ragd.cli.screen import results

        shown = opened.passage(int(asked))
        opened.keep(shown)
        show.passage(results(), shown)
    else:
        history.append(opened.standalone(asked, history))
        _answer(opened, history[-1], as_object=False, model=model, everything=everything)


def _next_question() -> str | None:
    try:
        return input(PROMPT).strip()
    except EOFError:
        print(file=sys.stderr)
        return None
    except KeyboardInterrupt:
        print("\n(Ctrl-D leaves)", file=sys.stderr)
        return ""
