"""Rare classes are drawn more often or weighted more, and never both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from biometry_cli.errors import UsageError
from biometry_cli.settings import TrainSettings
from biometry_cli.training.sampling import require_sampling, settle_sampling, weighs_classes

EVEN = {"a": 0.3, "b": 0.5, "c": 0.2, "absent": 0.0}
UNEVEN = {"a": 0.3, "b": 0.5, "c": 0.2 - 1e-9, "d": 1e-9}


@pytest.mark.parametrize(
    ("task", "shares", "weights", "sampling"),
    [
        ("classify", {"a": 0.5, "b": 0.25, "c": 0.25}, "auto", "natural"),
        ("classify", {"a": 0.52, "b": 0.24, "c": 0.24}, "auto", "balanced"),
        ("classify", {"a": 0.6, "b": 0.4, "absent": 0.0}, "auto", "natural"),
        ("classify", UNEVEN, "none", "balanced"),
        ("classify", UNEVEN, "balanced", "natural"),
        ("segment", UNEVEN, "auto", "natural"),
        ("classify", {}, "auto", "natural"),
    ],
)
def test_auto_balances_uneven_classes(task, shares, weights, sampling):
    settled = settle_sampling(TrainSettings(class_weights=weights), task, shares)
    assert settled.sampling == sampling


@given(
    st.sampled_from(["auto", "natural", "balanced"]),
    st.sampled_from(["auto", "none", "balanced"]),
    st.sampled_from([EVEN, UNEVEN]),
)
def test_the_two_corrections_never_add_up(sampling, weights, shares):
    if sampling == weights == "balanced":
        with pytest.raises(ValidationError, match="not both"):
            TrainSettings(sampling=sampling, class_weights=weights)
        return
    asked = TrainSettings(sampling=sampling, class_weights=weights)
    settled = settle_sampling(asked, "classify", shares)
    assert settled.sampling in ("natural", "balanced")
    assert not (settled.sampling == "balanced" and weighs_classes(settled, "classify"))
    # What a run wrote of itself settles to the same.
    assert settle_sampling(settled, "classify", shares) == settled
    if weights == "auto":
        assert weighs_classes(settled, "classify") == (settled.sampling == "natural")


def test_no_other_task_is_balanced():
    with pytest.raises(UsageError, match="the task is segment") as caught:
        require_sampling(TrainSettings(sampling="balanced"), "segment")
    assert "--task classify" in caught.value.mend
    assert not weighs_classes(TrainSettings(sampling="natural"), "segment")
    assert weighs_classes(TrainSettings(class_weights="balanced"), "segment")
