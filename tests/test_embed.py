"""Vectors: the same alone and among others, close to the original, never of two models in one index."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

from ragd.errors import ModelError
from ragd.index.embed import (
    COPY,
    GRAPH,
    Embedder,
    OnnxEmbedder,
    QuickQuestions,
    TorchEmbedder,
    choose_device,
    open_embedder,
)
from ragd.index.recipe import read_recipe, revision_of
from ragd.models import convert
from ragd.models.graph import export
from ragd.models.sample import texts_to_compare

ROOT = Path(__file__).resolve().parents[1]
PASSAGES = ["The bicycle was stolen from the shed.", "Interest rates rose again.", "De fiets is gestolen.", "x " * 600]


@pytest.fixture(scope="module")
def original(model: Path) -> Embedder:
    return open_embedder(model, None, device="cpu", threads=2)


def edited(model: Path, target: Path, **files: object) -> Path:
    """The model with some of its JSON files written anew; the weights are linked."""
    shutil.copytree(
        model, target, copy_function=os.link if model.stat().st_dev == target.parent.stat().st_dev else os.symlink
    )
    for name, content in files.items():
        path = target / f"{name}.json"
        path.unlink(missing_ok=True)
        path.write_text(json.dumps(content))
    return target


def test_a_text_has_the_same_vector_alone_and_among_others(embedder: Embedder) -> None:
    together = embedder.passages([*PASSAGES, *texts_to_compare()])
    for number, text in enumerate(PASSAGES):
        assert np.array_equal(embedder.passages([text])[0], together[number])
    assert np.array_equal(embedder.passages(PASSAGES[::-1])[::-1], together[: len(PASSAGES)])


def test_the_original_too_gives_a_text_one_vector(original: Embedder) -> None:
    assert np.array_equal(original.passages([PASSAGES[0]])[0], original.passages(PASSAGES)[0])


def test_threads_change_no_vector_and_may_call_at_the_same_time(
    model: Path, fast_copy: Path, embedder: Embedder
) -> None:
    expected = embedder.passages(PASSAGES)
    single = open_embedder(model, fast_copy, device="cpu", threads=1)
    assert np.array_equal(single.passages(PASSAGES), expected)
    found: list[np.ndarray] = []
    callers = [threading.Thread(target=lambda: found.append(embedder.passages(PASSAGES))) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(found) == 4
    assert all(np.array_equal(each, expected) for each in found)


def test_vectors_are_unit_length_and_float32(embedder: Embedder, original: Embedder) -> None:
    for each in (embedder, original):
        vectors = each.passages(PASSAGES)
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(PASSAGES), each.dimensions) == (4, 384)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert each.question("what?").shape == (384,)
        assert each.passages([]).shape == (0, 384)


def test_the_copy_is_close_to_the_original(embedder: Embedder, original: Embedder) -> None:
    texts = texts_to_compare()[::3]
    cosines = (embedder.passages(texts) * original.passages(texts)).sum(axis=1)
    assert cosines.mean() >= 0.98
    assert cosines.min() >= 0.9


def test_the_original_is_what_sentence_transformers_gives(model: Path, original: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = SentenceTransformer(str(model), device="cpu")
    reference = plain.encode(PASSAGES, normalize_embeddings=True, show_progress_bar=False)
    assert np.allclose(original.passages(PASSAGES), reference, atol=1e-5)


def test_questions_beside_a_gpu_need_no_torch_and_meet_the_gpus_vectors(
    model: Path, models_home: Path, original: Embedder
) -> None:
    copy = convert.fast_copy(model, models_home, precision="fp32", say=print)
    assert copy is not None
    quick = OnnxEmbedder(model, read_recipe(model), copy, threads=1)
    opened: list[str] = []

    def open_original() -> TorchEmbedder:
        opened.append("opened")
        return TorchEmbedder(model, read_recipe(model), device="cpu", threads=2, half=False)

    both = QuickQuestions(quick, open_original, original.fingerprint, runs="gpu")
    asked = both.question("who took my bike?")
    assert not opened
    assert np.array_equal(both.passages(PASSAGES), original.passages(PASSAGES))
    assert opened == ["opened"]
    assert asked @ original.question("who took my bike?") > 0.9999


def test_a_question_finds_its_passage_across_wording(embedder: Embedder) -> None:
    vectors = embedder.passages(PASSAGES[:2])
    scores = vectors @ embedder.question("who took my bike?")
    assert scores[0] > scores[1] + 0.2


def test_the_tokenizer_neither_cuts_nor_pads_and_the_window_is_the_models(embedder: Embedder) -> None:
    assert embedder.window == 256
    assert len(embedder.tokenizer.encode("x " * 600).ids) == 602
    assert len(embedder.tokenizer.encode("x").ids) == 3


def test_what_lies_beyond_the_window_changes_nothing(embedder: Embedder, original: Embedder) -> None:
    for each in (embedder, original):
        assert np.array_equal(each.question("word " * 254), each.question("word " * 254 + "zebra " * 50))
        assert not np.array_equal(each.question("word " * 253), each.question("word " * 253 + "zebra"))


def test_another_precision_has_another_fingerprint(embedder: Embedder, original: Embedder) -> None:
    assert embedder.fingerprint != original.fingerprint
    assert "int8" in embedder.fingerprint
    assert "fp32" in original.fingerprint


def test_prompts_are_used_and_change_the_fingerprint(
    model: Path, fast_copy: Path, embedder: Embedder, tmp_path: Path
) -> None:
    prompts = {"prompts": {"query": "query: ", "document": "passage: "}}
    other = open_embedder(
        edited(model, tmp_path / "m", config_sentence_transformers=prompts), fast_copy, device="cpu", threads=2
    )
    assert other.fingerprint != embedder.fingerprint
    assert np.array_equal(other.question("a bike"), embedder.question("query: a bike"))
    assert np.array_equal(other.passages(["a bike"])[0], embedder.passages(["passage: a bike"])[0])


def test_a_moved_model_keeps_its_fingerprint(model: Path, fast_copy: Path, embedder: Embedder, tmp_path: Path) -> None:
    moved = open_embedder(edited(model, tmp_path / "m"), fast_copy, device="cpu", threads=2)
    assert moved.fingerprint == embedder.fingerprint


def test_a_model_built_otherwise_gets_no_fast_copy(model: Path, tmp_path: Path) -> None:
    modules = json.loads((model / "modules.json").read_text())
    dense = [*modules, {"idx": 3, "name": "3", "path": "3_Dense", "type": "sentence_transformers.models.Dense"}]
    other = edited(model, tmp_path / "m", modules=dense)
    assert not read_recipe(other).plain
    assert convert.fast_copy(other, tmp_path / "models", precision="auto", say=print) is None
    assert not list((tmp_path / "models").glob("fast/*"))


@pytest.mark.parametrize(
    ("config", "mode"), [({"pooling_mode": "cls"}, "cls"), ({"pooling_mode_cls_token": True}, "cls")]
)
def test_pooling_is_read_from_the_model(model: Path, tmp_path: Path, config: dict[str, object], mode: str) -> None:
    other = edited(model, tmp_path / "m")
    (other / "1_Pooling" / "config.json").unlink()
    (other / "1_Pooling" / "config.json").write_text(json.dumps(config))
    assert read_recipe(other).pooling == mode


def test_int8_is_kept_unless_fp32_is_clearly_faster() -> None:
    assert convert.choose({"int8": 100, "fp32": 105}, ["int8", "fp32"]) == "int8"
    assert convert.choose({"int8": 100, "fp32": 130}, ["int8", "fp32"]) == "fp32"
    assert convert.choose({"fp32": 50}, ["fp32"]) == "fp32"


def test_the_copy_says_how_it_was_made(model: Path, fast_copy: Path) -> None:
    facts = json.loads((fast_copy / COPY).read_text())
    assert facts["precision"] == "int8"
    assert facts["revision"] == revision_of(model)
    assert facts["cosine"] >= 0.98
    assert facts["texts_per_second"]["int8"] > 0


def test_a_damaged_copy_is_refused_with_a_remedy(model: Path, fast_copy: Path, tmp_path: Path) -> None:
    broken = tmp_path / "copy"
    shutil.copytree(fast_copy, broken)
    with (broken / GRAPH).open("r+b") as graph:
        graph.seek(5_000_000)
        graph.write(b"\xff" * 64)
    with pytest.raises(ModelError, match="damaged") as refusal:
        open_embedder(model, broken, device="cpu", threads=1)
    assert str(broken) in str(refusal.value)
    assert "delete" in refusal.value.remedy


@pytest.mark.slow
def test_a_damaged_copy_is_made_anew(model: Path, fast_copy: Path, tmp_path: Path) -> None:
    home = tmp_path / "models"
    shutil.copytree(fast_copy, home / "fast" / fast_copy.name)
    graph = home / "fast" / fast_copy.name / GRAPH
    graph.write_bytes(graph.read_bytes()[:1000])
    said: list[str] = []
    assert convert.fast_copy(model, home, precision="int8", say=said.append) == graph.parent
    assert len(said) == 2
    assert open_embedder(model, graph.parent, device="cpu", threads=1).dimensions == 384


def test_a_new_copy_replaces_the_older_ones_of_its_model(tmp_path: Path) -> None:
    def copied(name: str, source: str | None, wish: str = "auto") -> Path:
        place = tmp_path / "fast" / name
        place.mkdir(parents=True)
        (place / COPY).write_text(json.dumps({"source": source, "wish": wish} if source else {"precision": "int8"}))
        return place

    new = copied("bert-aaaa-bbbb-auto-3", "/models/mini")
    older = copied("bert-aaaa-bbbb-auto-2", None)
    of_before = copied("bert-cccc-bbbb-auto-3", "/models/mini")
    copied("bert-aaaa-bbbb-auto-4", None)  # a newer ragd's
    copied("bert-aaaa-bbbb-fp32-2", None)  # of another precision
    copied("bert-aaaa-bbbb-fp32-3", "/models/mini", wish="fp32")
    copied("bert-cccc-bbbb-auto-2", None)  # another model, for all that is known
    copied("bert-dddd-bbbb-auto-3", "/models/other")
    assert convert.superseded(new) == [older, of_before]
    for old in convert.superseded(new):
        convert.discard(old, tmp_path)
    assert not older.exists() and not of_before.exists() and not (tmp_path / older.name).exists()
    assert convert.superseded(new) == []


@pytest.mark.filterwarnings("ignore")  # of the libraries among themselves
def test_attention_is_one_node_where_the_model_allows_it(tmp_path: Path) -> None:
    import onnx
    from transformers import BertConfig, BertModel, ModernBertConfig, ModernBertModel

    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    ends = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1, "sep_token_id": 2}
    BertModel(BertConfig(vocab_size=100, **sizes)).save_pretrained(tmp_path / "plain")
    local = ModernBertConfig(vocab_size=100, local_attention=16, **sizes, **ends)
    ModernBertModel(local).save_pretrained(tmp_path / "local")
    plain = onnx.load(export(tmp_path / "plain", tmp_path / "plain.onnx", window=64, attention="fused")).graph
    assert [node.op_type for node in plain.node].count("Attention") == 2
    with pytest.raises(RuntimeError) as refusal:  # a window of 16 tokens is no view of everything
        export(tmp_path / "local", tmp_path / "local.onnx", window=64, attention="fused")
    assert "asks for more: sliding_window" in str(refusal.value.__cause__)


def test_a_copy_that_cannot_be_made_is_told_once_and_the_original_serves(model: Path, tmp_path: Path) -> None:
    other = edited(model, tmp_path / "m", config={"model_type": "no such thing"})
    said: list[str] = []
    for _ in range(2):
        assert convert.fast_copy(other, tmp_path / "models", precision="auto", say=said.append) is None
    assert len(said) == 2, said
    assert "no fast copy" in said[1]
    assert not list((tmp_path / "models").glob(".unfinished*"))


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no readable config\.json"):
        open_embedder(tmp_path, None, device="cpu", threads=1)


def test_weights_that_are_cut_short_are_told(model: Path, tmp_path: Path) -> None:
    other = edited(model, tmp_path / "m")
    (other / "model.safetensors").unlink()
    (other / "model.safetensors").write_bytes((model / "model.safetensors").read_bytes()[:100_000])
    with pytest.raises(ModelError, match="cannot be loaded"):
        open_embedder(other, None, device="cpu", threads=1)


def test_an_unknown_device_is_told() -> None:
    with pytest.raises(ModelError, match="'abacus' is not known"):
        choose_device("abacus")


def test_the_fast_copy_needs_no_torch_no_network_and_little_time(model: Path, fast_copy: Path) -> None:
    script = f"""
        import sys, time
        from pathlib import Path
        import numpy
        def watch(event, args):
            if event.startswith("socket.") or event == "urllib.Request":
                raise SystemExit(f"network: {{event}} {{args}}")
        sys.addaudithook(watch)
        started = time.process_time()
        from ragd.index.embed import open_embedder
        embedder = open_embedder(Path({str(model)!r}), Path({str(fast_copy)!r}), device="cpu", threads=0)
        embedder.question("who took my bike?")
        took = time.process_time() - started
        assert took < 1.0, took  # 0.1-0.3 s, with room for a machine that is busy
        heavy = {{"torch", "transformers", "sentence_transformers", "onnx"}} & set(sys.modules)
        assert not heavy, heavy
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_original_asks_no_network_and_prints_nothing(model: Path) -> None:
    script = f"""
        import sys
        from pathlib import Path
        def watch(event, args):
            if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request"):
                print("network", event, args, file=sys.__stderr__)
        sys.addaudithook(watch)
        from ragd.index.embed import open_embedder
        open_embedder(Path({str(model)!r}), None, device="cpu", threads=0).passages(["one", "two"])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
