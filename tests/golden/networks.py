"""Tiny exact networks as ONNX files: what they find follows from the gray level alone.

No weights are learned, so the same picture gives the same answer on every machine. A structure has
a gray level of its own; what lies beside it, up to half a window away, is told from it by the
brightest pixel near by, so that the soft rim of a bright structure is not taken for a darker one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from biometry_cli.bundle import CARD_KEY, ModelCard, ModelSpec, TrainingSummary
from biometry_cli.calibration import Calibration, ClassCalibration, MeasureCalibration
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.inference.appearance import describe
from biometry_cli.inference.unlike import fit_appearance
from tests.golden.drawing import CORNER_PX, HEIGHT_PX, TISSUE, WIDTH_PX
from tests.reading import picture

HEIGHT, WIDTH = HEIGHT_PX // 2, WIDTH_PX // 2  # of the networks' input
PREPROCESS = Preprocess(height_px=HEIGHT, width_px=WIDTH, normalisation="none")

STRUCTURES = {"head": 0.40, "abdomen": 0.55, "cervix": 0.72, "femur": 0.90}
DOTS = {"ofd": 0.35, "bpd": 0.55, "fl": 0.75, "csp": 0.95}
JOINT_HEAD = 0.30
JOINT_DOTS = {"ofd": 0.50, "bpd": 0.70, "fl": 0.90}
PLANES = {
    "trans-thalamic": TISSUE,
    "abdomen": 0.25,
    "femur": 0.42,
    "thorax": 0.60,
    "trans-cerebellar": 0.77,
    "other": 0.94,
}
"""Gray levels, 0 to 1: of structures and dots, and of the corner that says what plane it is."""

_STEEPNESS = 40.0  # of a logit, a unit of gray
_TOLERANCE = 0.05  # of a gray level; further off it is another structure's


class _Graph:
    """An ONNX graph of one input ``image`` (B, 1, h, w), put together node by node."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, values: Any, dtype: Any = np.float32) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def add(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        name = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def brightest(self, image: str, window: int) -> str:
        """The largest value in a window of ``window`` pixels around each pixel."""
        side = [window // 2] * 4
        return self.add("MaxPool", image, kernel_shape=[window, window], pads=side)

    def above(self, image: str, threshold: float) -> str:
        """How far gray lies above a threshold, as a logit."""
        over = self.add("Sub", image, self.constant(threshold))
        return self.add("Mul", over, self.constant(_STEEPNESS))

    def of_level(self, image: str, brightest: str, level: float) -> str:
        """The logit of what is brighter than halfway to ``level``, and no brighter than it."""
        here = self.above(image, (level + TISSUE) / 2)
        apart = self.add("Abs", self.add("Sub", brightest, self.constant(level)))
        wrong = self.add("Relu", self.add("Sub", apart, self.constant(_TOLERANCE)))
        return self.add("Sub", here, self.add("Mul", wrong, self.constant(400.0)))

    def zeros(self, image: str) -> str:
        return self.add("Mul", image, self.constant(0.0))

    def write(self, path: Path, card: ModelCard, outputs: Mapping[str, Sequence[Any]]) -> None:
        graph = helper.make_graph(
            self.nodes,
            "exact",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["B", 1, HEIGHT, WIDTH])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, ["B", *shape])
                for name, shape in outputs.items()
            ],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        model.metadata_props.add(key=CARD_KEY, value=card.model_dump_json())
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString())


def make_card(name: str, labels: LabelSchema, calibration: Calibration) -> ModelCard:
    """A card as training would have left it."""
    return ModelCard(
        labels=labels,
        preprocess=PREPROCESS,
        model=ModelSpec(name=name),
        training=TrainingSummary(
            data="drawn", images={"train": 40, "val": 20}, subjects={"train": 40, "val": 20},
            seed=0, split_shares=(0.7, 0.15, 0.15), epoch=3, minutes=1.5,
            validation={"dice": 0.97},
        ),
        settings={}, settings_hash="0123456789abcdef", versions={"python": "3"},
        created="2026-01-05T12:00:00+00:00", calibration=calibration,
        weights_hash="fedcba9876543210",
    )  # fmt: skip


def _half_widths(relative: float) -> dict[str, MeasureCalibration]:
    """Intervals of every kind: relative, absolute in mm, and none for want of subjects."""
    kept = {"subjects": 66, "confidence": 0.9}
    fitted = {
        name: MeasureCalibration(relative=relative, absolute=3.0, apart=True, **kept)
        for name in ("HC", "OFD", "AC", "cervix_area")
    }
    fitted |= {
        name: MeasureCalibration(relative=relative, absolute=1.5, taken="absolute", **kept)
        for name in ("BPD", "FL", "TAD")
    }
    return fitted | {"CI": MeasureCalibration(subjects=12)}


def write_masks(path: Path, calibration: Calibration | None = None) -> None:
    """Masks of head, abdomen, cervix and femur, and an embedding of mean gray levels."""
    graph = _Graph()
    # The corner says what plane it is and is no anatomy.
    inside = np.ones((1, 1, HEIGHT, WIDTH), np.float32)
    inside[:, :, : CORNER_PX // 2 + 4, : CORNER_PX // 2 + 4] = 0
    seen = graph.add("Mul", "image", graph.constant(inside))
    brightest = graph.brightest(seen, 9)
    logits = [graph.of_level(seen, brightest, level) for level in STRUCTURES.values()]
    graph.add("Concat", graph.zeros("image"), *logits, axis=1, output="logits")
    pooled = graph.add("AveragePool", "image", kernel_shape=[32, 32], strides=[32, 32])
    graph.add("Flatten", pooled, output="embedding")
    labels = LabelSchema(task="segment", classes=("background", *STRUCTURES))
    card = make_card("masks", labels, calibration or Calibration(measures=_half_widths(0.03)))
    shapes = {"logits": (1 + len(STRUCTURES), HEIGHT, WIDTH), "embedding": ("E",)}
    graph.write(path, card, shapes)


def write_wary_masks(path: Path, training: Sequence[Path], validation: Sequence[Path]) -> None:
    """The same masks by a model that knows what its training images look like, in one view."""
    appearance = fit_appearance(_looks(training), _looks(validation))
    assert appearance is not None
    fitted = Calibration(measures=_half_widths(0.03), appearance={"image": appearance})
    write_masks(path, fitted)


def _looks(files: Sequence[Path]) -> Any:
    placed = []
    for file in files:
        pixels = np.asarray(picture(file), np.float32) / np.float32(255)
        height, width = pixels.shape
        placed.append(describe(PREPROCESS.place(pixels, PREPROCESS.placement((height, width)))))
    return np.array(placed)


def write_heatmaps(path: Path) -> None:
    """Both ends of OFD, BPD and FL, and one point that is no caliper's."""
    graph = _Graph()
    brightest = graph.brightest("image", 13)
    logits = [graph.of_level("image", brightest, level) for level in DOTS.values()]
    graph.add("Concat", *logits, axis=1, output="logits")
    points = ("ofd_1", "ofd_2", "bpd_1", "bpd_2", "fl_1", "fl_2", "csp")
    labels = LabelSchema(task="landmarks", points=points, hidden=True)
    card = make_card("dots", labels, Calibration(measures={}, point_measures=_half_widths(0.02)))
    graph.write(path, card, {"logits": (len(DOTS), HEIGHT, WIDTH)})


def write_coordinates(path: Path) -> None:
    """Points answered as coordinates, which move with the mean gray level."""
    graph = _Graph()
    mean = graph.add("Flatten", graph.add("GlobalAveragePool", "image"))
    # x and y of four ends as shares of the input, then a logit of each being there.
    start = [0.2, 0.5, 0.8, 0.52, 0.5, 0.2, 0.52, 0.8, 4.0, 4.0, 5.0, 5.0]
    drift = [0.5, 0.1, 0.2, 0.3, 0.1, 0.4, 0.3, 0.2, -2.0, 0.0, -90.0, 0.0]
    moved = graph.add("Mul", mean, graph.constant([drift]))
    graph.add("Add", moved, graph.constant([start]), output="logits")
    points = ("tad_1", "tad_2", "apad_1", "apad_2")
    labels = LabelSchema(task="landmarks", points=points, hidden=True)
    graph.write(path, make_card("coordinates", labels, Calibration()), {"logits": (12,)})


def write_joint(path: Path) -> None:
    """Masks of the head, and the ends of OFD, BPD and FL."""
    graph = _Graph()
    brightest = graph.brightest("image", 13)
    head = graph.above("image", (JOINT_HEAD + TISSUE) / 2)
    dots = [graph.of_level("image", brightest, level) for level in JOINT_DOTS.values()]
    graph.add("Concat", graph.zeros("image"), head, *dots, axis=1, output="logits")
    points = ("ofd_1", "ofd_2", "bpd_1", "bpd_2", "fl_1", "fl_2")
    labels = LabelSchema(task="segment,landmarks", classes=("background", "head"), points=points)
    fitted = Calibration(measures=_half_widths(0.03), point_measures=_half_widths(0.02))
    card = make_card("joint", labels, fitted)
    graph.write(path, card, {"logits": (2 + len(JOINT_DOTS), HEIGHT, WIDTH)})


def write_bright(path: Path) -> None:
    """What is bright over a wide stretch, called a head: for scans that nobody drew."""
    graph = _Graph()
    wide = {"kernel_shape": [31, 31], "pads": [15] * 4, "count_include_pad": 1}
    smooth = graph.add("AveragePool", graph.add("AveragePool", "image", **wide), **wide)
    graph.add("Concat", graph.zeros("image"), graph.above(smooth, 0.22), axis=1, output="logits")
    labels = LabelSchema(task="segment", classes=("background", "head"))
    card = make_card("bright", labels, Calibration(measures=_half_widths(0.05)))
    graph.write(path, card, {"logits": (2, HEIGHT, WIDTH)})


def write_planes(path: Path) -> None:
    """A classifier of planes by the gray level of the picture's corner."""
    graph = _Graph()
    first, last = [4, 4], [CORNER_PX // 2 - 2] * 2
    ends = [graph.constant(each, np.int64) for each in (first, last, [2, 3])]
    corner = graph.add(
        "Flatten", graph.add("GlobalAveragePool", graph.add("Slice", "image", *ends))
    )
    apart = graph.add("Sub", corner, graph.constant([list(PLANES.values())]))
    squared = graph.add("Mul", apart, apart)
    graph.add("Mul", squared, graph.constant(-300.0), output="logits")
    labels = LabelSchema(task="classify", classes=tuple(PLANES))
    known = ClassCalibration(
        images=60, subjects=40, apart=True, temperature=1.5, threshold=0.8, confidence=0.95
    )
    graph.write(path, make_card("planes", labels, Calibration(classes=known)), {"logits": (6,)})
