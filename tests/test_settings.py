"""Where a setting comes from, what is refused, and that a run's own file reproduces it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.errors import UsageError
from biometry_cli.measure.catalog import PLANE_STRUCTURES
from biometry_cli.settings import Settings
from biometry_cli.sources import (
    DEFAULT_EPOCHS,
    ResolvedSettings,
    known_keys,
    parse_assignments,
    resolve_settings,
    settings_toml,
)


def resolve(
    tmp_path: Path,
    *,
    flags: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
    config: str | None = None,
    local: str | None = None,
) -> ResolvedSettings:
    """Resolve with the given text of ``--config`` and of ``biometry.toml``."""
    if local is not None:
        (tmp_path / "biometry.toml").write_text(local)
    path = tmp_path / "given.toml"
    if config is not None:
        path.write_text(config)
    return resolve_settings(
        flags or {},
        config=path if config is not None else None,
        environment=environment or {},
        folder=tmp_path,
    )


def refusal(tmp_path: Path, **sources: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        resolve(tmp_path, **sources)
    return caught.value


LAYERS: list[tuple[str, Any, int]] = [
    ("local", "[train]\nbatch_size = 16\n", 16),
    ("config", "[train]\nbatch_size = 32\n", 32),
    ("environment", {"BIOMETRY_TRAIN_BATCH_SIZE": "64"}, 64),
    ("flags", {"train.batch_size": 128}, 128),
]
ORIGINS = ["biometry.toml", "--config", "BIOMETRY_TRAIN_BATCH_SIZE", "flag"]


@pytest.mark.parametrize("present", range(1, 5))
def test_the_strongest_place_wins_and_is_named(tmp_path: Path, present: int) -> None:
    sources = {name: value for name, value, _ in LAYERS[:present]}
    resolved = resolve(tmp_path, **sources)
    assert resolved.settings.train.batch_size == LAYERS[present - 1][2]
    assert resolved.origins["train.batch_size"].startswith(ORIGINS[present - 1])


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    resolved = resolve(tmp_path)
    assert resolved.settings.train.batch_size == 8
    assert resolved.settings.train.epochs == DEFAULT_EPOCHS
    assert resolved.origins == {"train.epochs": "default"}


def test_places_are_merged_by_key_not_by_section(tmp_path: Path) -> None:
    resolved = resolve(
        tmp_path,
        local="[train]\nbatch_size = 4\nseed = 5\n[augment]\nflip = 0.25\n",
        flags={"train.seed": 6},
    )
    train = resolved.settings.train
    assert (train.batch_size, train.seed, resolved.settings.augment.flip) == (4, 6, 0.25)
    assert resolved.origins["train.batch_size"] == "biometry.toml"
    assert resolved.origins["train.seed"] == "flag"


def test_a_run_goes_on_with_its_own_file_instead_of_biometry_toml(tmp_path: Path) -> None:
    base = tmp_path / "settings.toml"
    base.write_text("[train]\nepochs = 7\n")
    (tmp_path / "biometry.toml").write_text("[train]\nepochs = 9\nbatch_size = 2\n")
    resolved = resolve_settings({}, base=base, environment={}, folder=tmp_path)
    assert resolved.settings.train.epochs == 7
    assert resolved.settings.train.batch_size == 8
    assert resolved.origins["train.epochs"] == str(base)


def _takes_truth(key: str) -> bool:
    section, _, name = key.partition(".")
    fields = type(getattr(Settings(), section)).model_fields
    return fields[name].annotation is bool


NUMBERS = [key for key in known_keys() if not _takes_truth(key)]


@pytest.mark.parametrize("key", NUMBERS)
def test_truth_is_never_taken_as_a_number(tmp_path: Path, key: str) -> None:
    section, _, name = key.partition(".")
    error = refusal(tmp_path, config=f"[{section}]\n{name} = true\n")
    assert key in error.what
    assert "given.toml" in error.what


def test_half_a_pixel_size_that_is_true_is_refused_too(tmp_path: Path) -> None:
    error = refusal(tmp_path, config="[predict]\nspacing_mm = [0.2, true]\n")
    assert "predict.spacing_mm" in error.what


def test_an_unknown_key_is_refused_with_its_neighbour(tmp_path: Path) -> None:
    error = refusal(tmp_path, config="[train]\nepoch = 3\n")
    assert "train.epoch" in error.what
    assert "train.epochs" in error.mend
    assert error.where == str(tmp_path / "given.toml")
    assert error.exit_code == 2


def test_an_unknown_key_of_biometry_toml_is_refused_too(tmp_path: Path) -> None:
    error = refusal(tmp_path, local="[augment]\nflipp = 0.1\n")
    assert "augment.flipp" in error.what
    assert "augment.flip" in error.mend


@pytest.mark.parametrize("text", ["[trian]\nepochs = 3\n", "[trian]\n"])
def test_an_unknown_section_is_refused(tmp_path: Path, text: str) -> None:
    error = refusal(tmp_path, config=text)
    assert "trian" in error.what
    assert "train" in error.mend


def test_a_key_outside_any_section_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, config="epochs = 3\n")
    assert "'epochs'" in error.what
    assert "train" in error.mend


def test_an_unknown_variable_is_refused_by_name(tmp_path: Path) -> None:
    error = refusal(tmp_path, environment={"BIOMETRY_TRAIN_EPOCH": "3"})
    assert "BIOMETRY_TRAIN_EPOCH" in error.what
    assert "train.epochs" in error.mend


def test_other_programs_variables_are_left_alone(tmp_path: Path) -> None:
    resolved = resolve(tmp_path, environment={"PATH": "/bin", "BIOMETRYX": "1", "EPOCHS": "2"})
    assert resolved.settings == resolve(tmp_path).settings


@pytest.mark.parametrize(
    ("content", "fragment"),
    [(b"[train\n", "TOML"), (b"[train]\nname = '\xff'\n", "cannot be read")],
)
def test_an_unreadable_file_is_named(tmp_path: Path, content: bytes, fragment: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=fragment) as caught:
        resolve_settings({}, config=path, environment={}, folder=tmp_path)
    assert caught.value.where == str(path)


def test_a_missing_config_is_named(tmp_path: Path) -> None:
    path = tmp_path / "absent.toml"
    with pytest.raises(UsageError, match="no such settings file") as caught:
        resolve_settings({}, config=path, environment={}, folder=tmp_path)
    assert caught.value.where == str(path)


def test_a_stronger_budget_replaces_the_other_kind(tmp_path: Path) -> None:
    minutes = resolve(tmp_path, local="[train]\nepochs = 5\n", flags={"train.minutes": 2})
    assert (minutes.settings.train.epochs, minutes.settings.train.minutes) == (None, 2)
    assert "train.epochs" not in minutes.origins

    epochs = resolve(
        tmp_path,
        local="[train]\nepochs = 5\n",
        config="[train]\nminutes = 2\n",
        environment={"BIOMETRY_TRAIN_EPOCHS": "11"},
    )
    assert (epochs.settings.train.epochs, epochs.settings.train.minutes) == (11, None)
    assert epochs.origins["train.epochs"] == "BIOMETRY_TRAIN_EPOCHS"


@pytest.mark.parametrize(
    "sources",
    [
        {"flags": {"train.epochs": 5, "train.minutes": 2}},
        {"config": "[train]\nepochs = 5\nminutes = 2\n"},
        {"environment": {"BIOMETRY_TRAIN_EPOCHS": "5", "BIOMETRY_TRAIN_MINUTES": "2"}},
    ],
    ids=["flags", "config", "environment"],
)
def test_two_budgets_from_one_place_conflict(tmp_path: Path, sources: dict[str, Any]) -> None:
    assert "epochs or minutes" in refusal(tmp_path, **sources).what


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("train.epochs", 0),
        ("train.epochs", "many"),
        ("train.minutes", -1),
        ("train.learning_rate", 0),
        ("train.name", "a/b"),
        ("train.name", "latest"),
        ("train.name", ""),
        ("augment.flip", 1.5),
        ("data.task", "detect"),
        ("data.height_px", 8),
        ("predict.spacing_mm", 0),
        ("predict.spacing_mm", "0.1,0.2,0.3"),
        ("predict.spacing_mm", "wide"),
        ("predict.plane_structures", "abdomen"),
        ("predict.plane_structures", {"abdomen": 3}),
        ("export.format", "torchscript"),
        ("device.name", "tpu"),
        ("model.width", 0),
    ],
)
def test_a_bad_value_is_named_with_its_place(tmp_path: Path, key: str, value: object) -> None:
    error = refusal(tmp_path, flags={key: value})
    assert key in error.what
    assert repr(value) in error.what
    assert "from flag" in error.what


@pytest.mark.parametrize(
    ("flags", "fragment"),
    [
        ({"data.height_px": 64}, "together"),
        ({"data.structures": "head,head"}, "different"),
        ({"data.structures": "background,head"}, "background"),
        ({"data.split_shares": (0.7, 0.7, 0.1)}, "add up to 1"),
        ({"data.split_shares": (1.5, -0.5, 0.0)}, "add up to 1"),
    ],
)
def test_values_that_do_not_fit_together_are_refused(
    tmp_path: Path, flags: dict[str, Any], fragment: str
) -> None:
    assert fragment in refusal(tmp_path, flags=flags).what


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    error = refusal(
        tmp_path,
        flags={"train.batch_size": 0},
        environment={"BIOMETRY_DEVICE_NAME": "tpu"},
    )
    assert "train.batch_size" in error.what
    assert "device.name" in error.what
    assert "from BIOMETRY_DEVICE_NAME" in error.what


def test_lists_can_be_written_in_a_variable(tmp_path: Path) -> None:
    settings = resolve(
        tmp_path,
        environment={
            "BIOMETRY_DATA_STRUCTURES": "head, femur",
            "BIOMETRY_DATA_SPLIT_SHARES": "0.8,0.1,0.1",
            "BIOMETRY_PREDICT_SPACING_MM": "0.2,0.3",
            "BIOMETRY_AUGMENT_ENABLED": "false",
        },
    ).settings
    assert settings.data.structures == ("head", "femur")
    assert settings.data.split_shares == (0.8, 0.1, 0.1)
    assert settings.predict.spacing_mm == (0.2, 0.3)
    assert settings.augment.enabled is False


def test_planes_of_each_place_are_laid_over_the_default(tmp_path: Path) -> None:
    resolved = resolve(
        tmp_path,
        local='[predict.plane_structures]\n"Fetal thorax" = "thorax"\nBrain = "skull"\n',
        flags=parse_assignments(
            [
                "predict.plane_structures.trans-cerebellar=head",
                "predict.plane_structures.femur=",
                "predict.plane_structures.brain = head",
            ]
        ),
    )
    planes = resolved.settings.predict.plane_structures
    changed = {"trans-cerebellar": "head", "femur": "", "Fetal thorax": "thorax"}
    assert planes == PLANE_STRUCTURES | changed
    assert resolved.origins["predict.plane_structures"] == "flag"
    assert resolve(tmp_path).settings.predict.plane_structures["femur"] == "femur"


def test_planes_and_models_can_be_written_in_a_variable(tmp_path: Path) -> None:
    settings = resolve(
        tmp_path,
        environment={
            "BIOMETRY_PREDICT_PLANE_STRUCTURES": "Fetal_Femur = thigh, thorax=",
            "BIOMETRY_PREDICT_MORE_WEIGHTS": "a.onnx, b.onnx",
            "BIOMETRY_PREDICT_PLANES": "runs/planes",
        },
    ).settings.predict
    assert settings.plane_structures["Fetal_Femur"] == "thigh"
    assert "fetal femur" not in settings.plane_structures
    assert settings.more_weights == (Path("a.onnx"), Path("b.onnx"))
    assert settings.planes == Path("runs/planes")


@pytest.mark.parametrize("given_as", [0.2, "0.2", [0.2]])
def test_one_spacing_may_be_a_plain_number(tmp_path: Path, given_as: object) -> None:
    resolved = resolve(tmp_path, flags={"predict.spacing_mm": given_as})
    assert resolved.settings.predict.spacing_mm == (0.2,)


def test_assignments_become_values_by_key() -> None:
    values = parse_assignments(["augment.flip=0", "train.name = a=b"])
    assert values == {"augment.flip": "0", "train.name": "a=b"}


@pytest.mark.parametrize("text", ["augment.flip", "flip=0", "augment.flop=0", "=1"])
def test_an_assignment_to_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="does not name a setting") as caught:
        parse_assignments([text])
    assert text in caught.value.what


def test_every_setting_has_a_description() -> None:
    for dotted in known_keys():
        section, _, key = dotted.partition(".")
        field = type(getattr(Settings(), section)).model_fields[key]
        assert field.description, dotted


structure_names = st.lists(
    st.text(min_size=1, max_size=8).filter(lambda name: name != "background"),
    unique=True,
    max_size=3,
)
sides = st.integers(16, 2048)
budgets = st.one_of(
    st.fixed_dictionaries({"train.epochs": st.integers(1, 999)}),
    st.fixed_dictionaries({"train.minutes": st.floats(0.01, 1e4)}),
)
some_settings = st.fixed_dictionaries(
    {
        "data.structures": structure_names.map(tuple),
        "train.learning_rate": st.floats(1e-9, 10),
        "train.seed": st.integers(0, 2**31 - 1),
        "train.runs_folder": st.sampled_from(["runs", "my runs", 'with "quotes"', "C:\\runs"]),
        "augment.enabled": st.booleans(),
        "augment.rotation_deg": st.floats(0, 180),
    },
    optional={
        "data.task": st.sampled_from(["segment", "classify"]),
        "data.split_shares": st.sampled_from([(0.5, 0.25, 0.25), (1.0, 0.0, 0.0)]),
        "predict.plane_structures": st.dictionaries(st.text(max_size=8), st.text(max_size=8)),
        "predict.more_weights": st.just((Path("a.onnx"), Path("b c.onnx"))),
        "predict.spacing_mm": st.lists(st.floats(0.01, 99), min_size=1, max_size=2).map(tuple),
        "model.width": st.floats(0.01, 8),
    },
)


@given(some_settings, budgets, st.none() | st.tuples(sides, sides))
def test_settings_toml_reproduces_the_settings(
    tmp_path_factory: pytest.TempPathFactory,
    values: dict[str, Any],
    budget: dict[str, Any],
    size: tuple[int, int] | None,
) -> None:
    flags = values | budget
    if size is not None:
        flags |= {"data.height_px": size[0], "data.width_px": size[1]}
    settings = resolve_settings(flags, environment={}, folder=Path("/nonexistent")).settings
    written = tmp_path_factory.getbasetemp() / "settings.toml"
    written.write_text(settings_toml(settings), encoding="utf-8")
    assert resolve_settings({}, base=written, environment={}).settings == settings


def test_settings_toml_explains_each_value() -> None:
    text = settings_toml(Settings())
    assert "# " + str(type(Settings().train).model_fields["seed"].description) in text
    # What has no value is left out rather than written as an empty string.
    assert "folder" not in tomllib.loads(text)["data"]
