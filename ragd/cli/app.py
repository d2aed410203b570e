"""The table of verbs: each with its function, its place in the help, and examples."""

from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from ragd import __version__
from ragd.cli import adding, asking, demo, finding, state
from ragd.cli.why import why
from ragd.cli.words import options_first

ABOUT = "Answers questions from your own files, on your own machine, with sources you can open."
START = """\b
Begin with:
  ragd demo                           see it at work on a sample, in half a minute
  ragd add ~/Documents                index a folder
  ragd ask "when is the boiler due?"  an answer with its sources
\b
RAGD_HOME is the folder that holds the index, RAGD_MODELS the one that holds models. Nothing leaves this machine."""

_ADD = """\b
Examples:
  ragd add ~/Documents ~/Mail/archive.mbox
  ragd add --dry-run ~/Documents      what would be read, and what is left out"""
_SYNC = """\b
Examples:
  ragd sync                           after files changed
  ragd sync --json --strict           in a script: exit code 1 if a file could not be read"""
_WATCH = """\b
A saved file is found within two seconds; searches and questions go on in other terminals."""
_SEARCH = """\b
Filters: from: to: after: before: type: in: title: label: tag:, "phrase", -word
\b
Examples:
  ragd search boiler pressure
  ragd search invoice from:dana after:2024-03 -reminder
  ragd search '"expansion vessel"' type:pdf -n 3
  ragd search roof --json | jq -r '.hits[].document.path'"""
_ASK = """\b
Examples:
  ragd ask "what did the roofer ask for?"
  ragd ask when does the rent rise type:mail after:2023
  ragd ask --model quotes "who serviced the boiler?"     passages only, no model
  ragd ask                                               a conversation"""
_SHOW = """\b
Example:
  ragd search boiler, then: ragd show 2
\b
Below a mail stand the messages of its thread that are nearest to it, each with a number for `ragd show`."""
_OPEN = """\b
Text opens in $VISUAL or $EDITOR at its line, all else in the desktop's program.
\b
Examples:
  ragd open 2
  ragd open 2 --print                 the address only"""
_STATUS = """\b
Examples:
  ragd status
  ragd status --failed                what could not be read, by reason
  ragd status --left-out              what was never read, by rule"""
_WHY = """\b
Exit code 0: it is read; 1: it is not, and the reason is said; 2: there is nothing of this name.
\b
Examples:
  ragd why ~/Documents/lease.pdf      read or not, by which parser, what was left out
  ragd why ~/Mail/archive.mbox "<a1@example.org>"
  ragd why ~/Documents                a folder: what became of all in it"""
_FORGET = """\b
Example:
  ragd forget ~/Documents/private"""
_MODELS = """\b
Examples:
  ragd models
  ragd models pull smollm2-135m       a small model that answers inside ragd"""
_CONFIG = """\b
Examples:
  ragd config                         all settings, and where each comes from
  ragd config generator
  ragd config generator quotes"""
_DEMO = """\b
Nothing of yours is read. The answering model is fetched once and kept for your own questions."""


class ReaderLeft(Exception):
    """Whoever read our output has gone: `ragd search boiler | head -1`."""


class Verbs(TyperGroup):
    """The group of all verbs."""

    def make_context(self, *arguments: Any, **more: Any) -> Any:
        """Read the words, and print the help that they ask for. Typer would make exit code 1 of a reader that left."""
        try:
            return super().make_context(*arguments, **more)
        except BrokenPipeError as error:
            raise ReaderLeft from error

    def invoke(self, ctx: Any) -> Any:
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderLeft from error


class Wordy(TyperCommand):
    """A verb that takes words, among which `-soup` is one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, options_first(args))


class Located(TyperCommand):
    """A verb that takes paths: an empty one, as of a variable that is not set, would be the folder that one is in."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "" in args:
            raise typer.BadParameter("an empty path", ctx=ctx)
        return super().parse_args(ctx, args)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"ragd {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")]


def ragd(context: typer.Context, version: Version = False) -> None:
    """What `ragd` alone does: it tells what there is."""
    if context.invoked_subcommand is None:
        print(context.get_help())


def command() -> Any:
    """The command line, ready to run."""
    # Without markup Typer writes plain help: rich would cost as much time again as all the rest.
    app = typer.Typer(cls=Verbs, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback(invoke_without_command=True, help=ABOUT, epilog=START)(ragd)
    app.command("add", epilog=_ADD, cls=Located)(adding.add)
    app.command("search", epilog=_SEARCH, cls=Wordy)(finding.search)
    app.command("ask", epilog=_ASK, cls=Wordy)(asking.ask)
    app.command("show", epilog=_SHOW)(finding.show)
    app.command("open", epilog=_OPEN)(finding.open_file)
    app.command("status", epilog=_STATUS)(state.status)
    app.command("why", epilog=_WHY, cls=Located)(why)
    app.command("sync", epilog=_SYNC)(adding.sync)
    app.command("watch", epilog=_WATCH)(adding.watch)
    app.command("forget", epilog=_FORGET, cls=Located)(adding.forget)
    app.add_typer(_models(), name="models")
    app.command("config", epilog=_CONFIG)(state.config)
    app.command("demo", epilog=_DEMO)(demo.demo)
    return typer.main.get_command(app)


def _models() -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None)
    app.callback(invoke_without_command=True, epilog=_MODELS)(state.models)
    app.command("pull", epilog=_MODELS)(state.pull)
    return app
