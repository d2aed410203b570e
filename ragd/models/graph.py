"""An embedding model as an ONNX graph: its encoder written down for one text a call, and the int8 form of that."""

from pathlib import Path
from typing import Any

from ragd.errors import ModelError

OPSET = 23  # of ONNX: the first with an Attention node


def export(model: Path, target: Path, *, window: int, attention: str = "eager") -> Path:
    """Write the encoder as an ONNX graph: token ids (1, n) in, last hidden state (1, n, dimensions) out.

    One text a call needs no attention mask, and the graph none of the work on it. Attention is "fused", where the model
    and the libraries allow it, which saves 6 % of an int8 text; or "eager", because the exported form of torch's own
    fused one is slower than that (it guards every row against NaN).
    """
    try:
        import onnxscript  # noqa: F401 - torch's exporter needs it and says so only after the model is loaded
        import torch
        from transformers import AutoModel
    except ImportError as error:
        raise ModelError(f"{error.name} is not installed") from error
    if attention == "fused":
        _offer_fused_attention()
    encoder = AutoModel.from_pretrained(
        str(model), attn_implementation=attention, local_files_only=True, dtype=torch.float32
    )

    class OneText(torch.nn.Module):
        """The encoder, asked for one thing."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, input_ids: torch.Tensor) -> Any:
            return self.encoder(input_ids=input_ids).last_hidden_state

    length = torch.export.Dim("length", min=2, max=window)
    program: Any = torch.onnx.export(
        OneText().eval(),
        (torch.ones((1, 16), dtype=torch.long),),
        dynamo=True,
        dynamic_shapes=({1: length},),
        input_names=["input_ids"],
        output_names=["last_hidden_state"],
        opset_version=OPSET if attention == "fused" else None,
        verbose=False,
    )
    program.save(str(target), external_data=False)
    return target


def _offer_fused_attention() -> None:
    """Let transformers build attention as ONNX's own Attention node, on (1, n, heads * size) without transposing."""
    import torch
    from transformers import AttentionInterface

    operators: Any = getattr(torch.onnx, "ops", None)
    if not hasattr(operators, "attention"):
        raise ModelError("this torch writes no Attention node")

    # The parameters are transformers' own.
    def attend(  # noqa: PLR0917
        module: Any, query: Any, key: Any, value: Any, mask: Any, scaling: float | None = None, **others: Any
    ) -> tuple[Any, None]:
        # Each text sees all of itself. No mask is made for an attention that transformers does not know, so whatever
        # asks for another view, or for more than a product of vectors, is refused here; the cosines are the judge.
        asked = {name for name, value in others.items() if value is not None and value is not False}
        asked -= {"dropout", "position_ids", "use_cache"}  # nothing to one text that is not trained on
        if mask is not None:
            asked.add("mask")
        if others.get("is_causal") is None and getattr(module, "is_causal", True):
            asked.add("is_causal")
        if asked:
            raise ModelError(f"its attention asks for more: {', '.join(sorted(asked))}")
        heads = query.shape[1]
        whole = (states.transpose(1, 2).flatten(2) for states in (query, key, value))
        found = operators.attention(*whole, q_num_heads=heads, kv_num_heads=key.shape[1], scale=scaling)[0]
        return found.unflatten(2, (heads, -1)), None

    AttentionInterface.register("fused", attend)


def quantize(exported: Path, target: Path, *, bits: int) -> Path:
    """Write the int8 form: weights a channel at a time, activations a text at a time.

    Word embeddings stay fp32: as int8 they save 35 MB and no time, and cost .005 of nDCG@10 on cranfield. Gelu is
    computed through tanh, 5e-4 off at most, which is far below what int8 rounds away, and saves 1.6 % of the time.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

    graph = onnx.load(exported)
    for node in graph.graph.node:
        if node.op_type == "Gelu" and not node.domain:
            del node.attribute[:]
            node.attribute.append(onnx.helper.make_attribute("approximate", "tanh"))
    quantize_dynamic(
        graph,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=bits == 7,
        op_types_to_quantize=["MatMul", "Gemm"],
    )
    return target
