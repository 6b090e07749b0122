"""The colours can be read and told apart on both pages."""

from itertools import combinations

import numpy as np
import pytest

from biometry_cli.report.charts.palette import DARK, LIGHT, SENTINELS, SERIES, Colors

_BACKS = ("page", "card", "inset")


def rgb(color: str) -> np.ndarray:
    return np.array([int(color[place : place + 2], 16) for place in (1, 3, 5)]) / 255


def linear(color: str) -> np.ndarray:
    value = rgb(color)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: relative luminances, (lighter + 0.05) / (darker + 0.05)."""
    luminances = [float(linear(each) @ (0.2126, 0.7152, 0.0722)) for each in (one, other)]
    return (max(luminances) + 0.05) / (min(luminances) + 0.05)


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_text_and_marks_stand_out(colors: Colors) -> None:
    for back in _BACKS:
        for role in ("ink", "muted", "accent"):
            assert contrast(colors[role], colors[back]) >= 4.5, (role, back)
    assert contrast(colors["warning"], colors["warning-back"]) >= 4.5
    assert contrast(colors["warning"], colors["card"]) >= 4.5
    for role in SERIES:
        assert contrast(colors[role], colors["card"]) >= 3, role


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_the_first_series_differ_for_colour_blind_readers(colors: Colors) -> None:
    # Deuteranopia and protanopia as linear maps of linear RGB (Viénot 1999).
    maps = {
        "deuteranopia": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
        "protanopia": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    }
    for matrix in maps.values():
        seen = {role: np.array(matrix) @ linear(colors[role]) for role in SERIES[:3]}
        for one, other in combinations(seen.values(), 2):
            assert np.abs(np.cbrt(one) - np.cbrt(other)).max() > 0.12


def test_both_pages_and_the_drawing_know_the_same_roles() -> None:
    assert LIGHT.keys() == DARK.keys() == SENTINELS.keys()
    assert len(set(SENTINELS.values())) == len(SENTINELS)
    assert not set(SENTINELS.values()) & {*LIGHT.values(), *DARK.values()}
