"""Agreement with the published references of HC18, where a copy of its images is at hand."""

import csv
import math
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometry_cli.measure.ellipse_fit import fit_ellipse
from biometry_cli.measure.field_of_view import field_of_view
from biometry_cli.measure.structures import measure_structure

ROOT = os.environ.get("ULTRASOUND_TEST_DATA")


def data_folder(name: str) -> Path:
    if ROOT is None:
        pytest.skip("ULTRASOUND_TEST_DATA names no folder with real images")
    folder = Path(ROOT) / name
    if not folder.is_dir():
        pytest.skip(f"no {name} in the folder that ULTRASOUND_TEST_DATA names")
    return folder


def hc_mm(
    mask: np.ndarray, spacing_mm: tuple[float, float], field: np.ndarray | None = None
) -> float:
    head = measure_structure("head", mask, spacing_mm, field)
    assert head is not None
    assert head.measures[0].name == "HC"
    return head.measures[0].value


def test_ellipses_through_the_annotated_outlines_give_the_reference_hc() -> None:
    folder = data_folder("hc18-native")
    with (folder / "training_set_pixel_size_and_HC.csv").open(newline="") as table:
        rows = list(csv.reader(table))[1:]
    assert len(rows) == 24
    differences = []
    for filename, pixel_size_mm, reference_mm in rows:
        outline = folder / "training_set" / filename.replace(".png", "_Annotation.png")
        y, x = np.nonzero(np.asarray(Image.open(outline)))
        fitted = fit_ellipse(np.column_stack([x, y]).astype(float))
        difference = fitted.perimeter() * float(pixel_size_mm) - float(reference_mm)
        assert abs(difference) < 0.07, filename
        differences.append(difference)
    assert abs(np.mean(differences)) < 0.005


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


def between_two_lines(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A field of view like a fan: each of its sides leaves out 7 to 20 % of the head."""
    y, x = np.indices(mask.shape)
    tilt = rng.uniform(-0.4, 0.4)
    seen = np.ones(mask.shape, bool)
    for direction in (tilt - 0.5, tilt + math.pi + 0.5):
        along = x * math.cos(direction) + y * math.sin(direction)
        seen &= along <= np.quantile(along[mask > 0.5], rng.uniform(0.8, 0.93))
    return seen


def test_the_field_of_view_leaves_whole_heads_alone_and_mends_cut_ones() -> None:
    """Each scan as it is, then blanked such that the sides of a fan cut off parts of its head.

    Cut heads are measured against the whole ones, in %: with the field of view that the blanked
    scan shows, and without.
    """
    folder = data_folder("hc18") / "test"
    rng = np.random.default_rng(0)
    with_field, without = [], []
    for path in sorted((folder / "masks").glob("*.png"))[::4]:
        mask = np.asarray(Image.open(path)).astype(np.float32) / 255
        scan = np.asarray(Image.open(folder / "images" / path.name).convert("L")) / np.float32(255)
        whole = hc_mm(mask, (1, 1))
        assert hc_mm(mask, (1, 1), field_of_view(scan)) == pytest.approx(whole, rel=1e-4), path.name
        seen = between_two_lines(mask, rng)
        field = field_of_view(np.where(seen, scan, 0))
        cut = measure_structure("head", mask * seen, None, field)
        assert cut is not None
        assert "touches_field_of_view" in cut.flags
        with_field.append(100 * cut.measures[0].value / whole - 100)
        blind = measure_structure("head", mask * seen, None)
        assert blind is not None
        without += [100 * m.value / whole - 100 for m in blind.measures[:1]]
    assert len(with_field) >= 20
    assert abs(np.mean(with_field)) < 0.1
    assert np.abs(with_field).max() < 0.5
    assert np.mean(without) < -5


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
