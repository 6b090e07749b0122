"""Scans with their truth, and the standard planes."""

import math

import numpy as np
import pytest

from biometry_cli.data.phantom.growth import sample_fetus
from biometry_cli.data.phantom.planes import PLANES, STRUCTURE_SHOWN, draw_plane
from biometry_cli.data.phantom.scan import STRUCTURES, Phantom, Structure, draw_phantom


def draw(structure: Structure, seed: int, **options: float | None) -> Phantom:
    return draw_phantom(structure, np.random.default_rng(seed), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_scan_has_the_promised_arrays(structure: Structure) -> None:
    phantom = draw_phantom(structure, np.random.default_rng(1), height_px=150, width_px=201)
    index = STRUCTURES.index(structure)
    assert phantom.pixels.shape == phantom.mask.shape == (150, 201)
    assert phantom.pixels.dtype == phantom.mask.dtype == np.uint8
    assert phantom.coverage.shape == (3, 150, 201)
    assert phantom.coverage.dtype == np.float32
    assert set(np.unique(phantom.mask)) == {0, index + 1}
    assert not np.delete(phantom.coverage, index, axis=0).any()


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("seed", range(4))
def test_the_mask_is_the_coverage_of_a_half_and_more(structure: Structure, seed: int) -> None:
    phantom = draw(structure, seed)
    coverage = phantom.coverage[STRUCTURES.index(structure)]
    differs = (phantom.mask > 0) != (coverage >= 0.5)
    # Where the outline bends or cuts a corner, the centre and the half may disagree by a little.
    assert np.abs(coverage[differs] - 0.5).max(initial=0) < 0.1
    assert (phantom.mask[coverage >= 0.999] > 0).all()
    assert not phantom.mask[coverage <= 0.001].any()


@pytest.mark.parametrize("seed", range(4))
def test_a_heads_measures_are_those_of_its_outline(seed: int) -> None:
    phantom = draw("head", seed)
    a_mm, b_mm = phantom.measures_mm["ofd_mm"] / 2, phantom.measures_mm["bpd_mm"] / 2
    h = ((a_mm - b_mm) / (a_mm + b_mm)) ** 2
    hc_mm = math.pi * (a_mm + b_mm) * (1 + 3 * h / (10 + math.sqrt(4 - 3 * h)))
    assert phantom.measures_mm["hc_mm"] == pytest.approx(hc_mm)
    area_mm2 = phantom.coverage[0].sum(dtype=np.float64) * phantom.spacing_mm**2
    assert area_mm2 == pytest.approx(math.pi * a_mm * b_mm, rel=1e-3)


def test_sizes_and_pose_can_be_given() -> None:
    head = draw("head", 3, size_mm=310.0, axis_ratio=0.8, angle_rad=0.0)
    assert head.measures_mm["hc_mm"] == pytest.approx(310)
    assert head.measures_mm["bpd_mm"] / head.measures_mm["ofd_mm"] == pytest.approx(0.8)
    rows, columns = np.nonzero(head.coverage[0] > 0.5)
    assert np.ptp(columns) + 1 == pytest.approx(head.measures_mm["ofd_mm"] / head.spacing_mm, abs=2)
    assert np.ptp(rows) + 1 == pytest.approx(head.measures_mm["bpd_mm"] / head.spacing_mm, abs=2)
    assert draw("abdomen", 3, size_mm=280.0).measures_mm == pytest.approx({"ac_mm": 280})
    femur = draw("femur", 3, size_mm=60.0, angle_rad=0.0)
    assert femur.measures_mm == {"fl_mm": 60.0}
    columns = np.nonzero(femur.coverage[2].any(axis=0))[0]
    assert np.ptp(columns) + 1 == pytest.approx(60 / femur.spacing_mm, abs=2)


@pytest.mark.parametrize(("structure", "size_mm"), [("head", 350), ("abdomen", 370), ("femur", 76)])
@pytest.mark.parametrize("shape_px", [(192, 272), (160, 160)])
def test_even_the_largest_structures_lie_inside_the_fan(
    structure: Structure, size_mm: float, shape_px: tuple[int, int]
) -> None:
    height_px, width_px = shape_px
    for seed in range(5):
        phantom = draw_phantom(
            structure,
            np.random.default_rng(seed),
            height_px=height_px,
            width_px=width_px,
            size_mm=size_mm,
        )
        inside = phantom.coverage.max(axis=0) > 0
        assert not inside[[0, -1]].any()
        assert not inside[:, [0, -1]].any()
        # The whole area is in the image, so nothing was cut off.
        if structure == "head":
            axes_mm = phantom.measures_mm["bpd_mm"] * phantom.measures_mm["ofd_mm"]
            area_mm2 = phantom.coverage.sum(dtype=np.float64) * phantom.spacing_mm**2
            assert area_mm2 == pytest.approx(math.pi / 4 * axes_mm, rel=1e-3)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_equal_seeds_draw_equal_scans(structure: Structure) -> None:
    first, again, other = draw(structure, 5), draw(structure, 5), draw(structure, 6)
    assert np.array_equal(first.pixels, again.pixels)
    assert np.array_equal(first.coverage, again.coverage)
    assert (first.spacing_mm, first.measures_mm) == (again.spacing_mm, again.measures_mm)
    assert not np.array_equal(first.pixels, other.pixels)


def test_bone_is_brighter_than_its_surroundings() -> None:
    for seed in range(4):
        femur = draw("femur", seed)
        near = np.zeros_like(femur.mask, dtype=bool)
        rows, columns = np.nonzero(femur.mask)
        near[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
        bone = femur.coverage[2] > 0.9
        assert femur.pixels[bone].mean() > femur.pixels[near & ~bone].mean() + 60


def test_sizes_follow_the_medians_of_gestational_age() -> None:
    fetuses = [sample_fetus(np.random.default_rng(seed)) for seed in range(300)]
    weeks = np.array([fetus.weeks for fetus in fetuses])
    assert 18 <= weeks.min() < 19
    assert 37 < weeks.max() <= 38
    # The equations' medians at 30 weeks.
    about = np.abs(weeks - 30) < 1
    medians_mm = {"hc_mm": 278.4, "ac_mm": 253.8, "fl_mm": 55.5}
    for name, median_mm in medians_mm.items():
        sizes_mm = np.array([getattr(fetus, name) for fetus in fetuses])
        assert sizes_mm[about].mean() == pytest.approx(median_mm, rel=0.03)


@pytest.mark.parametrize("plane", PLANES)
def test_planes_are_deterministic_and_vary(plane: str) -> None:
    scan = draw_plane(plane, np.random.default_rng(0))
    again, other = (draw_plane(plane, np.random.default_rng(seed)) for seed in (0, 1))
    assert scan.pixels.shape == (192, 272)
    assert scan.pixels.dtype == np.uint8
    assert scan.pixels.max() > 150
    assert np.array_equal(scan.pixels, again.pixels)
    assert (scan.spacing_mm, scan.measures_mm) == (again.spacing_mm, again.measures_mm)
    assert not np.array_equal(scan.pixels, other.pixels)
    small = draw_plane(plane, np.random.default_rng(0), height_px=96, width_px=128)
    assert small.pixels.shape == (96, 128)


@pytest.mark.parametrize("plane", PLANES)
def test_a_plane_has_the_measures_of_its_fetus(plane: str) -> None:
    fetus = sample_fetus(np.random.default_rng(8))
    measures_mm = draw_plane(plane, np.random.default_rng(1), fetus=fetus).measures_mm
    structure = STRUCTURE_SHOWN.get(plane)
    if structure is None:
        assert measures_mm == {}
        return
    circumference = {"head": "hc_mm", "abdomen": "ac_mm", "femur": "fl_mm"}[structure]
    assert measures_mm[circumference] == pytest.approx(fetus.size_mm(structure))
    if structure == "head":
        ratio = measures_mm["bpd_mm"] / measures_mm["ofd_mm"]
        assert ratio == pytest.approx(fetus.head_axis_ratio)


@pytest.mark.parametrize("plane", ["trans-thalamic", "abdomen", "femur"])
def test_a_plane_is_shown_as_the_measuring_scans_show_its_structure(plane: str) -> None:
    """The same fan, depth and place for the same chance, so that layout tells nothing apart."""
    structure = STRUCTURE_SHOWN[plane]
    for seed in range(3):
        fetus = sample_fetus(np.random.default_rng(seed))
        scan = draw_plane(plane, np.random.default_rng(seed), fetus=fetus)
        phantom = draw(
            structure,
            seed,
            size_mm=fetus.size_mm(structure),
            axis_ratio=fetus.axis_ratio(structure),
        )
        assert scan.spacing_mm == phantom.spacing_mm
        assert np.array_equal(scan.pixels, phantom.pixels)


def test_there_are_eight_planes_and_no_other() -> None:
    assert len(PLANES) == len(set(PLANES)) == 8
    with pytest.raises(KeyError):
        draw_plane("knee", np.random.default_rng(0))
