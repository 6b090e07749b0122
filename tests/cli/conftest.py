"""The installed command as a process, and a small trained model to run it on."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from biometry_cli.data.phantom.dataset import write_segmentation_dataset

COMMAND = Path(sys.executable).parent / "biometry"


@dataclass(frozen=True)
class Ran:
    """A finished command."""

    returncode: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        """Standard output as one JSON value."""
        return json.loads(self.stdout)

    def json_lines(self) -> list[Any]:
        """Standard output as one JSON value a line."""
        return [json.loads(line) for line in self.stdout.splitlines()]


Run = Callable[..., Ran]


def environment(**changes: str) -> dict[str, str]:
    """This process's environment without settings, with one thread a command."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BIOMETRY_")}
    return kept | {"OMP_NUM_THREADS": "1", "COLUMNS": "100"} | changes


@pytest.fixture(scope="session")
def biometry() -> Run:
    """Run the installed command: ``biometry("train", "data", cwd=folder, input="", env={})``."""

    def run(
        *arguments: str,
        cwd: Path,
        input: str = "",
        env: dict[str, str] | None = None,
    ) -> Ran:
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=cwd,
            input=input,
            env=environment(**(env or {})),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all test processes of this session."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def segmentation_folder(shared_folder: Path, biometry: Run) -> Path:
    """A folder with drawn ``data/`` and a ``model.safetensors`` trained on it for a moment.

    The model was calibrated on more validation images than ``data/`` has. Never change the
    folder: copy it.
    """
    folder = shared_folder / "segmentation"
    with FileLock(f"{folder}.lock"):
        if not (folder / "model.safetensors").is_file():
            write_segmentation_dataset(folder / "data", train=24, val=6, test=6, seed=1)
            # The same training images: each image is keyed by seed, split and number.
            write_segmentation_dataset(folder / "wide", train=24, val=66, test=0, seed=1)
            done = biometry(
                "train", str(folder / "wide"), "--epochs", "7", "--width", "0.5",
                "--batch-size", "2", "--name", "small", "--set", "train.validate_every=7",
                "--runs-folder", str(shared_folder / "runs"), cwd=folder,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            model = shared_folder / "runs" / "small" / "model.safetensors"
            model.rename(folder / "model.safetensors")
    return folder


# A white square in the corner (rows, columns) of a scan says what its plane is to be called, so
# that any scan can be any plane, and the smallest classifier tells them in seconds.
MARKS = {
    "trans-thalamic": None,
    "abdomen": (slice(4, 40), slice(4, 40)),
    "thorax": (slice(4, 40), slice(-40, -4)),
    "trans-cerebellar": (slice(-40, -4), slice(4, 40)),
}


@pytest.fixture(scope="session")
def planes_folder(shared_folder: Path, segmentation_folder: Path, biometry: Run) -> Path:
    """A folder with ``planes.safetensors``, which knows marked planes, and the measuring model.

    ``planes/test/images`` holds every scan of the measuring data's test split once as each plane,
    ``NNNN_STRUCTURE-PLANE.png``, and ``planes/test/spacing.csv`` their pixel sizes. Never change
    the folder: copy it.
    """
    folder = shared_folder / "marked"
    with FileLock(f"{folder}.lock"):
        if not (folder / "planes.safetensors").is_file():
            for split in ("train", "val", "test"):
                _mark(segmentation_folder / "data" / split, folder / "planes" / split)
            done = biometry(
                "train", str(folder / "planes"), "--epochs", "6", "--name", "planes",
                "--model", "biometry-cnn", "--set", "augment.enabled=false",
                "--set", "train.validate_every=6",
                "--runs-folder", str(shared_folder / "runs-planes"), cwd=folder,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            model = segmentation_folder / "model.safetensors"
            (folder / "model.safetensors").write_bytes(model.read_bytes())
            trained = shared_folder / "runs-planes" / "planes" / "model.safetensors"
            trained.rename(folder / "planes.safetensors")
    return folder


def _mark(source: Path, target: Path) -> None:
    (target / "images").mkdir(parents=True)
    sizes = dict(
        line.split(",")[:2] for line in (source / "spacing.csv").read_text().splitlines()[1:]
    )
    labels, spacing = ["filename,label"], ["filename,pixel_size_mm"]
    for path in sorted((source / "images").iterdir()):
        for plane, corner in MARKS.items():
            with Image.open(path) as scan:
                pixels = np.array(scan)
            if corner is not None:
                pixels[corner] = 255
            name = f"{path.stem}-{plane}.png"
            Image.fromarray(pixels).save(target / "images" / name)
            labels.append(f"{name},{plane}")
            spacing.append(f"{name},{sizes[path.name]}")
    (target / "labels.csv").write_text("\n".join(labels) + "\n")
    (target / "spacing.csv").write_text("\n".join(spacing) + "\n")
