"""How things are, on the screen: status, models, settings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from ragd.cli.safe import line
from ragd.cli.screen import count, megabytes, put, results, short
from ragd.cli.tell import tell
from ragd.config import Setting
from ragd.rules import AUDIO, OCR

FACTS = 9  # columns of the names on the left


def status(state: dict[str, Any]) -> None:
    """`ragd status` for people."""
    console = results()
    _fact(console, "home", f"{short(state['home'])}, {megabytes(state['bytes'])}")
    if not state["roots"]:
        tell("nothing is indexed yet: `ragd add PATH` takes in a folder")
    for root in state["roots"]:
        _root(console, root)
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in state["kinds"].items())
    found = f"{count(state['documents'], 'document')}, {count(state['chunks'], 'passage')}"
    _fact(console, "index", found + (f" ({kinds})" if kinds else ""))
    _fact(console, "embedder", line(state["embedder"]))
    _fact(console, "answers", line(state["generator"]))
    if state["daemon"]:
        _fact(console, "writing", f"{line(state['daemon']['doing'])} (pid {state['daemon']['pid']})")
    if state["waiting"]["ocr"]:
        _fact(console, "waiting", f"{count(state['waiting']['ocr'], 'picture')} for OCR: {OCR}", style="yellow")
    if state["waiting"]["audio"]:
        _fact(console, "waiting", f"{count(state['waiting']['audio'], 'recording')}: {AUDIO}", style="yellow")
    if state["failed"]:
        parts = sum(one["part"] is not None for one in state["failed"])
        which = failures(len(state["failed"]) - parts, parts)
        _fact(
            console, "failed", f"{which} could not be read: `ragd status --failed` says which and why", style="yellow"
        )
    if state["left_out"]:
        _fact(console, "left out", f"{state['left_out']:,}: `ragd status --left-out` says which and why")


def failures(files: int, parts: int) -> str:
    """ "2 files and 1 part of files", nothing where there are none."""
    told = [count(files, "file")] if files else []
    told += [f"{count(parts, 'part')} of files"] if parts else []
    return " and ".join(told)


def _root(console: Console, root: dict[str, Any]) -> None:
    facts = [count(root["files"], "file"), count(root["documents"], "document")]
    if root.get("copies"):  # `add` counts them among the documents that it read
        facts.append(count(root["copies"], "further copy", "further copies"))
    if root["pending"]:
        facts.append(f"{root['pending']:,} still to be read")
    if root["words_only"]:
        facts.append(f"{root['words_only']:,} found by words only so far")
    failed = failures(root["failed"] - root["parts_failed"], root["parts_failed"])
    if failed:
        facts.append(f"{failed} failed")
    told = Text(short(root["path"])).append(f"  {', '.join(facts)}", style="dim")
    if root["as_of"]:
        told.append(f"; as of {_when(root['as_of'])}", style="dim")
    if root["state"] == "unknown":
        told.append("\nmissing, unreadable or suddenly empty: what is known of it stays, `ragd forget` lets go of it")
        told.stylize("yellow", told.plain.index("\n"))
    _fact(console, "folder", told)


def _fact(console: Console, label: str, fact: Text | str, *, style: str = "") -> None:
    whole = Text(fact, style=style) if isinstance(fact, str) else fact
    put(console, whole, indent=FACTS + 1, label=Text.assemble((f"{label:<{FACTS}} ", "bold")))


def _when(iso: str) -> str:
    when = datetime.fromisoformat(iso).astimezone()
    return f"{when:%H:%M:%S}" if when.date() == datetime.now().astimezone().date() else f"{when:%Y-%m-%d %H:%M}"


def models(installed: Sequence[Any]) -> None:
    """Models with what they are for, how large they are, and whether they are here."""
    console = results()
    wide = max(len(one.name) for one in installed)
    for one in installed:
        state = one.state if one.state != "not fetched" else f"`ragd models pull {one.name}` fetches it"
        told = Text.assemble((f"{one.name:<{wide}}", "bold"), f"  {one.role:<6}  {megabytes(one.bytes):>6}  ")
        put(console, told.append(state, style="green" if one.state == "ready" else "yellow"))
        put(console, Text(f"{one.what}" + (f"; {short(str(one.path))}" if one.state == "ready" else "")), indent=2)


def settings(chosen: Sequence[Setting]) -> None:
    """Settings as the file would say them, with where each came from and what it does."""
    console = results()
    for one in chosen:
        value = f'"{line(one.value)}"' if isinstance(one.value, str) else str(one.value).lower()
        came_from = "" if one.came_from == "default" else f"  ({one.came_from})"
        put(console, Text.assemble((one.name, "bold"), f" = {value}", (came_from, "cyan")))
        put(console, Text(one.what, style="dim"), indent=2)


def sandbox(held: Sequence[str]) -> None:
    """By what the processes that read files are locked in: no setting, but a person asks for it here."""
    console = results()
    put(console, Text.assemble(("sandbox", "bold"), f": {', '.join(held) or 'none on this system'}"))
    what = "a parser reaches no file but the one it reads, no network and no program"
    put(console, Text(what if held else "parsers are limited in time, memory and output only", style="dim"), indent=2)
