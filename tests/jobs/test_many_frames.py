"""A reader of many frames is a file and a line: each frame is answered under its own name."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from biometry_cli.data import frames
from biometry_cli.data.images import Scan
from biometry_cli.jobs.predict import settle
from biometry_cli.sources import resolve_settings
from tests.golden import networks, scenes


def read_pages(content: bytes, _where: Path | str) -> Iterator[Scan]:
    """Every page of a TIFF as a frame, 40 ms apart."""
    with Image.open(io.BytesIO(content)) as image:
        for number, page in enumerate(ImageSequence.Iterator(image)):
            pixels = np.asarray(page.convert("L"), np.float32) / np.float32(255)
            yield Scan(pixels, number=number, time_ms=40.0 * number)


def test_two_pages_are_two_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(frames.READERS, ".tif", f"{__name__}:read_pages")
    networks.write_masks(tmp_path / "masks.onnx")
    first, second = (Image.fromarray(scenes.head(seed).pixels()) for seed in (1, 2))
    clip, single = tmp_path / "clip.tif", tmp_path / "one.png"
    first.save(clip, save_all=True, append_images=[second])
    first.save(single)
    settings = resolve_settings({"predict.weights": tmp_path / "masks.onnx"}, environment={})
    wanted = {"overlay": tmp_path / "out", "csv": tmp_path / "all.csv"}
    job = settle(settings.settings, [str(clip), str(single)], spacing_mm=(0.5, 0.5), wanted=wanted)
    answers = list(job.run())
    assert [each.file for each in answers] == [f"{clip}#0", f"{clip}#1", str(single)]
    pictures = sorted(path.name for path in (tmp_path / "out").glob("*.png"))
    assert pictures == ["clip_0_overlay.png", "clip_1_overlay.png", "one_overlay.png"]
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 4
    inputs = json.loads((tmp_path / "out" / "manifest.json").read_text())["inputs"]
    assert [each["file"] for each in inputs] == [each.file for each in answers]
