"""``train``: all that can be refused is refused first, without loading torch; then the run."""

from typing import TYPE_CHECKING

from biometry_cli.bundle import file_hash, library_versions
from biometry_cli.data.check import DataReport, check_dataset, require_sound
from biometry_cli.data.layout import Dataset, read_dataset
from biometry_cli.errors import UsageError, require_torch
from biometry_cli.files import require_writable
from biometry_cli.jobs.provenance import model_facts
from biometry_cli.models.catalog import (
    choose_model,
    entry,
    input_size,
    require_model,
    require_size,
    require_width,
)
from biometry_cli.report.manifest import MANIFEST_FILE, write_manifest
from biometry_cli.runs import RunFolder, new_run, require_pointer
from biometry_cli.settings import Settings
from biometry_cli.sources import resolve_settings
from biometry_cli.training.resume import read_run_data, require_same_settings
from biometry_cli.training.sampling import require_sampling, settle_sampling
from biometry_cli.watch import Watcher

if TYPE_CHECKING:
    from biometry_cli.training.run import TrainedRun


def train(settings: Settings, watcher: Watcher, resume: RunFolder | None = None) -> "TrainedRun":
    """Train a model and leave it in a run folder.

    Args:
        settings: as resolved; ``data.folder`` must be set.
        watcher: told of what happens.
        resume: the run to go on with; a new run when None.

    Raises:
        UsageError: settings that do not fit each other or the machine, or an unwritable folder.
        DataError: data that cannot be learned from.
        TrainingError: the loss is not a finite number.
    """
    require_torch()
    if settings.data.folder is None:
        raise UsageError(
            "no data folder is named", mend="Call `biometry train DATA`, or set data.folder"
        )
    require_model(settings.model.name, pretrained=settings.model.pretrained)
    if resume is None and settings.train.name is not None:
        new_run(settings.train.runs_folder, settings.train.name)
    require_writable(settings.train.runs_folder)
    require_pointer(settings.train.runs_folder)
    before = None if resume is None else read_run_data(resume)

    dataset = read_dataset(
        settings.data.folder,
        task=settings.data.task,
        structures=settings.data.structures,
        seed=settings.train.seed,
        split_shares=settings.data.split_shares,
        members=None if before is None else before.membership,
    )
    for note in dataset.notes:
        watcher.note(note)
    # The model must fit the task, and both splits be there, before every file is read.
    name = choose_model(settings.model.name, dataset.labels.task)
    require_width(name, settings.model.width)
    require_sampling(settings.train, dataset.labels.task)
    dataset.split("train")
    dataset.split("val")
    watcher.phase("checking images", sum(len(each) for each in dataset.splits.values()))
    report = check_dataset(dataset, watcher.advance)
    require_sound(report)

    from biometry_cli.training.run import train_checked

    settled = settle(settings, dataset, report)
    if resume is not None:
        require_same_settings(settled, run_settings(resume))
    trained = train_checked(settled, dataset, report, watcher, resume)
    _write_manifest(trained, dataset, settled)
    return trained


def run_settings(run: RunFolder) -> Settings:
    """The settings that a run was begun with. Raises UsageError where they cannot be read."""
    return resolve_settings({}, base=run.settings, environment={}).settings


def _write_manifest(trained: "TrainedRun", dataset: Dataset, settings: Settings) -> None:
    run = trained.run
    name = f"{trained.card.model.name}:{file_hash(run.model)}"
    files = [run.model, run.last, run.history, run.curves, run.settings]
    write_manifest(
        run.path / MANIFEST_FILE,
        command="biometry train",
        model=model_facts(trained.card, name),
        inputs=[dataset.root],
        outputs=[file for file in files if file.is_file()],
        settings=settings.model_dump(mode="json", exclude_none=True),
        versions=library_versions(),
    )


def settle(settings: Settings, dataset: Dataset, report: DataReport) -> Settings:
    """Fill in what follows from the data, so that the written settings reproduce the run.

    Raises:
        UsageError: a model that does not answer the data's task, or an input too small for it.
    """
    name = choose_model(settings.model.name, dataset.labels.task)
    height_px, width_px = settings.data.height_px, settings.data.width_px
    if height_px is None or width_px is None:
        width, height = report.splits["train"].most_common_size()
        height_px, width_px = input_size(name, width / height)
    require_size(name, height_px, width_px)
    data = settings.data.model_copy(
        update={
            "folder": dataset.root.resolve(),
            "task": dataset.labels.task,
            "structures": dataset.labels.structures or settings.data.structures,
            "height_px": height_px,
            "width_px": width_px,
        }
    )
    filters = settings.model.width
    if filters is None and not entry(name).fixed_size:
        filters = entry(name).default_width
    model = settings.model.model_copy(update={"name": name, "width": filters})
    shares = report.splits["train"].class_shares
    learning = settle_sampling(settings.train, dataset.labels.task, shares)
    return settings.model_copy(update={"data": data, "model": model, "train": learning})
