"""What goes wrong for users: each case through the installed command, in a process of its own.

Every error is one paragraph that names the file and the mend, with the contract's exit code, no
traceback and nothing half-written.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

USAGE, DATA, MODEL, PARTIAL = 2, 3, 4, 5


@dataclass(frozen=True)
class BadInput:
    """A way to spoil a folder, the command to run then, and what the user must be told."""

    name: str
    spoil: Callable[[Path], None]
    command: str
    exit_code: int
    says: tuple[str, ...]


def _nothing(_: Path) -> None:
    pass


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _flip_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


def _first(folder: Path, kind: str = "images") -> Path:
    return sorted((folder / "data" / "train" / kind).iterdir())[0]


def _empty_split(folder: Path) -> None:
    for path in (folder / "data" / "val" / "images").iterdir():
        path.unlink()


def _resize_mask(folder: Path) -> None:
    mask = _first(folder, "masks")
    Image.open(mask).resize((30, 20), Image.Resampling.NEAREST).save(mask)


def _mask_value(folder: Path) -> None:
    mask = _first(folder, "masks")
    values = np.array(Image.open(mask))
    values[0, 0] = 9
    Image.fromarray(values).save(mask)


def _labels(folder: Path) -> None:
    (folder / "data" / "dataset.toml").unlink()
    for split in ("train", "val", "test"):
        shutil.rmtree(folder / "data" / split / "masks")
        names = [path.name for path in (folder / "data" / split / "images").iterdir()]
        lines = "".join(f"{name},{'ab'[i % 2]}\n" for i, name in enumerate(names))
        (folder / "data" / split / "labels.csv").write_text(f"filename,label\n{lines}")
    with (folder / "data" / "train" / "labels.csv").open("a") as table:
        table.write("absent.png,a\n")


def _text_model(folder: Path) -> None:
    (folder / "fake.safetensors").write_text("not weights at all\n" * 20)


def _pickle_model(folder: Path) -> None:
    (folder / "old.pt").write_bytes(b"\x80\x04K\x01.")


def _text_onnx(folder: Path) -> None:
    (folder / "fake.onnx").write_text("not a network\n" * 20)


def _file_in_the_way(folder: Path) -> None:
    (folder / "taken").write_text("a file, not a folder")


def _bad_spacing(folder: Path) -> None:
    (folder / "data" / "test" / "spacing.csv").write_text(
        f"filename,pixel_size_mm\n{_scan(folder).name},zero\n"
    )


def _decimal_comma(folder: Path) -> None:
    for split in ("train", "test"):
        name = sorted((folder / "data" / split / "images").iterdir())[0].name
        table = folder / "data" / split / "spacing.csv"
        table.write_text(f"filename,pixel_size_mm\n{name},0,2\n")


def _misspelt_spacing(folder: Path) -> None:
    table = folder / "data" / "test" / "spacing.csv"
    table.write_text(f"filename,pixelsize_mm\n{_scan(folder).name},0.2\n")


def _scan(folder: Path) -> Path:
    return sorted((folder / "data" / "test" / "images").iterdir())[0]


TRAIN = "train data --epochs 1 --width 0.25"
PREDICT = "predict --weights model.safetensors"
CASES = [
    BadInput("no folder", _nothing, "train absent", DATA, ("absent", "no such data folder")),
    BadInput("nothing named", _nothing, "train", USAGE, ("no data folder", "biometry train DATA")),
    BadInput("empty split", _empty_split, TRAIN, DATA, ("val split", "val/images/")),
    BadInput("no mask", lambda f: _first(f, "masks").unlink(), TRAIN, DATA, ("has no mask",)),
    BadInput("other size", _resize_mask, TRAIN, DATA, ("30 x 20", "Save the mask at")),
    BadInput("mask values", _mask_value, TRAIN, DATA, ("the values 0, ", "9", "--structures")),
    BadInput("zero bytes", lambda f: _first(f).write_bytes(b""), TRAIN, DATA, ("empty (0 bytes)",)),
    BadInput("truncated", lambda f: _truncate(_first(f)), TRAIN, DATA, ("truncated",)),
    BadInput("checksum", lambda f: _flip_byte(_first(f)), TRAIN, DATA, ("checksum", "Copy")),
    BadInput(
        "not an image", lambda f: _first(f).write_text("hello"), TRAIN, DATA, ("not an image",)
    ),
    BadInput(
        "absent label",
        _labels,
        f"{TRAIN} --task classify",
        DATA,
        ("labels.csv", "absent.png", "Add the images"),
    ),
    BadInput("wrong task", _nothing, "train data --task rotate", USAGE, ("data.task", "rotate")),
    BadInput("wrong model", _nothing, "train data --model vgg", USAGE, ("vgg", "biometry models")),
    BadInput(
        "model of a task", _nothing, f"{TRAIN} --model biometry-cnn", USAGE, ("biometry-cnn",)
    ),
    BadInput(
        "balanced masks",
        _nothing,
        f"{TRAIN} --set train.sampling=balanced",
        USAGE,
        ("train.sampling", "segment"),
    ),
    BadInput(
        "two corrections",
        _nothing,
        f"{TRAIN} --set train.sampling=balanced --set train.class_weights=balanced",
        USAGE,
        ("not both",),
    ),
    BadInput(
        "nothing pretrained",
        _nothing,
        f"{TRAIN} --model unet --pretrained",
        USAGE,
        ("unet has no pretrained weights", "timm:NAME"),
    ),
    BadInput(
        "no filters to multiply",
        _nothing,
        f"{TRAIN} --task classify --model biometry-cnn",
        USAGE,
        ("biometry-cnn", "--width"),
    ),
    BadInput("two budgets", _nothing, "train data --epochs 1 --minutes 1", USAGE, ("not both",)),
    BadInput("bad number", _nothing, f"{TRAIN} --batch-size 0", USAGE, ("train.batch_size", "0")),
    BadInput("no settings", _nothing, f"{TRAIN} --config no.toml", USAGE, ("no.toml",)),
    BadInput("resume nothing", _nothing, "train --resume", MODEL, ("latest", "train DATA")),
    BadInput("unwritable run", _file_in_the_way, f"{TRAIN} --runs-folder taken", USAGE, ("taken",)),
    BadInput("eval without model", _nothing, "eval data", MODEL, ("latest", "--weights")),
    BadInput(
        "eval without a mask",
        lambda f: _first(f, "masks").unlink(),
        "eval data --weights model.safetensors",
        DATA,
        ("has no mask",),
    ),
    BadInput("age of 9 days", _nothing, f"{PREDICT} x.png --ga 24+9", USAGE, ("24+9", "0 to 6")),
    BadInput("age of 80 weeks", _nothing, f"{PREDICT} x.png --ga 80+0", USAGE, ("impossible",)),
    BadInput(
        "scan before period",
        _nothing,
        f"{PREDICT} x.png --lmp 2026-05-01 --scan-date 2026-01-01",
        USAGE,
        ("before the last menstrual period",),
    ),
    BadInput("one date", _nothing, f"{PREDICT} x.png --lmp 2026-05-01", USAGE, ("--scan-date",)),
    BadInput("age twice", _nothing, f"{PREDICT} x.png --ga 20 --lmp 2026-05-01", USAGE, ("--ga",)),
    BadInput("spacing of 0", _nothing, f"{PREDICT} x.png --spacing 0", USAGE, ("spacing_mm", "0")),
    BadInput(
        "spacing in words", _nothing, f"{PREDICT} x.png --spacing tiny", USAGE, ("spacing_mm",)
    ),
    BadInput(
        "no expression",
        _nothing,
        f"{PREDICT} data/test/images --group-by (",
        USAGE,
        ("regular expression",),
    ),
    BadInput(
        "fits no name",
        _nothing,
        f"{PREDICT} data/test/images --group-by ^x",
        USAGE,
        ("finds nothing", "Change the expression"),
    ),
    BadInput(
        "one age for all",
        _nothing,
        f"{PREDICT} data/test/images --group-by [0-9]+_.* --ga 24+3",
        USAGE,
        ("one gestational age", "exams"),
    ),
    BadInput(
        "no choice", _nothing, f"{PREDICT} x.png --exam --choice worst", USAGE, ("exam_choice",)
    ),
    BadInput(
        "report as text", _nothing, f"{PREDICT} x.png --report r.txt", USAGE, ("r.txt", ".html")
    ),
    BadInput(
        "report in a file",
        _file_in_the_way,
        "eval data --weights model.safetensors --report taken/r.html",
        USAGE,
        ("taken",),
    ),
    BadInput("head of 3 mm", _nothing, "calc --hc 3", USAGE, ("HC", "3 mm")),
    BadInput("cm for mm", _nothing, "calc --hc 27.5 --ac 25", USAGE, ("27.5", "cm", "275")),
    BadInput("long femur", _nothing, "calc --hc 200 --fl 75", USAGE, ("FL", "HC")),
    BadInput("not a number", _nothing, "calc --hc nan", USAGE, ("HC",)),
    BadInput("below zero", _nothing, "calc --ac -250", USAGE, ("AC",)),
    BadInput("nothing to calc", _nothing, "calc", USAGE, ("no size",)),
    BadInput("no weights", _nothing, "predict data/test/images", MODEL, ("trained here yet",)),
    BadInput(
        "absent weights",
        _nothing,
        "predict x.png --weights no.onnx",
        MODEL,
        ("no.onnx", "--weights"),
    ),
    BadInput(
        "text as safetensors",
        _text_model,
        "predict data/test/images --weights fake.safetensors",
        MODEL,
        ("fake.safetensors", "not a readable safetensors"),
    ),
    BadInput(
        "text as onnx",
        _text_onnx,
        "predict data/test/images --weights fake.onnx",
        MODEL,
        ("fake.onnx", "ONNX"),
    ),
    BadInput(
        "pickle",
        _pickle_model,
        "predict data/test/images --weights old.pt",
        MODEL,
        ("old.pt", ".safetensors or .onnx"),
    ),
    BadInput(
        "another task",
        _nothing,
        "eval data --task classify --weights model.safetensors",
        MODEL,
        ("segment", "classify", "--weights"),
    ),
    BadInput(
        "other classes",
        _nothing,
        "eval data --structures a,b,c --weights model.safetensors",
        MODEL,
        ("a, b, c",),
    ),
    BadInput(
        "several models",
        _nothing,
        f"{PREDICT} x.png --weights again.safetensors",
        USAGE,
        ("several models", "Add --planes"),
    ),
    BadInput(
        "absent planes",
        _nothing,
        f"{PREDICT} x.png --planes runs/none",
        MODEL,
        ("runs/none", "no such model", "--planes"),
    ),
    BadInput(
        "planes that measure",
        _nothing,
        f"{PREDICT} x.png --planes model.safetensors",
        MODEL,
        ("measures", "--planes needs a model that classifies"),
    ),
    BadInput(
        "planes without a model",
        _nothing,
        "predict x.png --planes model.safetensors",
        MODEL,
        ("trained here yet", "--weights"),
    ),
    BadInput(
        "structure of no plane",
        _nothing,
        f"{PREDICT} x.png --set predict.plane_structures=abdomen",
        USAGE,
        ("predict.plane_structures", "PLANE=STRUCTURE"),
    ),
    BadInput("no image named", _nothing, PREDICT, USAGE, ("no image", "predict scan.png")),
    BadInput("absent image", _nothing, f"{PREDICT} gone.png", DATA, ("gone.png", "no such file")),
    BadInput("empty pattern", _nothing, f"{PREDICT} *.bmp", DATA, ("*.bmp", "pattern")),
    BadInput("overlay nowhere", _nothing, f"{PREDICT} x.png --overlay", USAGE, ("--out DIR",)),
    BadInput(
        "unwritable out",
        _file_in_the_way,
        f"{PREDICT} data/test/images --masks --out taken",
        USAGE,
        ("taken", "cannot be written"),
    ),
    BadInput(
        "spacing text",
        _nothing,
        f"{PREDICT} data/test/images --spacing wide",
        USAGE,
        ("predict.spacing_mm", "wide"),
    ),
    BadInput(
        "spacing zero", _nothing, f"{PREDICT} data/test/images --spacing 0", USAGE, ("above 0",)
    ),
    BadInput(
        "spacing.csv", _bad_spacing, f"{PREDICT} data/test/images", DATA, ("'zero'", "line 2")
    ),
    *(
        BadInput(
            f"decimal comma: {line.split()[0]}",
            _decimal_comma,
            line,
            DATA,
            ("spacing.csv", "line 2 has 3 cells, and the header 2", "1.5, not 1,5"),
        )
        for line in (TRAIN, "eval data --weights model.safetensors", f"{PREDICT} data/test/images")
    ),
    BadInput(
        "misspelt column",
        _misspelt_spacing,
        f"{PREDICT} data/test/images",
        DATA,
        ("spacing.csv", "pixelsize_mm", "Call it pixel_size_mm"),
    ),
    BadInput("export nothing", _nothing, "export", MODEL, ("trained here yet",)),
    BadInput("info of nothing", _nothing, "info none.safetensors", MODEL, ("none.safetensors",)),
    BadInput("demo in use", _nothing, "demo data", USAGE, ("data", "new folder")),
    BadInput("two drawings", _nothing, "data demo new --exam --planes", USAGE, ("one of the two",)),
    BadInput("drawing in use", _nothing, "data demo data", USAGE, ("data",)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_one_paragraph(case, biometry, segmentation_folder, tmp_path):
    folder = tmp_path / "work"
    shutil.copytree(segmentation_folder, folder)
    case.spoil(folder)
    before = _files(folder)
    result = biometry(*case.command.split(), cwd=folder)
    assert result.returncode == case.exit_code, result.stderr
    assert "Traceback" not in result.stderr
    told = " ".join(result.stderr.split())
    for words in case.says:
        assert words in told
    error = result.stderr[result.stderr.rindex("Error: ") :]
    assert "\n\n" not in error.strip()
    assert result.stdout == ""
    assert _files(folder) == before, "something was written"


def test_a_check_names_a_decimal_comma(biometry, segmentation_folder, tmp_path):
    folder = tmp_path / "work"
    shutil.copytree(segmentation_folder, folder)
    _decimal_comma(folder)
    result = biometry("data", "check", "data", "--json", cwd=folder)
    assert result.returncode == DATA
    errors = result.json()["errors"]
    assert [("line 2 has 3 cells" in error, "1.5, not 1,5" in error) for error in errors] == [
        (True, True),
        (True, True),
    ]


def test_one_bad_file_among_many(biometry, segmentation_folder, tmp_path):
    folder = tmp_path / "work"
    shutil.copytree(segmentation_folder, folder)
    images = sorted((folder / "data" / "test" / "images").iterdir())
    _truncate(images[0])
    result = biometry(
        "predict", "data/test/images", "--weights", "model.safetensors", "--json", cwd=folder
    )
    assert result.returncode == PARTIAL
    lines = result.json_lines()
    assert len(lines) == len(images)
    assert lines[0]["error"]["code"] == "data"
    assert images[0].name in lines[0]["error"]["message"]
    assert all("measurements" in line for line in lines[1:])
    assert f"1 of {len(images)} images" in result.stderr


def test_nan_in_the_loss(biometry, segmentation_folder, tmp_path):
    folder = tmp_path / "work"
    shutil.copytree(segmentation_folder, folder)
    result = biometry(
        *TRAIN.split(), "--set", "train.weight_decay=1e30", cwd=folder,
    )  # fmt: skip
    assert result.returncode == 1
    assert "the loss became" in result.stderr
    assert "--learning-rate" in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(folder.rglob(".writing-*"))


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
