"""What every reader of a file format must keep; a new one is tested by a class of a few lines."""

import gc
import hashlib
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from biometry_cli.data.frames import (
    READERS,
    Failure,
    Frame,
    Source,
    Spacing,
    parse_frames,
    read_frames,
)
from biometry_cli.errors import DataError

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


def scan(highest: int, size: tuple[int, int] = (23, 31)) -> Pixels:
    """A gray scan that holds 0 and ``highest``, of 8 or 16 bits, and is unlike itself turned."""
    kind = np.uint8 if highest <= 255 else np.uint16
    drawn = np.linspace(0, highest, size[0] * size[1]).reshape(size).round().astype(kind)
    drawn[2:5, 3:9] = highest // 3
    return drawn


# Pillow says so of a torn TIFF, before it refuses it.
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
class ReaderContract:
    """Subclasses name a suffix of the catalog and write such files."""

    suffix: str
    depths: tuple[int, ...] = (255,)
    """Highest values of the gray depths that the format can hold."""
    exact = True
    """Whether it keeps gray values to the last bit."""
    frames = 1
    """In the file that ``write`` leaves."""
    origin: str | None = None
    """Where its own pixel size comes from; None where the format carries none."""

    def write(self, path: Path, pixels: Pixels) -> None:
        """Write a file of ``frames`` frames, each with these pixels."""
        raise NotImplementedError

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / f"scan{self.suffix}"
        self.write(path, scan(self.depths[0]))
        return path

    def read(self, file: Path, spacing: Spacing | None = None) -> list[Frame]:
        frames = []
        for each in read_frames([Source(file, spacing)]):
            assert isinstance(each, Frame), each
            frames.append(each)
        return frames

    def test_frames_are_counted(self, file: Path) -> None:
        frames = self.read(file)
        assert len(frames) == self.frames
        numbers = [None] if self.frames == 1 else list(range(self.frames))
        assert [each.ref.number for each in frames] == numbers
        assert {each.ref.source for each in frames} == {str(file)}
        assert len({str(each.ref) for each in frames}) == self.frames

    def test_every_depth_becomes_gray_from_0_to_1(self, tmp_path: Path) -> None:
        for highest in self.depths:
            path = tmp_path / f"{highest}{self.suffix}"
            drawn = scan(highest)
            self.write(path, drawn)
            for frame in self.read(path):
                assert frame.pixels.dtype == np.float32
                assert frame.pixels.shape == drawn.shape
                np.testing.assert_allclose(
                    frame.pixels, drawn / highest, atol=1e-6 if self.exact else 0.04
                )

    def test_the_hash_is_of_the_bytes(self, file: Path) -> None:
        content = file.read_bytes()
        for frame in self.read(file):
            assert frame.sha256 == hashlib.sha256(content).hexdigest()
            assert frame.size_bytes == len(content)

    def test_bytes_from_anywhere_read_alike(self, file: Path) -> None:
        parsed = list(parse_frames(file.read_bytes(), f"elsewhere/{file.name}"))
        for here, there in zip(self.read(file), parsed, strict=True):
            np.testing.assert_array_equal(here.pixels, there.pixels)
            assert (here.sha256, here.ref.number) == (there.sha256, there.ref.number)

    def test_a_spacing_says_where_it_comes_from(self, file: Path) -> None:
        for frame in self.read(file):
            assert (frame.spacing and frame.spacing.origin) == self.origin
        given = Spacing(0.3, 0.4, origin="a table")
        assert {each.spacing for each in self.read(file, given)} == {given}

    def test_nothing_stays_open(self, file: Path) -> None:
        torn = file.with_stem("torn")
        torn.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        with warnings.catch_warnings(record=True) as noted:
            warnings.simplefilter("always", ResourceWarning)
            self.read(file)
            list(read_frames([Source(torn)]))
            gc.collect()
        assert [str(each.message) for each in noted] == []

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
    def test_what_is_cut_off_is_refused(self, share: float, file: Path) -> None:
        content = file.read_bytes()
        torn = file.with_stem("torn")
        torn.write_bytes(content[: int(share * len(content))])
        (failure,) = read_frames([Source(torn)])
        assert isinstance(failure, Failure)
        assert isinstance(failure.error, DataError)
        assert failure.file == torn
        assert str(torn) in failure.error.paragraph()

    def test_a_bad_file_keeps_its_place(self, file: Path) -> None:
        missing = file.with_stem("missing")
        answers = list(read_frames([Source(file), Source(missing), Source(file)]))
        kinds = [type(each) for each in answers]
        assert kinds == [Frame] * self.frames + [Failure] + [Frame] * self.frames

    def test_the_suffix_may_be_in_capitals(self, file: Path) -> None:
        assert self.suffix in READERS
        loud = file.rename(file.with_suffix(self.suffix.upper()))
        assert len(self.read(loud)) == self.frames
