"""The words in a picture, read by a model of this machine: RapidOCR, whose models lie in its own package."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragd.parsers.pdf.layout import Line

if TYPE_CHECKING:
    import numpy

DOTS = 200  # an inch
# Dots of a picture's longer side, and of that in which lines are looked for. With 2400 and 1280 the same letters are
# read, and 800 MB of memory are taken instead of 570.
LONGEST, SOUGHT = 2000, 960
SURE = 0.6  # a line below this is no writing
UPSIDE_DOWN = 0.8  # where the mean is below, the lines may stand on their heads
ACROSS = 0.03  # of the lines of a column may run into the next
PROSE = 8  # times its height is a line of prose wide, the median of a column


def read(picture: "numpy.ndarray") -> list[Line]:
    """The lines of a picture ((height, width, 3) of uint8) in the order in which they are read, in dots from below."""
    found = _recognised(picture, turn=False)
    if found and sum(one.sure for one in found) / len(found) < UPSIDE_DOWN:
        found = max(found, _recognised(picture, turn=True), key=lambda many: sum(one.sure for one in many))
    slope = _median([one.slope for one in found if one.slope is not None] or [0.0])
    return ordered([_line(one, slope, picture.shape[0]) for one in found if one.sure >= SURE])


@dataclass(frozen=True, slots=True)
class _Written:
    """A line as it was recognised: its words, the corners of its box in dots from above, how sure that is."""

    text: str
    corners: tuple[tuple[float, float], ...]
    sure: float

    @property
    def slope(self) -> float | None:
        """How far it falls on its way to the right, of each dot; None where it is too short to tell."""
        (left, above), (right, below) = self.corners[:2]
        high = self.corners[3][1] - above
        return (below - above) / (right - left) if right - left > PROSE * max(high, 1) else None


def _recognised(picture: "numpy.ndarray", *, turn: bool) -> list[_Written]:
    said = _said(picture, turn=turn)
    if said.boxes is None or said.txts is None:
        return []
    return [
        _Written(text, tuple((float(x), float(y)) for x, y in box), float(sure))
        for box, text, sure in zip(said.boxes, said.txts, said.scores, strict=True)
        if text.strip()
    ]


def _line(one: _Written, slope: float, height: int) -> Line:
    """The line where it would stand if the page had been laid straight."""
    across, down = [x for x, _ in one.corners], [y - slope * x for x, y in one.corners]
    return Line(one.text, "\n", min(across), height - max(down), max(across), height - min(down))


def _said(picture: "numpy.ndarray", *, turn: bool) -> Any:
    """What the reader says; where its memory is used up, what a new one says. Raises MemoryError."""
    from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError  # type: ignore[import-not-found,import-untyped,unused-ignore]

    try:
        return _engine()(picture, use_cls=turn)
    except ONNXRuntimeError:
        _engine.cache_clear()
    try:
        return _engine()(picture, use_cls=turn)
    except ONNXRuntimeError as trouble:
        raise MemoryError from trouble


@lru_cache(maxsize=1)
def _engine() -> Any:
    """The reader, on one thread: there is a worker for each core. Its models are named, so that it fetches none."""
    import rapidocr  # type: ignore[import-not-found,import-untyped,unused-ignore]

    models = Path(rapidocr.__file__).parent / "models"
    named = {"Det": "*_det_*.onnx", "Rec": "*_rec_*.onnx", "Cls": "*_cls_*.onnx"}
    paths = {f"{part}.model_path": str(next(models.glob(pattern))) for part, pattern in named.items()}
    threads = {f"EngineConfig.onnxruntime.{where}_op_num_threads": 1 for where in ("intra", "inter")}
    sizes = {
        "Det.limit_type": "max",
        "Det.limit_side_len": SOUGHT,
        "Global.max_side_len": LONGEST,
        "Rec.rec_batch_num": 1,
    }
    return rapidocr.RapidOCR(params={**paths, **threads, **sizes, "Global.log_level": "critical"})


def ordered(lines: Sequence[Line]) -> list[Line]:
    """Lines in reading order: columns of prose one after the other, all else row by row."""
    if len(lines) < 2:
        return list(lines)
    for parts in (_columns(lines), _bands(lines)):
        if len(parts) > 1:
            return [line for part in parts for line in ordered(part)]
    return sorted(lines, key=lambda line: line.left)


def _columns(lines: Sequence[Line]) -> list[list[Line]]:
    """Left and right of the edge at which a column of prose begins, if one does; else the lines as they are."""
    high = _median([line.height for line in lines])
    for at in sorted({round(line.left) for line in lines})[1:]:
        sides = [[line for line in lines if line.left < at - high], [line for line in lines if line.left >= at - high]]
        begin = sum(line.left < at + high for line in sides[1])
        across = sum(line.right > at + high / 2 for line in sides[0])
        if not min(map(len, sides)) or begin < len(sides[1]) / 2 or across > len(sides[0]) * ACROSS:
            continue
        if all(_median([line.right - line.left for line in side]) > PROSE * high for side in sides):
            return sides
    return [list(lines)]


def _bands(lines: Sequence[Line]) -> list[list[Line]]:
    """Above and below the widest gap between rows; where rows run into one another, the top row and the others."""
    order = sorted(lines, key=lambda line: -line.top)
    floor, widest, cut = order[0].bottom, 0.0, 0
    for at, line in enumerate(order[1:], start=1):
        if floor - line.top > widest:
            widest, cut = floor - line.top, at
        floor = min(floor, line.bottom)
    if cut:
        return [order[:cut], order[cut:]]
    top = max(order, key=lambda line: (line.top + line.bottom) / 2)
    row = [line for line in order if (line.top + line.bottom) / 2 > (top.top + top.bottom) / 2 - top.height / 2]
    others = [line for line in order if line not in row]
    return [row, others] if others else [row]


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
