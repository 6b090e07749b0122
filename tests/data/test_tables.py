"""``labels.csv`` and ``spacing.csv`` as people and spreadsheets write them."""

from pathlib import Path

import pytest

from biometry_cli.data.tables import Calibration, read_labels, read_spacing, spacing_beside
from biometry_cli.errors import DataError


def table(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_labels_with_bom_crlf_spaces_and_quotes(tmp_path: Path) -> None:
    path = table(tmp_path, b'\xef\xbb\xbffilename, label\r\na.png, head \r\n"b,1.png",femur\r\n')
    assert read_labels(path) == {"a.png": "head", "b,1.png": "femur"}


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        ("file,label\na.png,head\n", "no column filename"),
        ("", "found: nothing"),
        ("filename,label\na.png,\n", "line 2 has an empty cell"),
        ("filename,label\na.png,head\nb.png\n", "line 3 has an empty cell"),
        ("filename,label\na.png,head\na.png,femur\n", "names a.png twice"),
        (b"filename,label\na.png,\xff\n", "UTF-8"),
    ],
)
def test_bad_labels_are_named(tmp_path: Path, content: str | bytes, fragment: str) -> None:
    path = table(tmp_path, content)
    with pytest.raises(DataError, match=fragment) as caught:
        read_labels(path)
    assert caught.value.where == str(path)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_labels(tmp_path / "labels.csv")


def test_one_spacing_and_reference_measures(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        b"\xef\xbb\xbffilename,pixel_size_mm,hc_mm,bpd_mm\r\na.png,0.2,175.3,\r\nb.png,,180,50\r\n",
    )
    assert read_spacing(path) == {
        "a.png": Calibration((0.2, 0.2), {"HC": 175.3}),
        "b.png": Calibration(None, {"HC": 180.0, "BPD": 50.0}),
    }


def test_rows_and_columns_of_another_size(tmp_path: Path) -> None:
    path = table(
        tmp_path, "filename,pixel_size_column_mm,pixel_size_row_mm,note\na.png,0.3,0.2,good\n"
    )
    (calibration,) = read_spacing(path).values()
    assert calibration == Calibration((0.2, 0.3), {}, {"note": "good"})
    assert calibration.cells() == {
        "note": "good",
        "pixel_size_row_mm": "0.2",
        "pixel_size_column_mm": "0.3",
    }


def test_further_columns_are_kept_as_they_are_written(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "filename,pixel_size_mm,device,hc_mm,weeks\na.png,0.2, Alpha ,175.3,20\nb.png,,,,\n",
    )
    first, second = read_spacing(path).values()
    assert first.other == {"device": "Alpha", "weeks": "20"}
    assert first.cells() == first.other | {"pixel_size_mm": "0.2", "hc_mm": "175.3"}
    assert second.other == {"device": "", "weeks": ""}
    assert second.cells() == second.other


@pytest.mark.parametrize("cell", ["0", "-0.1", "nan", "inf", "0,2 mm", "wide"])
@pytest.mark.parametrize("column", ["pixel_size_mm", "hc_mm"])
def test_a_value_that_is_no_size_is_refused(tmp_path: Path, cell: str, column: str) -> None:
    path = table(tmp_path, f'filename,{column}\na.png,"{cell}"\n')
    with pytest.raises(DataError, match=f"line 2, {column}") as caught:
        read_spacing(path)
    assert caught.value.where == str(path)
    assert cell in caught.value.what


def sizes_beside(image: Path) -> dict[str, tuple[float, float] | None]:
    return {name: line.spacing_mm for name, (line, _) in spacing_beside(image).items()}


def test_spacing_lies_beside_the_image_or_beside_its_images_folder(tmp_path: Path) -> None:
    image = tmp_path / "images" / "a.png"
    image.parent.mkdir()
    assert spacing_beside(image) == {}
    outer = table(tmp_path, "filename,pixel_size_mm\na.png,0.2\nb.png,0.3\n", "spacing.csv")
    assert sizes_beside(image) == {"a.png": (0.2, 0.2), "b.png": (0.3, 0.3)}
    assert spacing_beside(image)["a.png"][1] == outer
    inner = table(image.parent, "filename,pixel_size_mm\na.png,0.5\n", "spacing.csv")
    # The nearer table counts where it has a line, and hides no other line.
    assert sizes_beside(image) == {"a.png": (0.5, 0.5), "b.png": (0.3, 0.3)}
    assert spacing_beside(image)["a.png"][1] == inner
    assert sizes_beside(tmp_path / "images" / "head" / "a.png") == {
        "a.png": (0.2, 0.2), "b.png": (0.3, 0.3)
    }  # fmt: skip


def test_another_parent_holds_other_pictures(tmp_path: Path) -> None:
    table(tmp_path, "filename,pixel_size_mm\na.png,0.2\n", "spacing.csv")
    assert spacing_beside(tmp_path / "small" / "a.png") == {}
    assert spacing_beside(tmp_path / "images" / "x" / "y" / "a.png") == {}


def test_a_relative_name_finds_what_an_absolute_one_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "images").mkdir()
    table(tmp_path, "filename,pixel_size_mm\na.png,0.2\n", "spacing.csv")
    monkeypatch.chdir(tmp_path / "images")
    assert sizes_beside(Path("a.png")) == sizes_beside(tmp_path / "images" / "a.png")
    assert sizes_beside(Path("a.png"))
