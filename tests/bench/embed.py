"""How fast and how true the embedder is: texts a second, cosine to fp32, and what that does to retrieval.

    python tests/bench/embed.py --data DATA/eval --set cranfield [--device cuda] [--copies int8 fp32] [--texts 400]

Without --data the built-in sample is embedded and retrieval is not measured. The plain figure is what a script with
sentence-transformers gets: `SentenceTransformer(model).encode(texts)`, fp32, its own batches. Rates are the best of
--rounds, taken in turns, so that what else the machine does meets all of them.
"""

import argparse
import json
import math
import os
import platform
import resource
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ragd.index.embed import available_cores, open_embedder
from ragd.models import convert, known
from ragd.models.sample import texts_to_compare, texts_to_time


def main() -> None:
    wish = arguments()
    models_home = wish.models or Path(tempfile.mkdtemp(prefix="ragd-bench-"))
    model = known.resolve(wish.model, models_home)
    texts, questions, judgements, ids = read_set(wish)
    print(f"{platform.machine()}, {available_cores()} cores, {len(texts)} texts, device {wish.device}")
    runners, asked = subjects(wish, model, models_home)
    rates, vectors = race(runners, texts, wish.rounds)
    for name, rate in rates.items():
        cosines = (vectors[name] * vectors["plain"]).sum(axis=1)
        line = f"{name:32} {rate:8.1f} texts/s  {rate / rates['plain']:5.2f} x  "
        line += f"cosine mean {cosines.mean():.5f} lowest {cosines.min():.4f}"
        if judgements:
            found = np.stack([asked[name](question) for question in questions.values()]) @ vectors[name].T
            line += f"  nDCG@10 {ndcg(found, list(questions), ids, judgements):.4f}"
        print(line)
    print(f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the folder that holds the sets")
    parser.add_argument("--set", default="cranfield")
    parser.add_argument("--texts", type=int, default=0, help="only the first so many; 0 is all")
    parser.add_argument("--model", default="all-MiniLM-L6-v2", help="a known name, or a folder")
    parser.add_argument("--models", type=Path, help="RAGD_MODELS; a new folder without it")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda", "mps", "auto"])
    parser.add_argument("--copies", nargs="*", default=["int8", "fp32"], help="precisions of the fast copy (CPU)")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


def read_set(wish: argparse.Namespace) -> tuple[list[str], dict[str, str], dict[str, dict[str, int]], list[str]]:
    """Texts, judged questions, judgements, and the texts' ids."""
    if wish.data is None:
        texts = [*texts_to_compare(), *texts_to_time()] * 4
        return texts[: wish.texts or None], {}, {}, []
    folder = wish.data / wish.set
    documents = [json.loads(line) for line in (folder / "corpus.jsonl").read_text().splitlines()]
    documents = documents[: wish.texts or None]
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels" / "test.tsv").read_text().splitlines():
        question, document, *grade = line.split("\t")
        if grade and grade[-1].isdigit() and int(grade[-1]) > 0:
            judgements[question][document] = int(grade[-1])
    asked = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    questions = {each["_id"]: each["text"] for each in asked if each["_id"] in judgements}
    texts = [f"{document.get('title', '')}\n{document['text']}".strip() for document in documents]
    return texts, questions, {} if wish.texts else dict(judgements), [document["_id"] for document in documents]


def subjects(
    wish: argparse.Namespace, model: Path, models_home: Path
) -> tuple[dict[str, Callable[[list[str]], np.ndarray]], dict[str, Callable[[str], np.ndarray]]]:
    """What is compared: name -> embed texts, name -> embed a question."""
    warnings.simplefilter("ignore")
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(model), device=None if wish.device == "auto" else wish.device)

    def encode(texts: list[str]) -> np.ndarray:
        return plain.encode(texts, normalize_embeddings=True, show_progress_bar=False)

    runners: dict[str, Callable[[list[str]], np.ndarray]] = {"plain": encode}
    asked: dict[str, Callable[[str], np.ndarray]] = {"plain": lambda question: encode([question])[0]}
    kinds = wish.copies if wish.device == "cpu" else ["fp32", "fp16"]
    for kind in kinds:
        copy = convert.fast_copy(model, models_home, precision=kind, say=print) if wish.device == "cpu" else None
        started = time.perf_counter()
        embedder = open_embedder(model, copy, device=wish.device, threads=wish.threads, precision=kind)
        embedder.question("ready?")
        print(f"ready in {time.perf_counter() - started:.2f} s: {embedder.runs}, {embedder.fingerprint}")
        runners[embedder.runs] = embedder.passages
        asked[embedder.runs] = embedder.question
    return runners, asked


def race(
    runners: dict[str, Callable[[list[str]], np.ndarray]], texts: list[str], rounds: int
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """The best rate of each, and its vectors."""
    for run in runners.values():
        run(texts[:8])
    best, vectors = dict.fromkeys(runners, 0.0), {}
    for _ in range(rounds):
        for name, run in runners.items():
            started = time.perf_counter()
            vectors[name] = run(texts)
            best[name] = max(best[name], len(texts) / (time.perf_counter() - started))
    return best, vectors


def ndcg(
    scores: np.ndarray, questions: list[str], ids: list[str], judgements: dict[str, dict[str, int]], cut: int = 10
) -> float:
    """Mean nDCG at `cut`: gain 2**grade - 1, discount log2(rank + 1)."""
    total = 0.0
    for number, question in enumerate(questions):
        grades = judgements[question]
        top = [ids[place] for place in np.argsort(-scores[number], kind="stable")[:cut]]
        gained = sum((2 ** max(grades.get(name, 0), 0) - 1) / math.log2(rank + 2) for rank, name in enumerate(top))
        best = sum(
            (2**grade - 1) / math.log2(rank + 2)
            for rank, grade in enumerate(sorted((g for g in grades.values() if g > 0), reverse=True)[:cut])
        )
        total += gained / best if best else 0.0
    return total / len(questions)


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
