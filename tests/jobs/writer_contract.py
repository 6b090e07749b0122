"""What every output of ``predict`` must keep; a new writer is tested by a class of four lines."""

from pathlib import Path

import pytest

from biometry_cli.errors import UsageError
from biometry_cli.jobs.predict import ExamPlan, PredictionJob, settle
from biometry_cli.jobs.writers.catalog import WRITERS
from biometry_cli.results.prediction import FailedFile
from biometry_cli.settings import PredictSettings, Settings
from tests.golden import networks, scenes

GOOD = ("head", "femur", "head_small", "nothing")
"""Scans of the golden ones, in the order of their answers; a broken file is the second."""


@pytest.fixture(scope="session")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some scans, one that cannot be read, and ``masks.onnx``. Never change the folder."""
    folder = tmp_path_factory.mktemp("writers")
    scenes.write_scans(folder, {name: scenes.MASKS[name] for name in GOOD})
    (folder / "broken.png").write_bytes(b"")
    networks.write_masks(folder / "masks.onnx")
    return folder


class WriterContract:
    """Subclasses name an entry of the catalog, and read what it wrote."""

    name: str
    """The entry."""
    target = "out"
    """File or folder below the test's own."""
    answered: tuple[str, ...] = GOOD
    """Stems of the scans that have an entry in the output."""

    def entries(self, target: Path) -> list[str]:
        """Stems of the scans in the output, in order."""
        raise NotImplementedError

    def names_failed(self, target: Path, remarks: list[str]) -> bool:
        """Whether a reader learns that ``broken.png`` has no answer."""
        raise NotImplementedError

    def job(self, scans: Path, target: Path, plan: ExamPlan | None = None) -> PredictionJob:
        files = [scans / f"{name}.png" for name in GOOD]
        files.insert(1, scans / "broken.png")
        settings = Settings(predict=PredictSettings(weights=scans / "masks.onnx", batch_size=1))
        return settle(settings, [str(file) for file in files], wanted={self.name: target},
                      plan=plan)  # fmt: skip

    def files(self, folder: Path) -> dict[str, bytes]:
        """Everything below the test's own folder."""
        return {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in folder.rglob("*")
            if file.is_file()
        }

    def test_one_entry_an_answer(self, scans: Path, tmp_path: Path) -> None:
        target = tmp_path / self.target
        job = self.job(scans, target)
        answers = list(job.run())
        assert len(answers) == len(GOOD) + 1
        assert isinstance(answers[1], FailedFile)
        assert self.entries(target) == list(self.answered)
        assert self.names_failed(target, job.remarks)

    def test_exams_too(self, scans: Path, tmp_path: Path) -> None:
        target = tmp_path / self.target
        (result,) = self.job(scans, target, ExamPlan()).exams()
        assert len(result.images) == len(GOOD) + 1
        assert self.entries(target) == list(self.answered)

    @pytest.mark.parametrize("after", [0, 1, 3])
    def test_an_error_leaves_whole_files_or_none(
        self, after: int, scans: Path, tmp_path: Path
    ) -> None:
        target = tmp_path / self.target
        in_folder = WRITERS[self.name].into == "folder"
        if not in_folder:
            list(self.job(scans, target).run())
        earlier = self.files(tmp_path)
        answers = self.job(scans, target).run()
        for _ in range(after):
            next(answers)
        if after:
            with pytest.raises(RuntimeError, match="on the way"):
                answers.throw(RuntimeError("on the way"))  # type: ignore[attr-defined]
        else:
            answers.close()  # type: ignore[attr-defined]
        if in_folder:
            # What was answered is there and whole; nothing else, and no manifest of it.
            assert len(self.files(tmp_path)) == len(self.entries(target)) <= after
        else:
            assert self.files(tmp_path) == earlier != {}

    def test_a_file_of_somebody_else_is_refused_at_once_and_stays(
        self, scans: Path, tmp_path: Path
    ) -> None:
        target = tmp_path / self.target
        list(self.job(scans, target).run())
        # A second run replaces what the first wrote.
        list(self.job(scans, target).run())
        written = [path for path in self.files(tmp_path) if not path.endswith("manifest.json")]
        own = tmp_path / written[-1]
        for content in (b"a user's own\n", (scans / "femur.png").read_bytes()):
            own.write_bytes(content)
            with pytest.raises(UsageError, match="as biometry wrote it") as caught:
                self.job(scans, target)
            assert caught.value.where == str(own)
            assert own.read_bytes() == content
        own.write_bytes(b"")  # holds nothing that could be lost
        list(self.job(scans, target).run())
        assert self.entries(target) == list(self.answered)

    def test_a_link_stays_and_what_it_leads_to_is_replaced(
        self, scans: Path, tmp_path: Path
    ) -> None:
        real, link = tmp_path / "real", tmp_path / "link"
        real.mkdir()
        target = link / self.target
        link.symlink_to(real)
        if WRITERS[self.name].into == "file":
            target.symlink_to(real / f"far_{self.target}")  # which is not there yet
        list(self.job(scans, target).run())
        assert link.is_symlink()
        assert self.entries(target) == list(self.answered)
        if WRITERS[self.name].into == "file":
            assert target.is_symlink()
            assert (real / f"far_{self.target}").stat().st_size > 0

    def test_a_target_that_cannot_be_written_is_refused_at_once(
        self, scans: Path, tmp_path: Path
    ) -> None:
        target = tmp_path / self.target
        if WRITERS[self.name].into == "folder":
            target.write_text("a file\n")
        else:
            target.mkdir()
        with pytest.raises(UsageError):
            self.job(scans, target)
