"""What came of a run: counted while it goes on, told in a few lines at its end."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from ragd import rules
from ragd.cli.safe import line, path_line
from ragd.cli.screen import count, duration, put, short
from ragd.records import Outcome

FEW = 3  # reasons that are told


@dataclass(slots=True)
class Tally:
    """Counts the outcomes of a run as they come: a run over a million files keeps none of them."""

    files: Counter[str] = field(default_factory=Counter)  # whole files by status, unchanged ones by what they were
    documents: int = 0  # that the index did not have
    chunks: int = 0
    parts: int = 0  # of files, that failed
    told: int = 0  # failures that the person knows already
    troubles: list[Outcome] = field(default_factory=list)  # the first of the others that failed
    left_out: list[Outcome] = field(default_factory=list)  # the first that were left out

    def add(self, outcome: Outcome, *, told: bool = False) -> None:
        self.told += told
        if outcome.status == "failed" and not told and len(self.troubles) < FEW:
            self.troubles.append(outcome)
        if outcome.part is not None:
            self.parts += outcome.status == "failed"
            return
        if (outcome.note or "").endswith((rules.FORGOTTEN, rules.FORGOTTEN_CONTENT)):
            self.files[rules.FORGOTTEN] += 1  # the person knows, and need not be told each by name at every run
            return
        self.files[_standing(outcome)] += 1
        self.documents += outcome.new
        self.chunks += outcome.chunks
        if outcome.status == "skipped" and len(self.left_out) <= FEW:
            self.left_out.append(outcome)


def summary(console: Console, tally: Tally, *, seconds: float, brief: bool = False) -> None:
    """What came of a run: one line, and, where it is not to be brief, the first reasons of what went wrong."""
    files = tally.files
    read = f"{count(tally.documents, 'document')}, {count(tally.chunks, 'passage')}"
    facts = [f"indexed {count(files['indexed'], 'file')}" + (f" ({read})" if tally.documents else "")]
    facts += [f"{files[status]:,} {word}" for status, word in _OTHERS if files[status]]
    if tally.parts:
        facts.append(f"{count(tally.parts, 'part')} of files failed")
    put(console, Text(f"{', '.join(facts)}; {duration(seconds)}"))
    reasons = [failure(one) for one in tally.troubles]
    failed = files["failed"] + tally.parts
    more = failed - len(reasons) - tally.told if reasons or tally.told else 0
    if failed:
        reasons.append(f"{f'{more:,} more: ' if more else ''}`ragd status --failed` lists them with their reasons")
    reasons += _left_out(tally.left_out, files["skipped"])
    for reason in () if brief else reasons:
        put(console, Text(reason, style="dim"), indent=2)


# A file that is no longer on the disk is an Outcome "forgotten"; to a person that is what `ragd forget` does.
_OTHERS = (
    ("unchanged", "unchanged"),
    ("moved", "moved"),
    ("forgotten", "gone"),
    ("skipped", "left out"),
    (rules.FORGOTTEN, rules.FORGOTTEN),
    ("failed", "failed"),
)


def _standing(outcome: Outcome) -> str:
    """The status under which a file is counted: one that failed and has not changed is none that was read."""
    if outcome.status != "unchanged":
        return "moved" if has_moved(outcome) else outcome.status
    before = (status for status, said in rules.BEFORE.items() if (outcome.note or "").startswith(said))
    return next(before, "unchanged")


def has_moved(outcome: Outcome) -> bool:
    """Whether a file is no longer at its path because it is at another one."""
    return outcome.status == "forgotten" and (outcome.note or "").startswith(rules.MOVED.format(""))


def _left_out(some: Sequence[Outcome], total: int) -> list[str]:
    unseen = [one for one in some if "its documents stay" in (one.note or "")]  # a root that is missing
    if total > FEW:
        told = [f"left out: {name(one)}: {line(one.note or '')}" for one in unseen]
        return [*told, "`ragd status --left-out` lists what was left out, and why"]
    return [f"left out: {name(one)}: {line(one.note or '')}" for one in some]


def failure(outcome: Outcome) -> str:
    """What failed, and why."""
    return f"failed: {name(outcome)}: {line(outcome.note or 'no reason was given')}"


def name(outcome: Outcome) -> str:
    """The file of an outcome, and its part."""
    return short(outcome.path) + (f" > {path_line(outcome.part)}" if outcome.part else "")


def by_reason(console: Console, outcomes: Iterable[Outcome], *, most: int | None = None) -> None:
    """Files and parts under their reason, the commonest first; of one reason at most `most` (None: all)."""
    groups: defaultdict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        groups[line(one.note or "no reason was given")].append(one)
    for reason, those in sorted(groups.items(), key=lambda group: -len(group[1])):
        put(console, Text.assemble((reason, "bold"), (f"  {len(those):,}", "cyan")))
        for one in those[:most]:
            put(console, name(one), indent=2)
        if most is not None and len(those) > most:
            put(console, f"and {len(those) - most:,} more (`--json` lists all)", indent=2)
