"""Run folders, the ``latest`` pointer and what ``--weights`` may name."""

from pathlib import Path

import pytest

from biometry_cli.errors import ModelFileError, UsageError
from biometry_cli.runs import RunFolder, find_weights, latest_run, new_run, run_of


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two finished runs; the pointer names the first."""
    folder = tmp_path / "runs"
    for name in ("first", "second"):
        run = new_run(folder, name)
        run.path.mkdir(parents=True)
        run.model.write_bytes(name.encode())
        run.settings.write_text("")
        run.point_latest()
    RunFolder(folder / "first").point_latest()
    return folder


def test_latest_names_the_run_that_was_pointed_to_last(runs: Path) -> None:
    assert latest_run(runs).path == runs / "first"
    RunFolder(runs / "second").point_latest()
    assert latest_run(runs).path == runs / "second"
    assert (runs / "latest").read_text() == "second\n"


@pytest.mark.parametrize("named", [None, "latest", "first", "first/model.safetensors"])
def test_weights_may_be_left_out_or_name_a_pointer_a_run_or_a_file(
    runs: Path, named: str | None
) -> None:
    weights = None if named is None else runs / named
    assert find_weights(weights, runs).read_bytes() == b"first"


def test_the_pointer_moves_with_its_runs_folder(runs: Path) -> None:
    moved = runs.rename(runs.parent / "elsewhere")
    assert find_weights(moved / "latest", Path("runs")) == moved / "first" / "model.safetensors"


def test_a_model_knows_its_run(runs: Path, tmp_path: Path) -> None:
    run = run_of(runs / "first" / "model.safetensors")
    assert run is not None
    assert run.path == runs / "first"
    assert run_of(tmp_path / "copied.safetensors") is None


def test_nothing_trained_yet(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no model has been trained") as caught:
        find_weights(None, tmp_path)
    assert caught.value.where == str(tmp_path / "latest")
    assert "biometry train" in caught.value.mend


def test_a_pointer_to_a_deleted_run_names_it(runs: Path) -> None:
    (runs / "latest").write_text("third\n")
    with pytest.raises(ModelFileError, match="'third', which is gone"):
        find_weights(None, runs)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_damaged_pointer_is_named(runs: Path, content: bytes) -> None:
    (runs / "latest").write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        latest_run(runs)
    assert caught.value.where == str(runs / "latest")


def test_a_run_without_a_model_is_named(runs: Path) -> None:
    (runs / "first" / "model.safetensors").unlink()
    with pytest.raises(ModelFileError, match="holds no model yet") as caught:
        find_weights(runs / "first", runs)
    assert caught.value.where == str(runs / "first")


def test_a_wrong_path_is_named(runs: Path) -> None:
    with pytest.raises(ModelFileError, match="no such model file") as caught:
        find_weights(runs / "frist", runs)
    assert caught.value.where == str(runs / "frist")


def test_a_run_is_never_overwritten(runs: Path) -> None:
    with pytest.raises(UsageError, match="exists already") as caught:
        new_run(runs, "first")
    assert caught.value.where == str(runs / "first")
