"""The verbs that tell how things are: status, models and config."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from ragd import wire
from ragd.cli.open_library import library
from ragd.cli.safe import as_json
from ragd.cli.tell import tell
from ragd.records import Outcome

Json = Annotated[bool, typer.Option("--json", help="JSON instead of words.")]
Failed = Annotated[bool, typer.Option("--failed", help="List what could not be read, by reason.")]
UNSET = "unset"
EXAMPLES = 5  # files that are named under one reason
LeftOut = Annotated[bool, typer.Option("--left-out", help="List what was left out, by rule.")]


def _model_names() -> Iterable[str]:
    with library() as opened:
        return [model.name for model in opened.models()]


def _setting_names() -> Iterable[str]:
    from dataclasses import fields

    from ragd.config import Config

    return [UNSET, *(field.name for field in fields(Config))]


Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A name that `ragd models` lists.", autocompletion=_model_names)
]
SettingName = Annotated[str | None, typer.Argument(metavar="NAME", show_default=False, autocompletion=_setting_names)]
SettingValue = Annotated[str | None, typer.Argument(metavar="VALUE", show_default=False)]


def status(as_object: Json = False, failed: Failed = False, left_out: LeftOut = False) -> int:
    """Say what is indexed, pending, failed and left out."""
    with library() as opened:
        if failed or left_out:
            _list([*(opened.problems() if failed else []), *(opened.left_out() if left_out else [])], as_object)
        elif as_object:
            print(as_json(opened.status()))
        else:
            from ragd.cli import states

            states.status(opened.status())
    return 0


def _list(outcomes: list[Outcome], as_lines: bool) -> None:
    from ragd.cli.outcomes import by_reason
    from ragd.cli.screen import results

    if not outcomes:
        tell("there is none")
    elif as_lines:
        for one in outcomes:
            print(as_json(wire.outcome(one)))
    else:
        by_reason(results(), outcomes, most=EXAMPLES)


def models(context: typer.Context) -> None:
    """List the models for answers and for meaning; fetch one."""
    if context.invoked_subcommand is None:
        from ragd.cli import states

        with library() as opened:
            states.models(opened.models())


def pull(name: Name) -> int:
    """Fetch a model: says what, how large and from where, and checks it."""
    from ragd.cli.progress import fetching

    with fetching() as (say, progress), library(say) as opened:
        opened.pull(name, progress=progress)
    return 0


def config(name: SettingName = None, value: SettingValue = None, as_object: Json = False) -> int:
    """List the settings, show one, set one, or take back what was set (`unset NAME`)."""
    from ragd import config as settings
    from ragd.cli import states
    from ragd.home import home_path, make_home, open_home

    home = open_home()
    if name == UNSET:
        name = _unset(home.path, value)
    elif name is not None and value is not None:
        settings.setting(home.path, name)  # an unknown name makes no home
        make_home(home)
        settings.write(home.path, name, value)
    chosen = [settings.setting(home_path(), name)] if name else settings.explain(home_path())
    if as_object:
        print(as_json([one._asdict() for one in chosen]))
    else:
        states.settings(chosen)
        if name is None:
            states.sandbox(_sandbox())
    return 0


def _sandbox() -> list[str]:
    with library() as opened:
        return opened.sandbox()


def _unset(home: Path, name: str | None) -> str | None:
    """Take back a setting; its name, None where ragd knows no such setting any more."""
    from ragd import config as settings
    from ragd.errors import ConfigError

    if name is None:
        raise ConfigError("`ragd config unset` needs a name", remedy="`ragd config` lists the settings")
    if not settings.unset(home, name):
        tell(f"{name} was not set in {settings.FILE}")
    return name if name in _setting_names() else None
