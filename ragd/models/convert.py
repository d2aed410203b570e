"""The fast copy: an embedding model as an ONNX graph, made once for this machine, measured against the original.

Making it peaks above 1 GB, so it happens in a process of its own (`python -m ragd.models.convert`), in an unfinished
folder that is moved into place whole.
"""

import hashlib
import logging
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragd.errors import ModelError
from ragd.index.embed import COPY, GRAPH, OnnxEmbedder, Vectors, available_cores, load_original
from ragd.index.recipe import Recipe, first_line, read_recipe, revision_of, sha256_of
from ragd.models.apart import is_lasting, run_apart, versions
from ragd.models.graph import export, quantize
from ragd.models.sample import texts_to_compare, texts_to_time
from ragd.models.shelf import digest_of, making, need_space, put, read_json, write_json

FORMAT = 4  # raise it when copies are made another way: every machine then makes its own anew
CLOSE_ENOUGH = 0.98  # mean cosine to the original; int8 at .986-.994 kept nDCG@10 within .005
NEVER_BELOW = 0.90  # of any one text: a graph that is wrong for some lengths would hide in a mean
FASTER = 1.1  # int8 is chosen unless fp32 is faster by this factor: it takes a fifth of the memory
LARGEST = 1_900_000_000  # bytes of weights: one ONNX file ends at 2 GB
PROVEN = ("mean", "cls")  # the poolings that OnnxEmbedder repeats
CANNOT = 3  # exit code of the maker: this model, or what is installed, does not allow it

WAYS = ("fused", "eager")  # of attention in a graph, better first: one node for it, or the model's own many
UNFIT = (ModelError, RuntimeError, ValueError, TypeError, AttributeError, LookupError)  # what exporters say, in effect

Say = Callable[[str], None]


def fast_copy(model: Path, models_home: Path, *, precision: str, say: Say) -> Path | None:
    """The folder of the model's fast copy, made now if it is not there; None: use sentence-transformers itself.

    `precision` is "auto" (whichever is faster here and close enough), "int8" or "fp32". The copy is kept by the model's
    revision, so that another model makes another. `say` gets a line where it takes long or cannot be done; a reason
    why it cannot is remembered until other versions of the libraries are installed.
    """
    place = _place(model, models_home, precision)
    if place is None or _is_refused(place):
        return None  # a model of another build is not a fault: it runs, only slower
    if _usable(place, models_home):
        return place
    with making(
        models_home, place.name, wait=lambda: say("another ragd prepares the embedding model; waiting")
    ) as folder:
        if _usable(place, models_home):
            return place
        say("preparing the embedding model for this machine, once (about half a minute)")
        need_space(models_home, 1_000_000_000)
        return _make_apart(model, folder, place, precision, say)


def nothing_to_make(model: Path, models_home: Path, *, precision: str) -> bool:
    """Whether `fast_copy` would answer at once."""
    place = _place(model, models_home, precision)
    return place is None or _is_refused(place) or _usable(place, models_home)


def _place(model: Path, models_home: Path, precision: str) -> Path | None:
    """Where a model's copy belongs; None where its build allows none."""
    recipe = read_recipe(model)
    if not recipe.plain or recipe.pooling not in PROVEN or recipe.window < 2:
        return None
    return models_home / "fast" / _name(model, recipe, models_home, precision)


def _name(model: Path, recipe: Recipe, models_home: Path, precision: str) -> str:
    revision = revision_of(model, digest=lambda path: digest_of(path, models_home))
    built = hashlib.sha256((model / "config.json").read_bytes() + recipe.settings.encode()).hexdigest()
    return f"{recipe.kind}-{revision[:16]}-{built[:8]}-{precision}-{FORMAT}"


def _usable(place: Path, models_home: Path) -> bool:
    """Whether a whole copy is there. One that is damaged counts as none, and is made anew in its place."""
    facts = read_json(place / COPY)
    graph = place / GRAPH
    return bool(facts) and graph.is_file() and digest_of(graph, models_home) == facts.get("sha256")


def _is_refused(place: Path) -> bool:
    return bool(read_json(_refusal(place)).get("versions") == versions())


def _refusal(place: Path) -> Path:
    return place.with_name(f"{place.name}.refused")


def _make_apart(model: Path, folder: Path, place: Path, precision: str, say: Say) -> Path | None:
    """Start the maker, and move what it made into place; a copy that cannot be made is told, and not tried again."""
    code, said = run_apart("ragd.models.convert", str(model), str(folder), precision)
    if code == 0:
        facts = read_json(folder / "made" / COPY)
        put(folder / "made", place)
        _refusal(place).unlink(missing_ok=True)
        for old in superseded(place):
            discard(old, folder)
        say(_result(facts))
        return place
    if is_lasting(code, said):
        write_json(_refusal(place), {"reason": said, "versions": versions()})
    say(f"no fast copy of the embedding model ({said}); it runs without, at about a quarter of the speed")
    return None


def superseded(place: Path) -> list[Path]:
    """The copies that a new one replaces: of the same model in an older format, and of what its folder held before."""
    facts = read_json(place / COPY)
    prefix, _, number = place.name.rpartition("-")
    found = []
    for other in place.parent.glob("*-*"):
        start, _, older = other.name.rpartition("-")
        said = read_json(other / COPY)
        of_before = start == prefix and older.isdecimal() and int(older) < int(number)
        same_source = said.get("source") == facts.get("source") is not None and said.get("wish") == facts.get("wish")
        if said and other != place and (of_before or same_source):
            found.append(other)
    return sorted(found)


def discard(old: Path, folder: Path) -> None:
    """Take a copy away, whole: whoever has it open has it in memory, and nobody finds half of one."""
    with suppress(OSError):  # another user's folder: it costs disk, nothing else
        shutil.rmtree(old.replace(folder / old.name))


def _result(facts: dict[str, Any]) -> str:
    speed = facts.get("texts_per_second", {})
    precision = facts.get("precision", "")
    return (
        f"the embedding model is ready: {precision}, {speed.get(precision, 0):.0f} passages/s here "
        f"(the original {speed.get('original', 0):.0f}), mean cosine to the original {facts.get('cosine', 0):.3f}"
    )


def make(model: Path, folder: Path, precision: str) -> None:
    """Make the copy in `folder/made`. Raises ModelError where this model or these libraries do not allow it."""
    recipe = read_recipe(model)
    if sum(path.stat().st_size for path in model.rglob("*.safetensors")) > LARGEST:
        raise ModelError(f"its weights are larger than {LARGEST / 1e9:.1f} GB")
    subject = _open_subject(model, recipe)
    wanted = ("int8", "fp32") if precision == "auto" else (precision,)
    candidates = {candidate.precision: candidate for candidate in _candidates(wanted, folder, subject)}
    if not candidates:
        raise ModelError(f"no copy comes within a cosine of {CLOSE_ENOUGH} of the original")
    speeds = _race(list(candidates.values()), subject)
    best = candidates[choose(speeds, list(candidates))]
    _write_facts(
        best.place,
        {
            "precision": best.precision,
            "revision": subject.revision,
            "source": str(model.resolve()),
            "wish": precision,
            "cosine": round(best.cosine, 5),
            "lowest_cosine": round(best.lowest, 5),
            "texts_per_second": {name: round(speed, 1) for name, speed in speeds.items()},
        },
    )
    best.place.rename(folder / "made")


def choose(speeds: dict[str, float], candidates: list[str]) -> str:
    """The precision to keep: int8 unless fp32 is clearly faster (as on CPUs without instructions for int8)."""
    if "int8" in candidates and "fp32" in candidates:
        return "fp32" if speeds["fp32"] > FASTER * speeds["int8"] else "int8"
    return candidates[0]


def _candidates(wanted: Sequence[str], folder: Path, subject: "Subject") -> list["Candidate"]:
    """Graphs that are close enough to the original, with fused attention where the model's own fits it."""
    for attention in WAYS:
        place = folder / attention
        place.mkdir()
        try:
            exported = export(subject.model, place / "exported.onnx", window=subject.recipe.window, attention=attention)
            made = [_candidate(precision, exported, place, subject) for precision in wanted]
        except UNFIT as error:
            if attention == WAYS[-1]:
                raise
            print(f"attention cannot be fused: {first_line(error)}", file=sys.stderr)
            continue
        if any(made):
            return [candidate for candidate in made if candidate]
    return []


def _candidate(precision: str, exported: Path, folder: Path, subject: "Subject") -> "Candidate | None":
    """A graph of that precision, if it is close enough to the original."""
    for bits in (8, 7) if precision == "int8" else (32,):  # 7: without VNNI, sums of 8-bit products overflow
        place = folder / f"{precision}-{bits}"
        place.mkdir()
        if precision == "int8":
            quantize(exported, place / GRAPH, bits=bits)
        else:
            shutil.copyfile(exported, place / GRAPH)
        _write_facts(place, {"precision": precision, "revision": subject.revision})
        embedder = OnnxEmbedder(subject.model, subject.recipe, place, threads=subject.threads)
        cosines = (embedder.passages(texts_to_compare()) * subject.vectors).sum(axis=1)
        mean, lowest = float(cosines.mean()), float(cosines.min())
        if mean >= CLOSE_ENOUGH and lowest >= NEVER_BELOW:
            return Candidate(precision, place, embedder, cosine=mean, lowest=lowest)
    return None


def _race(candidates: list["Candidate"], subject: "Subject") -> dict[str, float]:
    """Passages a second of each, measured in turns so that what else the machine does meets all of them; best of 3."""
    texts = texts_to_time()
    runners: dict[str, Callable[[list[str]], Any]] = {each.precision: each.embedder.passages for each in candidates}
    runners["original"] = subject.encode
    best = dict.fromkeys(runners, 0.0)
    for _ in range(3):
        for name, run in runners.items():
            started = time.perf_counter()
            run(texts)
            best[name] = max(best[name], len(texts) / (time.perf_counter() - started))
    return best


def _write_facts(place: Path, facts: dict[str, Any]) -> None:
    write_json(place / COPY, {**facts, "sha256": sha256_of(place / GRAPH), "versions": versions(), "format": FORMAT})


@dataclass(frozen=True, slots=True)
class Subject:
    """The original: what a copy is compared with."""

    model: Path
    recipe: Recipe
    revision: str
    threads: int
    encode: Callable[[list[str]], Vectors]
    vectors: Vectors  # of texts_to_compare(), each embedded alone


@dataclass(frozen=True, slots=True)
class Candidate:
    """A graph that is close enough to the original, and how close."""

    precision: str
    place: Path
    embedder: OnnxEmbedder
    cosine: float
    lowest: float


def _open_subject(model: Path, recipe: Recipe) -> Subject:
    threads = available_cores()
    original = load_original(model, device="cpu", threads=threads, half=False)

    def encode(texts: list[str], batch: int = 32) -> Vectors:
        found: Vectors = original.encode(
            texts,
            prompt=recipe.passage_prompt,
            batch_size=batch,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return found

    return Subject(model, recipe, revision_of(model), threads, encode, encode(texts_to_compare(), 1))


def main(model: str, folder: str, precision: str) -> int:
    """The maker's process: 0 when the copy is in `folder/made`, CANNOT with the reason, or a traceback, on stderr."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)  # the exporter and the quantizer talk to developers
    try:
        make(Path(model), Path(folder), precision)
    except ModelError as error:
        print(error.what, file=sys.stderr)
        return CANNOT
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
