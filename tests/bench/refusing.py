"""How well an answer is told from a near miss, and what the weights of `answer/relevance.py` should be.

    python tests/bench/refusing.py --data ../shared

Asked: our questions to the sample corpus and to notes, mails and filings (`refusing.toml`: in other words than the
files use), to other files of these kinds (`refusing_mixed.toml`: as people ask), and the parts of squad2-dev and of
clapnq-dev that `train_judge.py` leaves out. For each question the spans that `ragd ask` would weigh are taken. A
fit maximises the chance of "answered" and "refused" of each question by its best span, and of the span that holds the
fact among the others; each set weighs the same, and no sign may speak against its nature. It is judged on the set that
it has not seen. Area: under the curve of a question's best span, answerable against not; fact: the best span holds it;
refused: of the unanswerable, where a tenth of the answerable are.
"""

import argparse
import random
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from retrieval import write_files
from torch.nn import functional
from train_judge import Example, from_clapnq, from_squad

from ragd import Library
from ragd.answer import prompt, relevance
from ragd.answer.answer import PASSAGES
from ragd.answer.spans import spans_of
from ragd.embedding import Embedding
from ragd.home import models_path
from ragd.judging import Judging
from ragd.library import ANSWER_HITS

ROOT = Path(__file__).parent.parent.parent
OURS, MIXED = (
    tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))
    for name in ("refusing", "refusing_mixed")
)
DOCUMENTS = {"documents": OURS["documents"], **{name: one["documents"] for name, one in MIXED.items()}}
LIKE = 1.7  # the weights are shown at this scale too: there the margins of `answer.py` mean what they say
MOST = 200  # questions of a public set


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A question's spans: what speaks for each, and whether it holds the fact."""

    of: str
    answerable: bool
    signs: np.ndarray  # (spans, signs)
    holds: np.ndarray  # (spans,) 0 or 1


Score = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds eval/ and corpora/")
    given.add_argument("--only", nargs="+", help="the sets that are asked")
    options = given.parse_args()
    chosen = {name: many for name, many in sets(options.data).items() if not options.only or name in options.only}
    cases = [case for name, many in chosen.items() for case in asked(name, many, options.data)]
    names = list(dict.fromkeys(case.of for case in cases))
    shipped = np.array(relevance.JUDGED_WEIGHTS), relevance.JUDGED_BIAS
    print("| set | weights | area | fact | refused | at the shipped threshold, answerable / unanswerable refused |")
    print("|---|---|---|---|---|---|")
    for name in names:
        mine = [case for case in cases if case.of == name]
        print(f"| {name} | shipped | {told(mine, *shipped)} |")
        print(f"| | fitted on the others | {told(mine, *fitted([case for case in cases if case.of != name]))} |")
    weights, bias = fitted(cases)
    print(
        f"\nfitted on all, times {LIKE}: {[round(float(one), 2) for one in LIKE * weights]}, bias {LIKE * bias:.2f}\n"
    )
    print("refused of the answerable / of the unanswerable, by what is added to that bias:\n")
    for more in (1.6, 1.8, 2.0, 2.2, 2.4, 2.6):
        shares = [
            refused([case for case in cases if case.of == name], LIKE * weights, LIKE * bias + more) for name in names
        ]
        print(f"{more}: " + ", ".join(f"{name} {share}" for name, share in zip(names, shares, strict=True)))


# what is asked


def sets(data: Path) -> dict[str, list[Question]]:
    found: dict[str, list[Question]] = {}
    for one in OURS["question"]:
        found.setdefault(one["of"], []).append(Question(one["question"], one.get("answer")))
    for name, one in MIXED.items():
        found[name] = [Question(*pair) for pair in one["answerable"]]
        found[name] += [Question(text, None) for text in one["unanswerable"]]
    squad, clapnq = from_squad(data / "eval/squad2-dev"), from_clapnq(data / "eval/clapnq-dev")
    held = set(sorted({one.group for one in squad})[::5])
    random.Random(7).shuffle(clapnq)  # as `train_judge` does: the second half is unseen
    others = {"squad2-dev": [one for one in squad if one.group in held], "clapnq-dev": clapnq[len(clapnq) // 2 :]}
    for name, many in others.items():
        found[name] = [Question(one.question, fact(one)) for one in random.Random(3).sample(many, min(MOST, len(many)))]
    return found


def fact(one: Example) -> str | None:
    return one.passage[one.start : one.end] if one.answers else None


def asked(name: str, questions: Sequence[Question], data: Path) -> list[Case]:
    with tempfile.TemporaryDirectory() as scratch, Library.open(Path(scratch) / "home") as library:
        library.add([files_of(name, data, Path(scratch) / "files")])
        judge = Judging(library.config, models_path()).open(print)
        embed = Embedding(library.config, models_path()).open(print).passages
        cases = []
        for question in questions:
            hits = prompt.apart([hit for hit in library.search(question.text, ANSWER_HITS) if hit.text])[:PASSAGES]
            spans = list(relevance.signs(question.text, spans_of(hits), embed=embed, judge=judge))
            holds = [bool(question.answer) and plain(question.answer)[:60] in plain(span.text) for span, _ in spans]
            signs = np.array([found for _, found in spans]).reshape(len(spans), len(relevance.JUDGED))
            cases.append(Case(name, question.answer is not None, signs, np.array(holds, dtype=float)))
        return cases


def files_of(name: str, data: Path, folder: Path) -> Path:
    if name == "sample":
        return ROOT / "sample_corpus"
    if name not in DOCUMENTS:
        write_files(data / "eval" / name, folder)
        return folder
    for one in DOCUMENTS[name]:
        (folder / one).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(data / "corpora" / one, folder / one)
    return folder


def plain(text: str | None) -> str:
    return " ".join((text or "").lower().split())


# how weights are fitted


def fitted(cases: Sequence[Case]) -> tuple[np.ndarray, float]:
    """The weights, and the bias at which a question's best span is as likely an answer as not."""
    seen = [case for case in cases if len(case.signs)]
    share = {name: 1 / sum(case.of == name for case in seen) for name in {case.of for case in seen}}
    nature = torch.tensor([-1.0 if name.startswith("none") else 1.0 for name in relevance.JUDGED])
    roots = torch.full((len(nature),), 0.7, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    tables = [(case, torch.tensor(case.signs).float(), torch.tensor(case.holds) > 0) for case in seen]
    optimizer = torch.optim.LBFGS([roots, bias], max_iter=400)

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        weights = nature * roots * roots
        loss = 0.002 * (weights**2).sum()
        for case, signs, holds in tables:
            odds = signs @ weights + bias
            best = torch.logsumexp(2 * odds, 0) / 2
            loss = loss + share[case.of] * functional.softplus(-best if case.answerable else best).sum()
            if holds.any():
                loss = loss + share[case.of] * (torch.logsumexp(odds, 0) - torch.logsumexp(odds[holds], 0))
        loss.backward()
        return loss

    optimizer.step(step)
    return (nature * roots * roots).detach().numpy(), float(bias.detach())


# what came of it


def told(cases: Sequence[Case], weights: np.ndarray, bias: float) -> str:
    best = [float((case.signs @ weights).max()) if len(case.signs) else -99.0 for case in cases]
    good = [one for one, case in zip(best, cases, strict=True) if case.answerable]
    bad = [one for one, case in zip(best, cases, strict=True) if not case.answerable]
    area = np.mean([(a > b) + 0.5 * (a == b) for a in good for b in bad])
    able = [case for case in cases if case.answerable and len(case.signs)]
    holds = np.mean([case.holds[int((case.signs @ weights).argmax())] for case in able])
    least = np.quantile(good, 0.1)
    return f"{area:.3f} | {holds:.2f} | {np.mean([one < least for one in bad]):.2f} | {refused(cases, weights, bias)}"


def refused(cases: Sequence[Case], weights: np.ndarray, bias: float) -> str:
    said = [(case.answerable, not len(case.signs) or (case.signs @ weights).max() + bias < 0) for case in cases]
    return " / ".join(f"{np.mean([no for able, no in said if able == which]):.2f}" for which in (True, False))


if __name__ == "__main__":
    main()
