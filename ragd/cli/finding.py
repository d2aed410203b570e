"""The verbs that look things up: search, and show and open what was found."""

from typing import Annotated

import typer

from ragd import wire
from ragd.cli.open_library import library
from ragd.cli.safe import as_json, line, path_line
from ragd.cli.tell import tell
from ragd.cli.words import query_of

Query = Annotated[list[str], typer.Argument(metavar="QUERY", help="Words and filters.", show_default=False)]
Limit = Annotated[int, typer.Option("-n", min=1, metavar="N", help="How many passages.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object; leaves the numbers of what you saw last alone.")]
JsonShown = Annotated[
    bool, typer.Option("--json", help="One JSON object; N is of the newest results, those told as JSON too.")
]
Explain = Annotated[bool, typer.Option("--explain", help="Say why each passage is there.")]
Number = Annotated[int, typer.Argument(metavar="N", help="The number of a result or source.", show_default=False)]
Print = Annotated[bool, typer.Option("--print", help="Only print the file's address.")]


def search(query: Query, limit: Limit = 10, as_object: Json = False, explain: Explain = False) -> int:
    """Find passages by their words and their meaning."""
    asked = query_of(query)
    with library() as opened:
        found = opened.find(asked, limit)
        opened.keep(found, by_program=as_object)
        if as_object:
            print(as_json(wire.results(found)))
            return 0 if found.hits else 1
        from ragd.cli import show
        from ragd.cli.screen import results

        for note in found.notes:
            tell(note)
        if not found.hits:
            tell("nothing found" + ("; the nearest passages:" if found.nearest else ""))
        show.hits(
            results(), found.hits or found.nearest, marked=lambda text: opened.marked(text, asked), explain=explain
        )
    return 0 if found.hits else 1


def show(number: Number, as_object: JsonShown = False) -> int:
    """Show a passage of the last results in its context, and the thread that a mail is in."""
    with library() as opened:
        shown = opened.passage(number, by_program=as_object)
        opened.keep(shown, by_program=as_object)
    if as_object:
        print(as_json(wire.passage(shown)))
        return 0
    from ragd.cli import show as showing
    from ragd.cli.screen import results

    showing.passage(results(), shown)
    return 0


def open_file(number: Number, only_print: Print = False) -> int:
    """Open the file of a result or source, at its place."""
    from ragd.cli import viewers

    with library() as opened:
        row = opened.location(number)
    if only_print:
        print(line(viewers.address(row)))
        return 0
    if recording := row["document"]["recording"]:
        tell(f"what was said stands at {line(row['place'])} of {path_line(recording)}")
    return viewers.open_at(row)
