"""One training run from settings to a model file: settle data and network, then loop."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader

from biometry_cli.bundle import ModelCard, ModelSpec, TrainingSummary, make_card, write_model
from biometry_cli.cores import usable_threads
from biometry_cli.data.check import DataReport
from biometry_cli.data.dataset import BalancedOrder, EpochOrder, Target, TrainingData
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.layout import Dataset
from biometry_cli.data.membership import Membership
from biometry_cli.data.membership import membership as membership_of
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.evaluation.calibrate import divide_validation
from biometry_cli.evaluation.evaluate import evaluate, score_name, score_of
from biometry_cli.evaluation.flat import flat_metrics
from biometry_cli.files import make_folder, remove_leftovers, write_text
from biometry_cli.inference.backends import (
    TorchBackend,
    choose_device,
    choose_precision,
    set_threads,
)
from biometry_cli.inference.predictor import Predictor
from biometry_cli.learned import warnings_of
from biometry_cli.models.catalog import build, entry
from biometry_cli.report.history import write_history
from biometry_cli.results.figures import PROBABILITY_FIGURES
from biometry_cli.runs import RunFolder, new_run
from biometry_cli.settings import Settings, TrainSettings
from biometry_cli.sources import settings_toml
from biometry_cli.training.average import AveragedNetwork
from biometry_cli.training.calibration import calibrate_model
from biometry_cli.training.checkpoint import Progress, load_checkpoint, save_checkpoint
from biometry_cli.training.loop import Learner, train_loop
from biometry_cli.training.losses import loss_of
from biometry_cli.training.resume import (
    RunData,
    continued,
    read_run_data,
    require_same_labels,
    write_run_data,
)
from biometry_cli.training.schedule import Budget
from biometry_cli.training.threads import ThreadTuner, candidates
from biometry_cli.watch import Watcher


@dataclass(frozen=True)
class TrainedRun:
    """A finished run: where it lies, how it went, what the model file says."""

    run: RunFolder
    progress: Progress
    card: ModelCard

    def facts(self) -> list[tuple[str, str]]:
        """Lines for a table."""
        score = self.progress.best_score
        lines = [
            ("run", str(self.run.path)),
            ("epochs", str(self.progress.epoch)),
            ("time", f"{self.progress.elapsed_s / 60:.1f} min"),
            ("best epoch", str(self.progress.best_epoch)),
        ]
        if score is not None:
            lines.append((f"validation {score_name(self.card.task)}", f"{score:.4f}"))
        lines += [
            ("beware", " ".join(warnings_of(self.card))),
            ("model", str(self.run.model)),
            ("history", f"{self.run.history}, {self.run.curves.name}"),
        ]
        return lines


def train_checked(
    settings: Settings,
    dataset: Dataset,
    report: DataReport,
    watcher: Watcher,
    resume: RunFolder | None = None,
) -> TrainedRun:
    """Train on data that has been checked.

    Args:
        settings: settled: data, model and input size are named.
        dataset, report: the data and its check.
        watcher: told of what happens.
        resume: the run to go on with; a new run when None.

    Raises:
        UsageError: a device that this machine lacks, or an unwritable folder.
        TrainingError: the loss is not a finite number.
    """
    device = choose_device(settings.device.name)
    set_threads(settings.device.threads)
    going_on = resume is not None and resume.last.is_file()
    # A network that cannot be built must leave no run behind.
    network = _network(settings, dataset.labels, going_on, watcher)
    run = resume or _begin(settings)
    remove_leftovers(run.path)
    membership = _remember(run, dataset, report, watcher)
    parts = _Run(settings, dataset, report, run, network, device, watcher, membership)
    trained = parts.train(resume is not None)
    run.point_latest()
    return trained


def _remember(run: RunFolder, dataset: Dataset, report: DataReport, watcher: Watcher) -> Membership:
    """Keep who is learned from in the run folder, with all that earlier sittings learned from."""
    subjects = {split: [s.subject for s in samples] for split, samples in dataset.splits.items()}
    before = read_run_data(run)
    if before is None:
        who = membership_of(subjects, report.keys)
    else:
        require_same_labels(dataset.labels, dataset.declared, before)
        who, notes = continued(before.membership, subjects, report.keys)
        for note in notes:
            watcher.note(note)
    write_run_data(run, RunData(labels=dataset.labels, declared=dataset.declared, membership=who))
    return who


def default_workers(device: str, cores: int) -> int:
    """Loading processes that suit a machine.

    On a processor the network itself uses every core: with two, a loading process slowed training
    from 58 to 47 images a second, so there is none before there are cores to spare.
    """
    if device == "cuda":
        return max(1, min(8, cores - 1))
    return min(2, max(0, (cores - 2) // 2))


def _begin(settings: Settings) -> RunFolder:
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    name = settings.train.name or f"{stamp}-{settings.model.name}"
    run = new_run(settings.train.runs_folder, name)
    make_folder(run.path)
    unnamed = settings.train.model_copy(update={"name": None})
    write_text(run.settings, settings_toml(settings.model_copy(update={"train": unnamed})))
    return run


def _network(
    settings: Settings, labels: LabelSchema, going_on: bool, watcher: Watcher
) -> nn.Module:
    """The network as the seed makes it; a run that goes on brings its own weights."""
    data, model = settings.data, settings.model
    assert data.height_px is not None
    assert data.width_px is not None
    assert model.name is not None
    pretrained = model.pretrained and not going_on
    if pretrained:
        watcher.note(f"fetching pretrained weights of {model.name} by timm")
    torch.manual_seed(settings.train.seed)
    return build(
        model.name,
        outputs=labels.outputs(dense=entry(model.name).dense),
        height_px=data.height_px,
        width_px=data.width_px,
        width=model.width,
        pretrained=pretrained,
    )


def _budget_text(settings: TrainSettings) -> str:
    if settings.minutes is not None:
        return f"{settings.minutes:g} minutes"
    return f"{settings.epochs} epochs"


class _Run:
    """The parts of one run, put together from settled settings."""

    def __init__(
        self,
        settings: Settings,
        dataset: Dataset,
        report: DataReport,
        run: RunFolder,
        network: nn.Module,
        device: str,
        watcher: Watcher,
        membership: Membership,
    ) -> None:
        self.settings, self.dataset, self.report = settings, dataset, report
        self.run, self.device, self.watcher = run, device, watcher
        self.membership = membership
        data, model = settings.data, settings.model
        assert data.height_px is not None
        assert data.width_px is not None
        assert model.name is not None
        self.preprocess = Preprocess(
            height_px=data.height_px, width_px=data.width_px, normalisation=data.normalisation
        )
        self.spec = ModelSpec(name=model.name, width=model.width)
        # The rest of the validation subjects stays unseen until the model is calibrated.
        choosing, _, _ = divide_validation(dataset.split("val"), settings.train.seed)
        self.choosing = replace(dataset, splits={**dataset.splits, "val": choosing})
        self.learner = self._learner(network.to(memory_format=torch.channels_last))

    def train(self, resumed: bool) -> TrainedRun:
        """Loop until the budget is spent; the best model so far is always on disk."""
        settings = self.settings.train
        learner, progress = self.learner, Progress()
        live = learner.accelerator.unwrap_model(learner.network)
        if resumed and self.run.last.is_file():
            progress = load_checkpoint(
                self.run.last, live, learner.average.network, learner.optimizer
            )
            self.watcher.note(f"resuming after epoch {progress.epoch}")
        self._note_start()
        budget = Budget(settings.epochs, settings.minutes, spent_s=progress.elapsed_s)
        # A finished run may be given a larger budget; then there is more to do.
        progress.finished = progress.finished and budget.progress(progress.epoch) >= 1
        if progress.finished:
            self.watcher.note(
                f"nothing is left to do: the run has had its budget of {_budget_text(settings)}; "
                "a larger one by --epochs or --minutes goes on"
            )

        def save(progress: Progress, best: bool) -> None:
            if best:
                self._write_model(self.run.model, progress)
            every = settings.save_every
            if every and progress.epoch % every == 0:
                self._write_model(self.run.snapshot(progress.epoch), progress)
            save_checkpoint(
                self.run.last, live, learner.average.network, learner.optimizer, progress
            )
            write_history(self.run.history, self.run.curves, progress.history)

        train_loop(
            learner,
            settings,
            budget,
            progress,
            validate=self._validate,
            save=save,
            watcher=self.watcher,
        )
        card = calibrate_model(self.run.model, self.dataset, settings, self.device, self.watcher)
        return TrainedRun(self.run, progress, card)

    def _learner(self, network: nn.Module) -> Learner:
        settings = self.settings.train
        data = TrainingData(
            self.dataset.split("train"),
            self.dataset,
            self.preprocess,
            self.settings.augment,
            seed=settings.seed,
            cache_mb=self.settings.data.cache_mb,
        )
        self.watcher.phase("preparing images", len(data))
        for _ in data.warm():
            self.watcher.advance()
        order = EpochOrder(len(data), settings.batch_size, settings.seed)
        if settings.sampling == "balanced":
            order = BalancedOrder(data.classes(), settings.batch_size, settings.seed)
        workers = self.settings.data.workers
        if workers is None:
            workers = default_workers(self.device, usable_threads())
        loader: DataLoader[tuple[torch.Tensor, Target]] = DataLoader(
            data,
            batch_sampler=order,
            num_workers=workers,
            persistent_workers=workers > 0,
            pin_memory=self.device == "cuda",
        )
        optimizer = torch.optim.AdamW(
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        precision = choose_precision(self.settings.device.precision, self.device)
        accelerator = Accelerator(cpu=self.device == "cpu", mixed_precision=precision)
        average = AveragedNetwork(network.to(accelerator.device), settings.ema_decay)
        # accelerate's prepare() is typed to return anything, in the order given.
        network, optimizer, loader = accelerator.prepare(network, optimizer, loader)
        shares = self.report.splits["train"].class_shares
        loss = loss_of(
            settings,
            self.dataset.labels,
            [shares.get(name, 0.0) for name in self.dataset.labels.classes],
            dense=entry(self.spec.name).dense,
            size=(self.preprocess.height_px, self.preprocess.width_px),
        ).to(accelerator.device)
        tuner = ThreadTuner(self._threads(), torch.set_num_threads)
        return Learner(accelerator, network, average, optimizer, loss, loader, order, tuner)

    def _threads(self) -> tuple[int, ...]:
        """Numbers of threads to choose from: as set, or on a processor whatever runs fastest."""
        wanted = self.settings.device.threads
        if wanted is not None:
            return (wanted,)
        return candidates(usable_threads()) if self.device == "cpu" else (usable_threads(),)

    def _validate(self, network: nn.Module) -> tuple[float, dict[str, float | None]]:
        predictor = Predictor(
            self._card(Progress()), TorchBackend(network, self.device), name=self.spec.name
        )
        result = evaluate(predictor, self.choosing, "val", distances=False)
        # Before the temperature is known, what probabilities are worth says nothing yet.
        unknown = {kind.name() for kind in PROBABILITY_FIGURES}
        figures = {k: v for k, v in flat_metrics(result).items() if k not in unknown}
        return score_of(result), figures

    def _card(self, progress: Progress) -> ModelCard:
        rows = [row for row in progress.history if row["epoch"] == progress.best_epoch]
        figures = {key: row[key] for row in rows for key in row if key.startswith("val_")}
        return make_card(
            self.settings,
            labels=self.dataset.labels,
            preprocess=self.preprocess,
            model=self.spec,
            training=TrainingSummary(
                data=self.dataset.root.resolve().name,
                images={split: each.images for split, each in self.report.splits.items()},
                subjects={split: each.subjects for split, each in self.report.splits.items()},
                seed=self.settings.train.seed,
                split_shares=self.settings.data.split_shares,
                epoch=progress.best_epoch,
                minutes=round(progress.elapsed_s / 60, 2),
                validation=figures,
                membership=self.membership,
                finished=False,
            ),
        )

    def _write_model(self, path: Path, progress: Progress) -> None:
        write_model(path, self._card(progress), self.learner.average.network.state_dict())

    def _note_start(self) -> None:
        learned = sum(p.numel() for p in self.learner.network.parameters())
        precision = self.learner.accelerator.mixed_precision
        self.watcher.note(
            f"training {self.spec.name} ({learned:,} parameters) at {self.preprocess.width_px} x "
            f"{self.preprocess.height_px} px on {self.device}"
            + (f" in {precision}" if precision != "no" else "")
        )
