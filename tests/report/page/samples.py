"""Results as predict and eval give them, around phantoms with their own truth."""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw

from biometry_cli.data.phantom.scan import Structure, draw_phantom
from biometry_cli.measure.growth.assess import GivenAge, Size, assess
from biometry_cli.measure.growth.catalog import CHARTS, GrowthCurves, curve
from biometry_cli.report.sheet.provenance import Provenance
from biometry_cli.results.clinical import Assessment
from biometry_cli.results.measures import Measurement
from biometry_cli.results.measures import Structure as FoundStructure
from biometry_cli.results.prediction import (
    ErrorDetail,
    Exam,
    ExamMeasurement,
    FailedFile,
    LeftOut,
    Prediction,
)
from tests.report.report_readings import read_points


@dataclass(frozen=True)
class Shown:
    """An answer with its picture."""

    prediction: Prediction
    overlay: Image.Image | None = None


GUARANTEE = "holds the reference in 95 % of new subjects like those calibrated on"
NO_INTERVAL = "no interval: 7 calibration subjects, and 19 are needed"
NASTY = "<b>Ümläut & \"quoted\" 'name'.png"
FEMUR, HEAD, ABDOMEN = "exam/03_femur.png", "exam/01_head.png", "exam/02_abdomen.png"

_TERM_SIZES = {"HC": 277.9, "BPD": 78.4, "OFD": 98.1, "AC": 249.6, "FL": 55.8}
_OF: dict[Structure, tuple[str, ...]] = {
    "head": ("HC", "BPD", "OFD"),
    "abdomen": ("AC",),
    "femur": ("FL",),
}


def provenance(inputs: int = 3) -> Provenance:
    return Provenance(
        model={
            "model": "runs/2026-03-02_segnet/model.safetensors",
            "task": "segment",
            "classes": "background, head, abdomen, femur",
            "learned from": "phantoms (train 1200, val 150, test 150 images)",
            "settings hash": "3f9c1e77ab20d94c",
        },
        software={"biometry": "0.1.0", "torch": "2.14.0", "python": "3.11.2"},
        settings={"batch size": "8", "device": "cpu", "exam": "best"},
        inputs=[(f"exam/{n:02}.png", f"{n:064x}") for n in range(inputs)],
        created="2026-03-03T09:41:00+00:00",
    )


def curves() -> dict[str, GrowthCurves]:
    """Every growth chart, as the job hands them over."""
    found = [curve(each.measure, chart=each.key) for each in CHARTS]
    return {f"{each.measure} {each.chart}": each for each in found}


def overlay(structure: Structure, seed: int = 0) -> Image.Image:
    """A phantom, enlarged, with a line on it."""
    phantom = draw_phantom(structure, np.random.default_rng(seed))
    picture = Image.fromarray(phantom.pixels).convert("RGB")
    picture = picture.resize((3 * picture.width, 3 * picture.height), Image.Resampling.BICUBIC)
    inside = Image.fromarray((phantom.mask > 0).astype(np.uint8) * 255).resize(picture.size)
    box = inside.getbbox()
    if box is not None:
        ImageDraw.Draw(picture).ellipse(box, outline=(86, 180, 233), width=4)
    return picture


def measurement(name: str, value: float, flags: tuple[str, ...] = ()) -> Measurement:
    calibrated = name != "OFD"
    return Measurement(
        name=name,
        value=value,
        unit="mm",
        interval=(0.97 * value, 1.03 * value) if calibrated else None,
        guarantee=GUARANTEE if calibrated else NO_INTERVAL,
        method="shaft ends" if name == "FL" else "ellipse fit",
        convention=None if name in ("HC", "AC", "FL") else "outer-outer",
        flags=list(flags),
    )


def assessment(sizes: dict[str, float], *, given: bool) -> Assessment:
    known = {name: Size(mm, (0.97 * mm, 1.03 * mm)) for name, mm in sizes.items()}
    age = GivenAge(30 + 1 / 7, "by --ga") if given else None
    return assess(known, given=age, bpd_convention="outer-outer")


def shown_image(
    structure: Structure, file: str, flags: tuple[str, ...] = (), *, alone: bool = False
) -> Shown:
    sizes = {name: _TERM_SIZES[name] for name in _OF[structure]}
    measures = [measurement(name, value, flags) for name, value in sizes.items()]
    if structure == "head":
        measures.append(Measurement(name="CI", value=79.9, unit="%", guarantee=NO_INTERVAL))
    found = assessment(sizes, given=False) if alone else Assessment()
    prediction = Prediction(
        file=file,
        task="segment",
        model="segnet",
        spacing_mm=0.2143,
        structures=[FoundStructure(name=structure, area_px=15234.0, area_fraction=0.2917)],
        measurements=measures,
        unlike_training=0.42,
        flags=[f"{structure}:{flag}" for flag in flags],
        gestational_age=found.gestational_age,
        fetal_weight=found.fetal_weight,
        centiles=found.centiles,
        notes=found.notes,
    )
    return Shown(prediction, overlay(structure))


def pointed(*, beside_masks: bool = False, singles: int = 0) -> Shown:
    """A head between its points, alone or beside its mask; ``singles`` are further points."""
    more = {f"point_a_{n}_b": (10.0 * n, 20.0) for n in range(singles)}
    reading = read_points("head", beside_masks=beside_masks, singles=more)
    told = {
        "measurements": [
            each.model_copy(update={"flags": ["readings_disagree"] * (each.name == "BPD")})
            for each in reading.prediction.measurements
        ],
        "point_measurements": [
            each.model_copy(
                update={"interval": (0.9 * each.value, 1.1 * each.value), "guarantee": GUARANTEE}
            )
            for each in reading.prediction.point_measurements
        ],
        "file": f"points/{'both' if beside_masks else 'alone'}.png",
    }
    return Shown(reading.prediction.model_copy(update=told), overlay("head", 4))


def failed_image() -> FailedFile:
    message = f"{NASTY}: is no image that can be read. Name a PNG, JPEG or TIFF file."
    return FailedFile(file=NASTY, error=ErrorDetail(code="data", message=message))


def exam(*, given: bool = False) -> Exam:
    found = assessment(_TERM_SIZES, given=given)
    file_of = {name: f"exam/0{n}_{s}.png" for n, s in enumerate(_OF, 1) for name in _OF[s]}
    measures = [
        ExamMeasurement(
            **measurement(name, value, ("touches_border",) if name == "FL" else ()).model_dump(),
            files=[file_of[name]],
            candidates=2 if name == "AC" else 1,
        )
        for name, value in _TERM_SIZES.items()
    ]
    return Exam(
        name="Exam 2026-03-02",
        choice="best",
        files=[HEAD, ABDOMEN, FEMUR, NASTY],
        measurements=measures,
        left_out=[LeftOut(file=NASTY, reason="is no image that can be read")],
        gestational_age=found.gestational_age,
        fetal_weight=found.fetal_weight,
        centiles=found.centiles,
        notes=found.notes,
        flags=["FL:touches_border"],
    )


def exam_images() -> list[Shown | FailedFile]:
    femur = shown_image("femur", FEMUR, ("touches_border",))
    return [shown_image("head", HEAD), shown_image("abdomen", ABDOMEN), femur, failed_image()]


def classified(file: str = "planes/a.png") -> Shown:
    shares = {"head": 0.913, "abdomen": 0.062, "femur": 0.021, "other": 0.004}
    prediction = Prediction(
        file=file, task="classify", model="planes", label="head", probabilities=shares
    )
    return Shown(prediction, overlay("head", 3))


def without_spacing(file: str = "no_spacing.png") -> Shown:
    shown = shown_image("head", file)
    pixels = [
        each.model_copy(update={"unit": "px", "flags": ["no_spacing"]} if each.unit == "mm" else {})
        for each in shown.prediction.measurements
    ]
    changed = {"spacing_mm": None, "measurements": pixels, "flags": ["no_spacing"]}
    return replace(shown, prediction=shown.prediction.model_copy(update=changed))
