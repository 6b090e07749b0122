"""Pictures that ``predict`` draws into a folder: overlays, sheets of exams, masks."""

import re
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from biometry_cli.errors import UsageError
from biometry_cli.files import make_folder, replacing, require_writable
from biometry_cli.inference.reading import Reading
from biometry_cli.jobs.models import Models
from biometry_cli.jobs.scans import scan_of
from biometry_cli.jobs.writers.writer import Answered, Answering, Examined, Writer
from biometry_cli.marks import is_our_png, mark_png
from biometry_cli.report.manifest import is_listed
from biometry_cli.report.picture.exam_sheet import draw_exam_sheet
from biometry_cli.report.picture.overlay import draw_overlay, mask_image
from biometry_cli.targets import require_free


class PictureWriter(Writer):
    """Base of those that write pictures into a folder."""

    @classmethod
    def require_target(cls, target: Path) -> None:
        """As for any folder: it must be writable."""
        require_writable(target)

    @classmethod
    def is_ours(cls, path: Path) -> bool:
        """By its mark, or by the manifest of a version that drew none."""
        return is_our_png(path) or is_listed(path)

    def planned(self) -> Iterator[Path]:
        """A picture of each image."""
        yield from (self.target / f"{stem}_{self.kind}.png" for stem in self.answering.stems)

    def __enter__(self) -> "PictureWriter":
        make_folder(self.target)
        return self

    def save(self, picture: Image.Image, stem: str, kind: str | None = None) -> None:
        """Write one picture into the folder. Raises UsageError where that fails."""
        kind = kind or self.kind
        path = self.target / f"{stem}_{kind}.png"
        require_free(path, self.is_ours, kind)  # not all names were known before
        with replacing(path) as temporary:
            picture.save(temporary)
            mark_png(temporary, kind)
        self.written.append(path)


class OverlayWriter(PictureWriter):
    """``STEM_overlay.png`` of each image, and ``NAME_exam.png`` of each exam."""

    kind = "overlay"

    def __init__(self, target: Path, answering: Answering) -> None:
        super().__init__(target, answering)
        self._sheets: set[str] = set()

    def add(self, answered: Answered) -> None:
        """Draw one image; one that could not be read has no picture."""
        if isinstance(answered.reading, Reading):
            self.save(draw_overlay(scan_of(answered.reading)), answered.stem)

    def add_exam(self, examined: Examined) -> None:
        """Draw an exam's images on one sheet."""
        if examined.readings:
            sheet = draw_exam_sheet(list(map(scan_of, examined.readings)), examined.exam)
            self.save(sheet, self.sheet_name(examined.exam.name), "exam")

    def planned(self) -> Iterator[Path]:
        """A picture of each image and of each exam."""
        yield from super().planned()
        names = OverlayWriter(self.target, self.answering)  # which are given out once
        for exam in self.answering.exams or ():
            yield self.target / f"{names.sheet_name(exam)}_exam.png"

    def sheet_name(self, exam: str) -> str:
        """A file's name for an exam: signs that paths dislike give way, and no two are equal."""
        plain = re.sub(r"[^\w.-]+", "_", exam)
        name, number = plain, 2
        # Without regard to case, as some file systems look at names.
        while name.casefold() in self._sheets:
            name, number = f"{plain}_{number}", number + 1
        self._sheets.add(name.casefold())
        return name


class MaskWriter(PictureWriter):
    """``STEM_mask.png``, class indices, of each image."""

    kind = "mask"

    @classmethod
    def require_models(cls, models: Models) -> None:
        """One of the models must give masks."""
        labels = [each.card.labels for each in models.answering]
        if not any(each.segments for each in labels):
            names = " and ".join(each.name for each in models.answering)
            raise UsageError(
                f"--masks needs a model that gives masks, and {names} was trained for the task "
                f"{labels[0].task}",
                mend="Leave --masks out, or name another model by --weights",
            )

    def add(self, answered: Answered) -> None:
        """Write the mask of one image, where its model gave one."""
        reading = answered.reading
        if isinstance(reading, Reading) and reading.masks is not None:
            self.save(mask_image(reading.masks.mask), answered.stem)
