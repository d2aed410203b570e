"""How an embedding model's own files say that it is to be used: window, pooling, prompts, tokenizer, revision."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragd.errors import ModelError


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model's own files say that it is to be used."""

    kind: str  # the architecture: "bert"
    window: int  # tokens
    pooling: str  # "mean", "cls", or another that only sentence-transformers knows
    question_prompt: str
    passage_prompt: str
    plain: bool  # transformer, one pooling, nothing else but normalising: all that a fast copy can repeat

    @property
    def settings(self) -> str:
        """Eight hexadecimal digits that change with whatever here changes a vector."""
        said = [self.window, self.pooling, self.question_prompt, self.passage_prompt]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]


def read_recipe(model: Path) -> Recipe:
    """What the model folder says about pooling, window and prompts; a ModelError where it is no model at all."""
    config = read_json(model / "config.json")
    if not isinstance(config, dict) or not config:
        raise ModelError(
            f"{model} is not a sentence-transformers model (it has no readable config.json)",
            remedy="give the folder that holds config.json and the weights, or a name that `ragd models` lists",
        )
    modules = [str(module.get("type", "")).rsplit(".", 1)[-1] for module in read_json(model / "modules.json") or []]
    pooling = read_json(model / "1_Pooling" / "config.json") or {}
    transformer = read_json(model / "sentence_bert_config.json") or {}
    said = read_json(model / "config_sentence_transformers.json") or {}
    prompts = said.get("prompts") or {}
    usual = prompts.get(said.get("default_prompt_name") or "", "")
    passage = next((prompts[name] for name in ("document", "passage", "corpus") if prompts.get(name)), usual)
    question = prompts.get("query") or usual
    # RoBERTa counts positions from 2: its 514 are 512 tokens, which only the tokenizer's file says.
    limits = (
        config.get("max_position_embeddings"),
        (read_json(model / "tokenizer_config.json") or {}).get("model_max_length"),
    )
    longest = min((int(limit) for limit in limits if limit), default=512)
    plain = modules[:2] == ["Transformer", "Pooling"] and modules[2:] in ([], ["Normalize"])
    return Recipe(
        kind=str(config.get("model_type", "unknown")),
        window=min(int(transformer.get("max_seq_length") or longest), longest),
        pooling=_pooling_mode(pooling),
        question_prompt=question,
        passage_prompt=passage,
        plain=plain and pooling.get("include_prompt", True) and not transformer.get("do_lower_case"),
    )


def revision_of(model: Path, *, digest: Callable[[Path], str] | None = None) -> str:
    """SHA-256 over the weights of a model folder; of a single file it is that file's own.

    `digest` gives a file's SHA-256 where the caller remembers it; hashing 90 MB takes 0.1 s.
    """
    own = sorted(model.rglob("*.safetensors")) or sorted(model.rglob("pytorch_model*.bin"))
    if not own:
        raise ModelError(f"{model} holds no weights (*.safetensors)", remedy="fetch or copy the model again")
    try:
        digests = [(digest or sha256_of)(path) for path in own]
    except OSError as error:
        raise ModelError(
            f"{error.filename} cannot be read: {error.strerror}", remedy="check its permissions"
        ) from error
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint_of(recipe: Recipe, revision: str, precision: str) -> str:
    """The name under which vectors are kept. It has no path in it: moving a model folder embeds nothing again."""
    return f"{recipe.kind}-{revision[:12]} {recipe.pooling} {recipe.window} {precision} {recipe.settings}"


def load_tokenizer(model: Path) -> Any:
    """The model's tokenizers.Tokenizer, neither truncating nor padding."""
    from tokenizers import Tokenizer

    path = model / "tokenizer.json"
    if not path.is_file():
        raise ModelError(f"{model} has no tokenizer.json", remedy="use a model that has one")
    try:
        tokenizer = Tokenizer.from_buffer(path.read_bytes())
    except (ValueError, OSError) as error:
        raise ModelError(f"{path} cannot be read ({first_line(error)})", remedy="fetch the model again") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _pooling_mode(config: dict[str, Any]) -> str:
    """ "mean", "cls" or whatever else the file says; older files have a flag for each way, newer ones a name."""
    if "pooling_mode" in config:
        return str(config["pooling_mode"])
    flags = [
        name.removeprefix("pooling_mode_") for name, on in config.items() if name.startswith("pooling_mode_") and on
    ]
    return "+".join(flag.removesuffix("_tokens").removesuffix("_token") for flag in flags) or "mean"


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
