"""Pictures as a person sees them, through the installed command: turned, negative, in 12 bits."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.golden import networks, scenes
from tests.reading import csv_rows


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """``head.png`` of the golden scans in many files that show the same."""
    folder = tmp_path_factory.mktemp("shown")
    scenes.write_scans(folder, {"head": scenes.MASKS["head"]})
    networks.write_masks(folder / "exact.onnx")
    with Image.open(folder / "head.png") as scan:
        gray = np.array(scan.convert("L"))
    for orientation, turned in ((3, gray[::-1, ::-1]), (6, gray.T[::-1])):
        exif = Image.Exif()
        exif[274] = orientation
        shown = Image.fromarray(np.ascontiguousarray(turned))
        shown.save(folder / f"turned{orientation}.png", exif=exif)
    twelve = np.round(gray / 255 * 4095).astype(np.uint16)
    Image.fromarray(twelve).save(folder / "twelve.png")
    Image.fromarray(4095 - twelve).save(folder / "negative.tif", tiffinfo={262: 0})
    names = ["turned3.png", "turned6.png", "twelve.png", "negative.tif"]
    (mm,) = [row["pixel_size_row_mm"] for row in csv_rows(folder / "spacing.csv")]
    with (folder / "spacing.csv").open("a") as table:
        table.writelines(f"{name},{mm},{mm}\n" for name in names)
    return folder, names


def test_every_file_that_shows_the_same_measures_the_same(biometry, scans, tmp_path):
    folder, names = scans
    call = ("--weights", "exact.onnx", "--json", "--masks", "--out", str(tmp_path))
    done = biometry("predict", "head.png", *names, *call, cwd=folder)
    assert done.returncode == 0, done.stderr
    first, *others = (json.loads(line) for line in done.stdout.splitlines())
    sizes = {each["name"]: each["value"] for each in first["measurements"]}
    assert sizes["HC"] > 50
    with Image.open(tmp_path / "head_mask.png") as mask:
        expected = np.array(mask)
    for answer in others:
        got = {each["name"]: each["value"] for each in answer["measurements"]}
        assert got == pytest.approx(sizes, rel=2e-3), answer["file"]
        with Image.open(tmp_path / f"{answer['file'].partition('.')[0]}_mask.png") as mask:
            assert (np.array(mask) == expected).mean() > 0.995
        assert answer["notes"], "how the file was understood"
    assert "4095 was taken as white" in others[2]["notes"][0]


@pytest.mark.parametrize("orientation", [3, 6])
def test_masks_of_what_is_seen_fit_what_is_read(biometry, folder, tmp_path, orientation):
    for number in range(6):
        mask = np.zeros((40, 60), np.uint8)
        mask[5:15, 10 + number : 30] = 255
        picture = np.random.default_rng(number).integers(0, 90, mask.shape, dtype=np.uint8)
        picture[mask > 0] = 250
        folder.image(f"masks/{number}_a.png", mask)
        turned = {3: picture[::-1, ::-1], 6: picture.T[::-1]}[orientation]
        exif = Image.Exif()
        exif[274] = orientation
        (folder.root / "images").mkdir(exist_ok=True)
        shown = Image.fromarray(np.ascontiguousarray(turned))
        shown.save(folder.root / f"images/{number}_a.jpg", quality=95, exif=exif)
    done = biometry("data", "check", str(folder.root), "--json", cwd=tmp_path)
    report = done.json()
    assert report["errors"] == []
    assert any(note.startswith("6 images: It was turned") for note in report["notes"])
    from biometry_cli.data.images import read_scan
    from biometry_cli.data.layout import read_dataset
    from biometry_cli.data.masks import read_mask

    dataset = read_dataset(folder.root)
    for sample in (each for split in dataset.splits.values() for each in split):
        inside = read_mask(sample.mask, dataset.labels.structures, dataset.coding) > 0
        assert read_scan(sample.image).pixels[inside].min() > 0.8


def test_a_mask_of_what_is_stored_is_refused_with_the_reason(biometry, folder, tmp_path):
    for number in range(3):
        exif = Image.Exif()
        exif[274] = 6
        path = folder.scan(f"images/{number}_a.png", (40, 60))
        with Image.open(path) as scan:
            scan.load()
        scan.save(path, exif=exif)
        folder.image(f"masks/{number}_a.png", np.full((40, 60), number % 2 * 255, np.uint8))
    done = biometry("data", "check", str(folder.root), cwd=tmp_path)
    assert done.returncode == 3
    assert "EXIF orientation" in " ".join(done.stdout.split())
