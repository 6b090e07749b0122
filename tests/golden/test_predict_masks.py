"""``predict`` with masks: every measure, flag, file format and output."""

import pytest

from tests.golden.conftest import answers, drawn, lines, manifest, page, table, told

MODEL = ("--weights", "masks.onnx")


@pytest.fixture(scope="module")
def everything(golden_folder, biometry, tmp_path_factory):
    """All scans of masks with every output."""
    out = tmp_path_factory.mktemp("out")
    done = biometry(
        "predict", "masks", *MODEL, "--json", "--csv", str(out / "all.csv"),
        "--hc18-csv", str(out / "hc18.csv"), "--out", str(out / "drawn"), "--overlay", "--masks",
        cwd=golden_folder,
    )  # fmt: skip
    return done, out


def test_json(everything, golden):
    done, out = everything
    said = told(done)
    said["stderr"] = [line.replace(f"{out}/", "") for line in said["stderr"]]
    golden.check("predict_masks", "answers", {**said, **answers(done)})


def test_tables(everything, golden):
    _, out = everything
    golden.check("predict_masks", "csv", table(out / "all.csv"))
    golden.check("predict_masks", "hc18_csv", table(out / "hc18.csv"))


def test_pictures(everything, golden):
    _, out = everything
    golden.check("predict_masks", "pictures", drawn(out / "drawn"))
    golden.check("predict_masks", "manifest", manifest(out / "drawn"))


def test_page(golden_folder, biometry, golden, tmp_path):
    files = [
        f"masks/{name}.png"
        for name in (
            "all_structures", "head_absurd", "head_without_spacing", "nothing",
            "missing",
        )
    ]  # fmt: skip
    report = tmp_path / "report.html"
    done = biometry("predict", *files, *MODEL, "--report", str(report), cwd=golden_folder)
    golden.check(
        "predict_masks_text",
        "page and terminal",
        {**told(done), "page": page(report), "stdout": lines(done)},
    )


def test_formats_and_broken_files(golden_folder, biometry, golden, tmp_path):
    done = biometry(
        "predict", "formats", "formats/missing.png", *MODEL, "--spacing", "0.45,0.5", "--json",
        "--csv", str(tmp_path / "all.csv"), cwd=golden_folder,
    )  # fmt: skip
    by_file = answers(done)
    figures = {
        file: answer.get("error")
        or {
            "spacing_mm": answer["spacing_mm"],
            "flags": answer["flags"],
            **{each["name"]: each["value"] for each in answer["measurements"]},
        }
        for file, answer in by_file.items()
    }
    golden.check("predict_formats", "answers", {**told(done), **figures})
    rows = table(tmp_path / "all.csv")["rows"]
    assert [row["file"] for row in rows] == list(by_file)
    failed = {row["file"]: [cell for cell in row.values() if cell] for row in rows if row["error"]}
    golden.check("predict_formats", "failed rows of csv", failed)


def test_spacing_by_flag(golden_folder, biometry, golden):
    files = ("masks/head_small.png", "masks/femur.png", "masks/cervix_without_spacing.png")
    done = biometry("predict", *files, *MODEL, "--spacing", "0.3,0.6", "--ga", "24+3", "--json",
                    cwd=golden_folder)  # fmt: skip
    golden.check("predict_masks", "spacing 0.3,0.6", {**told(done), **answers(done)})
