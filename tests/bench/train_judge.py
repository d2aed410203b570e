"""Train the adapter that makes the packaged embedding model a judge of answers: ragd/models/judge.safetensors.

    python tests/bench/train_judge.py --data ../shared --out judge.safetensors [--passes 2] [--minutes 60]
                                        [--start ragd/models/judge.safetensors]

Learned from: the questions of squad2-dev and the English ones of xquad (by article: every fifth article is held out)
and of clapnq-dev (half of them), with and without an answer in their paragraph; and made-up and written notes
(`judge_notes.py`), half of whose questions ask for what the note does not say. `--start` teaches an adapter the written
ones on top of what it knows, with a few of the others so that it does not forget them (about 4 minutes). What is
measured at the end is the held-out rest: area under the curve of answerable against unanswerable questions, and how
often the answer's first word is found. About 20 minutes on two quiet cores.
"""

import argparse
import json
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from judge_notes import made_up, written
from safetensors.numpy import load_file, save_file
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from ragd.home import models_path
from ragd.models.known import resolve

RANK = 32
WINDOW = 256  # tokens
TOKENS_A_BATCH = 4096
RATE = 5e-4
COMMON = frozenset(
    "the and for was were what which who when how many much did does that with from this are".split()  # noqa: SIM905
)
ADAPTED = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a passage; the answer is passage[start:end], or the passage holds none (start -1)."""

    question: str
    passage: str
    start: int
    end: int
    answers: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example in tokens; `first` is where the passage begins, start and end are 0 where there is no answer."""

    ids: list[int]
    first: int
    start: int
    end: int
    answers: bool


class Adapted(torch.nn.Module):
    """A matrix that stays, with a low-rank addition that is learned (Hu et al. 2021)."""

    def __init__(self, whole: torch.nn.Linear) -> None:
        super().__init__()
        self.whole = whole
        self.down = torch.nn.Parameter(torch.randn(RANK, whole.in_features) * whole.in_features**-0.5)
        self.up = torch.nn.Parameter(torch.zeros(whole.out_features, RANK))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return self.whole(states) + (states @ self.down.t()) @ self.up.t()


class Student(torch.nn.Module):
    """The encoder with adapters, and the heads: where an answer starts and ends, and whether there is one."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(base), local_files_only=True, attention_probs_dropout_prob=0.0)
        self.encoder.requires_grad_(False)
        for layer in self.encoder.encoder.layer:
            for name in ADAPTED:
                above, _, last = name.rpartition(".")
                holder = layer.get_submodule(above)
                setattr(holder, last, Adapted(getattr(holder, last)))
        size = self.encoder.config.hidden_size
        self.span = torch.nn.Linear(size, 2)
        self.yes = torch.nn.Linear(size, 1)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        scores = self.span(states).float().masked_fill((mask == 0).unsqueeze(-1), -1e4)
        return scores, self.yes(states[:, 0]).float().squeeze(-1)

    def arrays(self) -> dict[str, np.ndarray]:
        """What is kept, under the names of the base's own matrices, in half precision."""
        found = {}
        for name, value in self.state_dict().items():
            plain = name.removeprefix("encoder.")
            if name.endswith((".down", ".up")):
                matrix, _, part = plain.rpartition(".")
                found[f"{matrix}.weight.{part}"] = value
            elif name.startswith(("span.", "yes.")):
                found[f"head.{name}"] = value
        return {name: value.numpy().astype(np.float16) for name, value in found.items()}

    def take(self, arrays: dict[str, np.ndarray]) -> None:
        """Begin with what `arrays` gave."""
        state = {}
        for name, value in arrays.items():
            matrix, _, part = name.rpartition(".weight.")
            ours = name.removeprefix("head.") if name.startswith("head.") else f"encoder.{matrix}.{part}"
            state[ours] = torch.tensor(value.astype(np.float32))
        self.load_state_dict(state, strict=False)


# what is learned from


def from_squad(folder: Path) -> list[Example]:
    documents, questions, gold, none = _load(folder)
    found = []
    for key, question in questions.items():
        name = gold.get(key) or none.get(key)
        if name is None:
            continue
        text, title = documents[name]["text"], documents[name]["title"]
        answers = sorted((a for a in question["metadata"]["answers"] if a in text), key=len) if key in gold else []
        start = text.find(answers[0]) if answers else -1
        if (key in gold) == (start >= 0):
            end = start + len(answers[0]) if answers else -1
            found.append(Example(question["text"], text, start, end, start >= 0, title))
    return found


def from_xquad(folder: Path, known: Sequence[Example]) -> list[Example]:
    """The English questions that `known` does not hold; a paragraph that it holds belongs to the same article."""
    articles = {" ".join(one.passage.split())[:80]: one.group for one in known}
    asked = {one.question for one in known}
    documents, questions, gold, _ = _load(folder)
    found = []
    for key, question in questions.items():
        if key.startswith("en-") and question["text"] not in asked:
            text = documents[gold[key]]["text"]
            answer = min(question["metadata"]["answers"], key=len)
            start, group = text.find(answer), articles.get(" ".join(text.split())[:80], "")
            if start >= 0:
                found.append(Example(question["text"], text, start, start + len(answer), True, group))
    return found


def from_clapnq(folder: Path) -> list[Example]:
    documents, questions, gold, none = _load(folder)
    found = []
    for key, question in questions.items():
        name = gold.get(key) or none.get(key)
        if name is None:
            continue
        text = documents[name]["text"]
        sentences = [s for s in question["metadata"].get("sentences", []) if s in text] if key in gold else []
        if (key in gold) == bool(sentences):
            start = text.find(sentences[0]) if sentences else -1
            end = start + len(sentences[0]) if sentences else -1
            found.append(Example(question["text"], text, start, end, start >= 0, documents[name]["title"]))
    return found


def _load(folder: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, str], dict[str, str]]:
    documents = {one["_id"]: one for one in map(json.loads, (folder / "corpus.jsonl").open())}
    questions = {one["_id"]: one for one in map(json.loads, (folder / "queries.jsonl").open())}
    tables = []
    for name in ("qrels/test.tsv", "unanswerable.tsv"):
        lines = (folder / name).read_text().splitlines() if (folder / name).exists() else []
        rows = [line.split("\t") for line in lines[1:]]
        tables.append({row[0]: row[1] for row in reversed(rows)})
    return documents, questions, tables[0], tables[1]


def beside(examples: Sequence[Example], chance: random.Random) -> list[Example]:
    """Questions beside the paragraph, of the others of their article, that has most of their words.

    That is what a search brings up that is not the answer. Of sets with a paragraph an article, of all of them.
    """
    of: dict[str, dict[str, set[str]]] = {}
    for one in examples:
        of.setdefault(one.group, {})[one.passage] = words_in(one.passage)
    everything = {text: words for texts in of.values() if len(texts) == 1 for text, words in texts.items()}
    found = []
    for one in examples:
        others = of[one.group] if len(of[one.group]) > 1 else everything
        asked = words_in(one.question)
        if others and chance.random() < 0.6:
            rated = ((len(asked & words), chance.random(), text) for text, words in others.items())
            text = max(rate for rate in rated if rate[2] != one.passage)[2]
            found.append(replace(one, passage=text, start=-1, end=-1, answers=False))
    return found


def words_in(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]{3,}", text.lower())) - COMMON


def titled(one: Example, chance: random.Random) -> Example:
    """Half of the passages under their title, as ragd shows a passage to the judge."""
    if not one.group or chance.random() < 0.5:
        return one
    head = one.group.replace("_", " ") + "\n"
    moved = len(head) if one.answers else 0
    return replace(one, passage=head + one.passage, start=one.start + moved, end=one.end + moved)


# how it is learned


def encoded(one: Example, tokenizer: Any) -> Encoded:
    read = tokenizer(
        one.question[:400], one.passage, truncation="only_second", max_length=WINDOW, return_offsets_mapping=True
    )
    first = read.sequence_ids().index(1) if 1 in read.sequence_ids() else len(read["input_ids"]) - 1
    inside = [
        place
        for place, (a, b) in enumerate(read["offset_mapping"])
        if place >= first and b > one.start and a < one.end and b > a
    ]
    start, end = (inside[0], inside[-1]) if one.answers and inside else (0, 0)
    return Encoded(read["input_ids"], first, start, end, one.answers)


def batches(examples: Sequence[Encoded], chance: random.Random) -> list[list[Encoded]]:
    """Batches of about as many tokens, of texts about as long, in any order."""
    found: list[list[Encoded]] = [[]]
    for one in sorted(examples, key=lambda one: len(one.ids) + 12 * chance.random()):
        if len(found[-1]) * len(one.ids) >= TOKENS_A_BATCH:
            found.append([])
        found[-1].append(one)
    chance.shuffle(found)
    return found


def padded(batch: Sequence[Encoded]) -> tuple[torch.Tensor, torch.Tensor]:
    length = max(len(one.ids) for one in batch)
    ids = torch.tensor([one.ids + [0] * (length - len(one.ids)) for one in batch])
    mask = torch.tensor([[1] * len(one.ids) + [0] * (length - len(one.ids)) for one in batch])
    return ids, mask


def loss_of(student: Student, batch: Sequence[Encoded]) -> torch.Tensor:
    """Start and end of the answer (the first token where there is none), and whether there is one."""
    with torch.autocast("cpu", torch.bfloat16):
        scores, yes = student(*padded(batch))
    starts, ends = (torch.tensor([getattr(one, part) for one in batch]) for part in ("start", "end"))
    placed = torch.tensor([float(one.start > 0 or not one.answers) for one in batch])  # not those cut off
    spans = functional.cross_entropy(scores[..., 0], starts, reduction="none")
    spans = (spans + functional.cross_entropy(scores[..., 1], ends, reduction="none")) / 2
    answers = torch.tensor([float(one.answers) for one in batch])
    return (spans * placed).mean() + functional.binary_cross_entropy_with_logits(yes, answers)


def train(student: Student, sets: Sequence[Sequence[Encoded]], *, passes: float, minutes: float) -> None:
    chance = random.Random(7)
    learned = [one for one in student.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=RATE, weight_decay=0.05)
    steps = int(passes * sum(len(batches(one, chance)) for one in sets))
    began, step = time.monotonic(), 0
    while step < steps:
        several = [batch for one in sets for batch in batches(one, chance)]
        chance.shuffle(several)
        for batch in several[: steps - step]:
            done = max(step / steps, (time.monotonic() - began) / 60 / minutes)
            if done >= 1:
                return
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(1.0, (step + 1) / 30) * (1 - done)
            loss = loss_of(student, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
            if step % 20 == 0:
                print(f"step {step} of {steps}: loss {float(loss.detach()):.3f}", flush=True)


# what came of it


def measured(student: Student, examples: Sequence[Encoded]) -> str:
    """Area under the curve of "answers", and the share of answers whose first word is found."""
    student.eval()
    said, hits = [], []
    with torch.no_grad():
        for batch in batches(examples, random.Random(1)):
            scores, yes = student(*padded(batch))
            for one, score, value in zip(batch, scores, yes, strict=True):
                said.append((float(value), one.answers))
                if one.start:
                    hits.append(abs(int(score[one.first :, 0].argmax()) + one.first - one.start) <= 1)
    student.train()
    good = [value for value, answers in said if answers]
    bad = [value for value, answers in said if not answers]
    above = sum((a > b) + 0.5 * (a == b) for a in good for b in bad) / max(1, len(good) * len(bad))
    return f"{len(good)} / {len(bad)}: area {above:.3f}, first word found {np.mean(hits):.2f}"


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds eval/")
    given.add_argument("--out", type=Path, required=True)
    given.add_argument("--passes", type=float, default=2)
    given.add_argument("--minutes", type=float, default=60)
    given.add_argument("--start", type=Path, help="an adapter that learns further")
    options = given.parse_args()
    torch.manual_seed(7)
    chance = random.Random(7)
    base = resolve("all-MiniLM-L6-v2", models_path())
    tokenizer = AutoTokenizer.from_pretrained(str(base), local_files_only=True)
    squad, clapnq = from_squad(options.data / "eval/squad2-dev"), from_clapnq(options.data / "eval/clapnq-dev")
    held = set(sorted({one.group for one in squad})[::5])
    chance.shuffle(clapnq)
    half = len(clapnq) // 2
    more = from_xquad(options.data / "eval/xquad", squad)
    reading = [one for one in (*squad, *more) if one.group not in held] + clapnq[:half]
    reading = [titled(one, chance) for one in (*reading, *beside(reading, chance))]
    notes = [Example(**one) for one in made_up(7300, chance)]
    tests = {
        "squad2-dev, held-out articles": [one for one in squad if one.group in held],
        "clapnq-dev, the other half": clapnq[half:],
        "made-up notes": notes[:300],
    }
    student = Student(base).train()  # with the model's dropout: there are few questions, and many passes
    told = [Example(**one) for _ in range(2) for one in written(chance)]
    learned = (reading, notes[300:], told)
    if options.start:
        student.take(load_file(options.start))
        learned = (chance.sample(reading, 550), notes[300:420], told)
    sets = [[encoded(one, tokenizer) for one in many] for many in learned]
    train(student, sets, passes=1 if options.start else options.passes, minutes=options.minutes)
    save_file(student.arrays(), options.out)
    for name, many in tests.items():
        print(f"{name}: {measured(student, [encoded(one, tokenizer) for one in many])}")


if __name__ == "__main__":
    main()
