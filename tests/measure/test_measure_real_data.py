"""Agreement with the published references of HC18, where a copy of its images is at hand."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometry_cli.measure.ellipse import fit_ellipse
from biometry_cli.measure.structures import measure_structure

ROOT = os.environ.get("ULTRASOUND_TEST_DATA")


def data_folder(name: str) -> Path:
    if ROOT is None:
        pytest.skip("ULTRASOUND_TEST_DATA names no folder with real images")
    folder = Path(ROOT) / name
    if not folder.is_dir():
        pytest.skip(f"no {name} in the folder that ULTRASOUND_TEST_DATA names")
    return folder


def hc_mm(mask: np.ndarray, spacing_mm: tuple[float, float]) -> float:
    head = measure_structure("head", mask, spacing_mm)
    assert head is not None
    assert head.measures[0].name == "HC"
    return head.measures[0].value


def test_ellipses_through_the_annotated_outlines_give_the_reference_hc() -> None:
    folder = data_folder("hc18-native")
    with (folder / "training_set_pixel_size_and_HC.csv").open(newline="") as table:
        rows = list(csv.reader(table))[1:]
    assert rows
    for filename, pixel_size_mm, reference_mm in rows:
        outline = folder / "training_set" / filename.replace(".png", "_Annotation.png")
        y, x = np.nonzero(np.asarray(Image.open(outline)))
        fitted = fit_ellipse(np.column_stack([x, y]).astype(float))
        difference = fitted.perimeter() * float(pixel_size_mm) - float(reference_mm)
        assert abs(difference) < 0.07, filename


def test_filled_masks_give_the_reference_hc_at_any_resolution() -> None:
    """Filled masks reach past the outline's middle, by 0.13 px all round: HC + 0.8 px.

    Shrunk to a network's grid and enlarged again, as soft masks, they must measure the same.
    """
    folder = data_folder("hc18") / "test"
    full, shrunk, enlarged = [], [], []
    with (folder / "spacing.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert rows
    for row in rows:
        pixel_mm, reference_mm = float(row["pixel_size_mm"]), float(row["hc_mm"])
        mask = np.asarray(Image.open(folder / "masks" / row["filename"])).astype(np.float32) / 255
        height, width = mask.shape
        small = Image.fromarray(mask).resize((256, 176), Image.Resampling.BOX)
        large = small.resize((width, height), Image.Resampling.BILINEAR)
        full.append(hc_mm(mask, (pixel_mm, pixel_mm)) - reference_mm)
        small_spacing = (pixel_mm * height / 176, pixel_mm * width / 256)
        shrunk.append(hc_mm(np.asarray(small), small_spacing) - reference_mm)
        enlarged.append(hc_mm(np.asarray(large), (pixel_mm, pixel_mm)) - reference_mm)
    for differences in (full, shrunk, enlarged):
        assert 0 < np.mean(differences) < 0.3
        assert np.std(differences) < 0.15
        assert np.abs(differences).max() < 0.7
    assert abs(np.mean(shrunk) - np.mean(full)) < 0.01
    assert abs(np.mean(enlarged) - np.mean(full)) < 0.01


def test_irregular_heads_are_measured_near_their_area() -> None:
    folder = data_folder("psfhs") / "test" / "masks"
    ratios = []
    for path in sorted(folder.glob("*.png")):
        head = measure_structure("head", np.asarray(Image.open(path)) == 2, None)
        assert head is not None
        assert head.ellipse_px is not None
        ratios.append(head.ellipse_px.area() / head.area_px)
    assert ratios
    assert np.mean(ratios) == pytest.approx(1, abs=0.01)
    assert min(ratios) > 0.93
    assert max(ratios) < 1.1
