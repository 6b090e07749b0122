"""``labels.csv`` and ``spacing.csv`` as people and spreadsheets write them."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biometry_cli.data.landmarks import read_landmarks
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
        ("filename,label\na.png,head\nb.png\n", "line 3 has 1 cell"),
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


ODD_NAMES = ["a\nb.png", "a\r\nb.png", "a\x0bb.png", "a\x1cb.png", "a\u2028b.png", "a\x85b.png"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_is_one_name_whatever_its_white_space(tmp_path: Path, name: str) -> None:
    labels = table(tmp_path, f'filename,label\n"{name}",head\nz.png,femur\n')
    assert read_labels(labels) == {name: "head", "z.png": "femur"}
    spacing = table(tmp_path, f'filename,pixel_size_mm\n"{name}",0.5\nz.png,0.2\n')
    assert {file: each.spacing_mm for file, each in read_spacing(spacing).items()} == {
        name: (0.5, 0.5),
        "z.png": (0.2, 0.2),
    }
    points = table(tmp_path, f'filename,apex_x,apex_y\n"{name}",1,2\nz.png,3,4\n')
    assert {file: each["apex"] for file, each in read_landmarks(points).points.items()} == {
        name: (1.0, 2.0),
        "z.png": (3.0, 4.0),
    }


@given(
    rows=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
            lambda name: name == name.strip() and "\0" not in name
        ),
        st.sampled_from(["head", "femur, left", 'the "best"', "two\nlines"]),
        min_size=1,
        max_size=5,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_labels_come_back_as_the_csv_module_wrote_them(
    tmp_path: Path, rows: dict[str, str]
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(["filename", "label"])
    writer.writerows(rows.items())
    assert read_labels(table(tmp_path, written.getvalue())) == rows


def test_the_line_that_is_named_is_the_files_own(tmp_path: Path) -> None:
    path = table(tmp_path, 'filename,label\n\n"a\nb.png",head\n\nz.png,\n')
    with pytest.raises(DataError, match="line 6 has an empty cell"):
        read_labels(path)


def test_rows_without_any_content_are_passed_over(tmp_path: Path) -> None:
    spacing = table(tmp_path, "filename,pixel_size_mm,\n,,\na.png,0.2,,,\n,,\n")
    assert read_spacing(spacing) == {"a.png": Calibration((0.2, 0.2))}
    labels = table(tmp_path, "filename,label\n,\na.png,head\n,\n")
    assert read_labels(labels) == {"a.png": "head"}


@pytest.mark.parametrize(
    ("read", "header", "row"),
    [
        (read_spacing, "filename,pixel_size_mm", "a.png,0,2"),
        (read_labels, "filename,label", "a.png,head,femur"),
        (read_landmarks, "filename,apex_x,apex_y", "a.png,10,5,20,5"),
    ],
)
def test_a_row_longer_than_its_header_is_refused(
    tmp_path: Path, read: Callable[[Path], object], header: str, row: str
) -> None:
    path = table(tmp_path, f"{header}\n{row}\n")
    with pytest.raises(DataError, match=f"line 2 has {row.count(',') + 1} cells") as caught:
        read(path)
    assert caught.value.where == str(path)
    assert "1.5, not 1,5" in str(caught.value.mend)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_another_separator_is_named(tmp_path: Path, separator: str) -> None:
    path = table(tmp_path, f"filename{separator}pixel_size_mm\na.png{separator}0.2\n")
    with pytest.raises(DataError, match="no column filename") as caught:
        read_spacing(path)
    assert "commas" in str(caught.value.mend)


@pytest.mark.parametrize(
    ("column", "meant"),
    [
        ("pixelsize_mm", "pixel_size_mm"),
        ("Pixel_Size_mm", "pixel_size_mm"),
        ("pixel_spacing_mm", "pixel_size_mm"),
        ("px_mm", "pixel_size_mm"),
        ("spacing_mm", "pixel_size_mm"),
        ("pixel_size", "pixel_size_mm"),
        ("pixel size(mm)", "pixel_size_mm"),
        ("mm_per_pixel", "pixel_size_mm"),
        ("pixel_size_rows_mm", "pixel_size_row_mm"),
        ("pixel_size_columns_mm", "pixel_size_column_mm"),
    ],
)
def test_a_misspelt_pixel_size_is_refused(tmp_path: Path, column: str, meant: str) -> None:
    path = table(tmp_path, f"filename,{column}\na.png,0.2\n")
    with pytest.raises(DataError) as caught:
        read_spacing(path)
    assert column in caught.value.what
    assert caught.value.mend == f"Call it {meant}"
    assert caught.value.where == str(path)


@pytest.mark.parametrize("column", ["device", "centre", "algo", "ga_weeks", "pixels"])
def test_remarks_are_no_misspelt_pixel_sizes(tmp_path: Path, column: str) -> None:
    path = table(tmp_path, f"filename,pixel_size_mm,{column}\na.png,0.2,7\n")
    assert read_spacing(path)["a.png"].other == {column: "7"}


@pytest.mark.parametrize("measure", ["hc", "fl", "crl", "nt", "apad", "slit", "cervix_perimeter"])
def test_any_measure_may_have_a_reference(tmp_path: Path, measure: str) -> None:
    mm = 112.5 if measure == "hc" else 12.5
    path = table(tmp_path, f"filename,{measure}_mm\na.png,{mm}\n")
    assert read_spacing(path)["a.png"].reference_mm == {measure.upper(): mm}
