"""The judge: the packaged embedding model with an adapter, trained to tell whether a passage answers a question.

The adapter (low-rank additions to the model's matrices, Hu et al. 2021, and three numbers' worth of heads) is in the
package; the graph is made from both once, in a process of its own, like the fast copy of an embedding model.
How it was trained: docs/how-it-works.md and tests/bench/train_judge.py.
"""

import shutil
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ragd.errors import ModelError
from ragd.models.apart import is_lasting, run_apart, versions
from ragd.models.graph import export, quantize
from ragd.models.known import known, resolve
from ragd.models.shelf import digest_of, making, need_space, put, read_json, write_json

BASE = "all-MiniLM-L6-v2"
ADAPTER = Path(__file__).with_name("judge.safetensors")
GRAPH, HEADS, FACTS, TOKENIZER = "model.onnx", "heads.npz", "judge.json", "tokenizer.json"
FORMAT = 1  # raise it when the graph is made another way
WINDOW = 256  # tokens of a question and a passage
CANNOT = 3  # exit code of the maker


def judge_copy(models_home: Path, *, say: Callable[[str], None]) -> Path | None:
    """The folder of the judge's graph, made now if it is not there; None where it cannot be made on this machine."""
    place = _place(models_home)
    if read_json(_refusal(place)).get("versions") == versions():
        return None
    if _whole(place, models_home):
        return place
    with making(models_home, place.name, wait=lambda: say("another ragd prepares the judge; waiting")) as folder:
        if _whole(place, models_home):
            return place
        say("preparing the judge of answers for this machine, once (about 20 s)")
        need_space(models_home, 500_000_000)
        code, reason = run_apart("ragd.models.judge", str(resolve(BASE, models_home)), str(folder))
        if code == 0:
            return put(folder / "made", place)
        if is_lasting(code, reason):
            write_json(_refusal(place), {"reason": reason, "versions": versions()})
        say(f"no judge of answers ({reason}): whether a passage answers is told by simpler signs")
        return None


def _place(models_home: Path) -> Path:
    adapter = digest_of(ADAPTER, models_home)
    return models_home / "fast" / f"judge-{known(BASE).sha256[:16]}-{adapter[:16]}-{FORMAT}"


def _refusal(place: Path) -> Path:
    return place.with_name(f"{place.name}.refused")


def _whole(place: Path, models_home: Path) -> bool:
    facts = read_json(place / FACTS)
    graph = place / GRAPH
    return bool(facts) and graph.is_file() and digest_of(graph, models_home) == facts.get("sha256")


def make(base: Path, folder: Path) -> None:
    """Make the graph in `folder/made`. Raises ModelError where the libraries here do not allow it."""
    merged, made = folder / "merged", folder / "making"
    merged.mkdir()
    made.mkdir()
    heads = merge(base, merged)
    exported = export(merged, folder / "exported.onnx", window=WINDOW)
    quantize(exported, made / GRAPH, bits=7)  # 8 bits overflow on processors without VNNI; the heads see no difference
    np.savez(made / HEADS, **heads)
    shutil.copyfile(base / TOKENIZER, made / TOKENIZER)
    write_json(made / FACTS, {"sha256": digest_of(made / GRAPH, folder), "versions": versions()})
    made.rename(folder / "made")


def merge(base: Path, target: Path) -> dict[str, Any]:
    """Write the base with the adapter added to its matrices as a model folder; returns the heads' arrays."""
    from safetensors.numpy import load_file, save_file

    adapter = {name: array.astype(np.float32) for name, array in load_file(ADAPTER).items()}
    weights = load_file(base / "model.safetensors")
    for name in [name.removesuffix(".down") for name in adapter if name.endswith(".down")]:
        # W + B A: (out, rank) times (rank, in)
        weights[name] = weights[name] + adapter[f"{name}.up"] @ adapter[f"{name}.down"]
    save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
    shutil.copyfile(base / "config.json", target / "config.json")
    return {name.removeprefix("head."): array for name, array in adapter.items() if name.startswith("head.")}


def main(base: str, folder: str) -> int:
    """The maker's process: 0 when the graph is in `folder/made`, else CANNOT or a traceback, the reason on stderr."""
    warnings.simplefilter("ignore")
    try:
        make(Path(base), Path(folder))
    except ModelError as error:
        print(error.what, file=sys.stderr)
        return CANNOT
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
