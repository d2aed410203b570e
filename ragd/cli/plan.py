"""What adding will do, said before it is done."""

from ragd.cli.outcomes import by_reason
from ragd.cli.safe import as_json, line
from ragd.cli.screen import count, duration, megabytes, notes, put, results
from ragd.records import Plan

KINDS = 6  # suffixes that are named; the others are counted
MOST = 20  # files that a dry run lists for one reason


def tell(plan: Plan, *, as_line: bool, in_full: bool) -> None:
    """The plan in a line on stderr; of a dry run on stdout, with what is left out and why."""
    if as_line:
        left_out = [{"path": one.path, "note": one.note} for one in plan.left_out]
        told = {"files": plan.files, "bytes": plan.bytes, "seconds": plan.seconds, "unchanged": plan.unchanged}
        print(as_json(told | {"left_out": left_out}))
        return
    console = results() if in_full else notes()
    put(console, summary(plan))
    if not in_full:
        return
    if plan.left_out:
        put(console, "\nleft out:")
        by_reason(console, plan.left_out, most=MOST)


def summary(plan: Plan) -> str:
    """ "212 files to read (180 .md, 20 .pdf, 12 .txt), 34 MB, about 3 min; 40 unchanged; 31 left out"."""
    total = sum(plan.files.values())
    left_out = f"; {plan.unchanged:,} unchanged" if plan.unchanged and total else ""
    left_out += f"; {len(plan.left_out):,} left out" if plan.left_out else ""
    if not total and plan.unchanged:
        return f"nothing new to read: {count(plan.unchanged, 'file')} unchanged{left_out}"
    if not total:
        return f"nothing here that ragd can read{left_out}"
    commonest = sorted(plan.files.items(), key=lambda kind: (-kind[1], kind[0]))[:KINDS]
    kinds = [f"{number:,} {line(suffix)}" for suffix, number in commonest]
    others = total - sum(number for _, number in commonest)
    named = ", ".join([*kinds, *([f"{others:,} others"] if others else [])])
    return (
        f"{count(total, 'file')} to read ({named}), {megabytes(plan.bytes)}, about {duration(plan.seconds)}{left_out}"
    )
