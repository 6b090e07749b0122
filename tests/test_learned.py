"""What a model's own validation says of it, in every answer."""

from dataclasses import replace

import numpy as np
import pytest

from biometry_cli.bundle import ModelCard
from biometry_cli.data.frames import Spacing, frame_of
from biometry_cli.data.labels import LabelSchema
from biometry_cli.inference.answer import answer
from biometry_cli.inference.exam import combine_exam
from biometry_cli.inference.reading import Found, Reading, measure
from biometry_cli.learned import calls_hardly_learned, hardly_learned, warnings_of
from tests.inference.test_joint import LABELS, MM, card, head_and_femur


def trained(validation: dict[str, float | None], **changes: object) -> ModelCard:
    """The card of a joint model with these validation figures."""
    joint = card()
    update = {"validation": validation, **changes}
    return joint.model_copy(update={"training": joint.training.model_copy(update=update)})


def read(model: ModelCard, found: Found | None = None) -> Reading:
    found = found or head_and_femur()
    frame = frame_of(np.full((200, 240), 90, np.uint8), Spacing(MM, MM))
    measures = measure(found, frame, LABELS)
    prediction = answer(frame, found, measures, model, "joint:1")
    return Reading(prediction, frame.pixels, found.masks, measures.taken, measures.again)


def test_a_model_that_learned_has_nothing_to_say():
    model = trained({"val_dice_head": 0.95, "val_nme_bpd": 0.02, "val_nme_fl": 0.05})
    assert hardly_learned(model) == {}
    assert warnings_of(model) == []
    assert read(model).prediction.flags == []


def test_figures_that_are_missing_say_nothing():
    assert hardly_learned(trained({})) == {}
    assert hardly_learned(trained({"val_dice_head": None, "val_nme_fl": float("nan")})) == {}


@pytest.mark.parametrize(
    ("figures", "flag", "guesses", "left"),
    [
        ({"val_dice_head": 0.31}, "head:hardly_learned", {"HC", "BPD", "OFD", "CI"}, {"FL"}),
        ({"val_nme_fl": 0.4}, "femur:hardly_learned", {"FL"}, {"HC", "BPD"}),
    ],
)
def test_what_was_hardly_learned_gives_no_age_and_says_so(figures, flag, guesses, left):
    prediction = read(trained(figures)).prediction
    assert flag in prediction.flags
    flagged = {m.name for m in prediction.measurements if "hardly_learned" in m.flags}
    assert flagged == guesses
    used = {name for each in prediction.gestational_age.estimates for name in each.inputs}
    assert used
    assert not used & guesses
    assert not {each.measure for each in prediction.centiles} & guesses
    assert any("hardly learned" in note for note in prediction.notes)
    assert used <= left


def test_nothing_learned_gives_no_age_and_no_weight():
    model = trained({"val_dice_head": 0.2, "val_nme_fl": 0.5, "val_nme_bpd": 0.6})
    prediction = read(model).prediction
    assert prediction.gestational_age is None
    assert prediction.fetal_weight is None
    exam = combine_exam("one", [read(model), read(model)], choice="median")
    assert exam.gestational_age is None
    assert "HC:hardly_learned" in exam.flags


def test_a_model_that_finds_nothing_says_that_it_hardly_learned():
    model = trained({"val_dice_head": 0.0})
    found = head_and_femur()
    nothing = replace(
        found,
        masks=replace(found.masks, mask=np.zeros_like(found.masks.mask)),
        points=dict.fromkeys(found.points),
    )
    assert read(model, nothing).prediction.flags == ["no_structure", "hardly_learned"]


def test_an_unfinished_run_is_flagged_in_every_answer():
    model = trained({"val_dice_head": 0.9}, finished=False, epoch=3)
    assert "unfinished_training" in read(model).prediction.flags
    (warning,) = warnings_of(model)
    assert "first 3 epochs" in warning
    assert "--resume" in warning


@pytest.mark.parametrize(("accuracy", "hardly"), [(0.5, True), (0.6, False), (None, False)])
def test_a_classifier_nearer_to_chance_than_to_perfect_hardly_learned(accuracy, hardly):
    planes = LabelSchema(task="classify", classes=("a", "b", "c", "d", "e", "f"))
    model = trained({"val_balanced_accuracy": accuracy}).model_copy(update={"labels": planes})
    assert (calls_hardly_learned(model) is not None) == hardly
    assert bool(warnings_of(model)) == hardly
