"""The run folder: where a training run keeps its files, and how a user's ``--weights`` is found."""

from dataclasses import dataclass
from pathlib import Path

from biometry_cli.errors import ModelFileError, UsageError
from biometry_cli.files import require_file, write_text
from biometry_cli.targets import require_free

LATEST = "latest"


@dataclass(frozen=True)
class RunFolder:
    """Paths inside ``runs/NAME``."""

    path: Path

    @property
    def settings(self) -> Path:
        """The settings as resolved, which reproduce the run."""
        return self.path / "settings.toml"

    @property
    def model(self) -> Path:
        """The best model so far."""
        return self.path / "model.safetensors"

    @property
    def last(self) -> Path:
        """All that a resume needs."""
        return self.path / "last.safetensors"

    @property
    def record(self) -> Path:
        """Who and what the run learns from."""
        return self.path / "run.json"

    @property
    def history(self) -> Path:
        """One line of figures an epoch."""
        return self.path / "history.csv"

    @property
    def curves(self) -> Path:
        """The figures drawn."""
        return self.path / "curves.png"

    def snapshot(self, epoch: int) -> Path:
        """The model file that ``--save-every`` keeps of an epoch."""
        return self.path / f"model-epoch{epoch:04d}.safetensors"

    def evaluation(self, split: str) -> Path:
        """Where ``eval`` writes."""
        return self.path / "eval" / split

    def point_latest(self) -> None:
        """Make ``latest`` beside this folder name it: done when a run has ended."""
        write_text(self.path.parent / LATEST, f"{self.path.name}\n")


def require_pointer(runs_folder: Path) -> None:
    """Raise UsageError where ``latest`` of the runs cannot be written, or is a user's own file."""
    pointer = runs_folder / LATEST
    require_file(pointer)
    require_free(pointer, _is_pointer, "name of a run")


def _is_pointer(path: Path) -> bool:
    return path.stat().st_size < 256 and len(path.read_text(encoding="utf-8").splitlines()) == 1


def latest_run(runs_folder: Path) -> RunFolder:
    """The run that ``runs/latest`` names.

    Raises:
        ModelFileError: nothing has been trained here, or the named run is gone.
    """
    pointer = runs_folder / LATEST
    if not pointer.is_file():
        unfinished = [path.parent for path in runs_folder.glob("*/settings.toml")]
        if unfinished:
            newest = max(unfinished, key=lambda path: _last_worked_s(RunFolder(path)))
            raise ModelFileError(
                "no run has ended here yet",
                where=pointer,
                mend=f"Go on with {newest.name} by `biometry train --resume`, or take it as it is "
                f"by --weights {newest}",
            )
        raise ModelFileError(
            "no model has been trained here yet",
            where=pointer,
            mend="Run `biometry train DATA`, or name a model file by --weights",
        )
    return _named_by(pointer)


def newest_run(runs_folder: Path) -> RunFolder:
    """The run that was last at work, ended or not.

    Raises:
        ModelFileError: nothing has been trained here.
    """
    found = [RunFolder(path.parent) for path in runs_folder.glob("*/settings.toml")]
    if not found:
        return latest_run(runs_folder)  # which says so
    return max(found, key=lambda run: (_last_worked_s(run), run.path.name))


def find_run(runs_folder: Path, name: str | None) -> RunFolder:
    """The run of that name, or the newest. Raises ModelFileError when it has no settings."""
    run = RunFolder(runs_folder / name) if name is not None else newest_run(runs_folder)
    if not run.settings.is_file():
        raise ModelFileError(
            "there is no such run to go on with", where=run.path, mend="Check --name"
        )
    return run


def find_weights(weights: Path | None, runs_folder: Path, *, flag: str = "--weights") -> Path:
    """The model file that ``--weights`` means: a file, a run folder, ``runs/latest`` or nothing.

    ``flag`` is what an error tells the user to check.

    Raises:
        ModelFileError: there is no such model.
    """
    if weights is None:
        return _model_of(latest_run(runs_folder))
    if weights.is_dir():
        return _model_of(RunFolder(weights))
    if weights.name == LATEST and weights.is_file():
        return _model_of(_named_by(weights))
    if not weights.is_file():
        raise ModelFileError(
            "no such model file or run folder", where=weights, mend=f"Check the path of {flag}"
        )
    return weights


def run_of(model: Path) -> RunFolder | None:
    """The run folder that a model file lies in, if it lies in one."""
    run = RunFolder(model.parent)
    return run if run.settings.is_file() else None


def new_run(runs_folder: Path, name: str) -> RunFolder:
    """A run folder that does not exist yet. Raises UsageError when it does."""
    run = RunFolder(runs_folder / name)
    if run.path.exists():
        raise UsageError(
            "this run exists already",
            where=run.path,
            mend="Choose another --name, or go on with it by --resume",
        )
    return run


def _last_worked_s(run: RunFolder) -> float:
    """When the run last wrote something, in seconds since the epoch."""
    return max(file.stat().st_mtime for file in (run.settings, run.last) if file.is_file())


def _named_by(pointer: Path) -> RunFolder:
    name = pointer.read_text(encoding="utf-8", errors="replace").strip()
    run = RunFolder(pointer.parent / name)
    if not name or not run.path.is_dir():
        raise ModelFileError(
            f"names the run {name!r}, which is gone",
            where=pointer,
            mend="Name a run or a model file by --weights",
        )
    return run


def _model_of(run: RunFolder) -> Path:
    if not run.model.is_file():
        raise ModelFileError(
            "this run holds no model yet",
            where=run.path,
            mend="Let `biometry train` finish its first validation, or name another by --weights",
        )
    return run.model
