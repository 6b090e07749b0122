"""FETAL_PLANES_DB as shipped: planes, patients, the publication's split, and damaged tables."""

from pathlib import Path

import pytest

from biometry_cli.data.importers.fetal_planes import read
from biometry_cli.data.importers.plan import Plan
from biometry_cli.data.layout import read_dataset
from biometry_cli.data.phantom.planes import PLANES
from biometry_cli.errors import DataError
from tests.conftest import FolderBuilder
from tests.data.importers.round_trip import declared, lines, reasons, splits, write

HEADER = "Image_name;Patient_num;Plane;Brain_plane;Operator;US_Machine;Train "
TABLE = "FETAL_PLANES_DB_data.csv"

# Image, patient, Plane, Brain_plane, Train, and the class that we call it.
KINDS = (
    ("Patient00001_Plane1_1_of_2", 1, "Other", "Not A Brain", 1, "other"),
    ("Patient00001_Plane6_2_of_2", 1, "Maternal cervix", "Not A Brain", 1, "cervix"),
    ("Patient00002_Plane2_1_of_1", 2, "Fetal abdomen", "Not A Brain", 1, "abdomen"),
    ("Patient00003_Plane3_1_of_3", 3, "Fetal brain", "Trans-thalamic", 1, "trans-thalamic"),
    ("Patient00004_Plane3_2_of_3", 4, "Fetal brain", "Trans-cerebellum", 0, "trans-cerebellar"),
    ("Patient00004_Plane3_3_of_3", 4, "Fetal brain", "Trans-ventricular", 0, "trans-ventricular"),
    ("Patient00005_Plane5_1_of_1", 5, "Fetal femur", "Not A Brain", 0, "femur"),
    ("Patient00006_Plane4_1_of_1", 6, "Fetal thorax", "Not A Brain", 0, "thorax"),
)


def row(name: str, patient: object, plane: str, brain: str, train: object) -> str:
    return f"{name};{patient};{plane};{brain};Op. 1;Voluson E6;{train}"


def source(folder: FolderBuilder, *more: str) -> Path:
    """The table with a BOM, CRLF and a space after "Train", and its images."""
    rows = [row(*kind[:5]) for kind in KINDS]
    for kind in KINDS:
        folder.scan(f"Images/{kind[0]}.png")
    text = "".join(f"{line}\r\n" for line in (HEADER, *rows, *more))
    folder.text(TABLE, text.encode("utf-8-sig"))
    return folder.root


def test_every_plane_gets_its_class(folder: FolderBuilder, tmp_path: Path) -> None:
    out = write(read(source(folder)), tmp_path / "out")
    assert {name: line["label"] for name, line in lines(out, "labels.csv").items()} == {
        f"{kind[0]}.png": kind[5] for kind in KINDS
    }
    assert splits(out) == {f"{kind[0]}.png": "train" if kind[4] else "test" for kind in KINDS}
    for _, line in lines(out, "spacing.csv").items():
        assert (line["machine"], line["operator"]) == ("Voluson E6", "Op. 1")
    assert declared(out)["task"] == "classify"
    for image in folder.root.glob("Images/*.png"):
        (copied,) = out.glob(f"*/images/{image.name}")
        assert copied.read_bytes() == image.read_bytes()


def test_the_new_folder_keeps_patients_apart(folder: FolderBuilder, tmp_path: Path) -> None:
    dataset = read_dataset(write(read(source(folder)), tmp_path / "out"))
    assert dataset.problems == ()
    assert dataset.labels.task == "classify"
    assert dataset.labels.classes == PLANES
    subjects = {
        split: {sample.subject for sample in samples} for split, samples in dataset.splits.items()
    }
    assert subjects["test"] == {"Patient00004", "Patient00005", "Patient00006"}
    # The source has no val; it is drawn from train, by patient.
    assert subjects["train"] | subjects["val"] == {"Patient00001", "Patient00002", "Patient00003"}
    assert not subjects["train"] & subjects["val"]


@pytest.mark.parametrize(
    ("plane", "brain", "reason"),
    [
        ("Fetal brain", "Other", "is a brain plane other than the three standard ones"),
        ("Fetal brain", "Not A Brain", "no plane of a brain"),
        ("Fetal femur", "Trans-thalamic", "contradict each other"),
        ("Fetal liver", "Not A Brain", "'Fetal liver', which is none of the data set's planes"),
    ],
)
def test_planes_without_a_class_are_left(
    folder: FolderBuilder, plane: str, brain: str, reason: str
) -> None:
    folder.scan("Images/Patient00007_Plane3_1_of_1.png")
    plan = read(source(folder, row("Patient00007_Plane3_1_of_1", 7, plane, brain, 1)))
    assert len(plan.items) == len(KINDS)
    assert reason in reasons(plan)["Patient00007_Plane3_1_of_1"]


def test_images_that_are_not_there_are_left(folder: FolderBuilder) -> None:
    plan = read(source(folder, row("Patient00009_Plane1_1_of_1", 9, "Other", "Not A Brain", 1)))
    assert len(plan.items) == len(KINDS)
    assert reasons(plan) == {"Patient00009_Plane1_1_of_1": "no such image"}


def test_a_patient_on_both_sides_ends_the_sources_split(folder: FolderBuilder) -> None:
    folder.scan("Images/Patient00002_Plane1_9_of_9.png")
    plan = read(source(folder, row("Patient00002_Plane1_9_of_9", 2, "Other", "Not A Brain", 0)))
    assert {item.split for item in plan.items} == {None}
    assert any("1 patients on both sides (such as Patient00002)" in note for note in plan.notes)


def test_a_patient_without_a_number_stands_for_one_image(folder: FolderBuilder) -> None:
    folder.scan("Images/scan.png")
    plan = read(source(folder, row("scan", "", "Other", "Not A Brain", 1)))
    assert plan.items[-1].subject == "scan"
    assert plan.notes == ("subject: unknown for 1 images, each counted as one of its own",)


def test_a_number_that_the_name_does_not_spell_is_the_subject(folder: FolderBuilder) -> None:
    folder.scan("Images/Patient00008_Plane1_1_of_1.png")
    plan = read(source(folder, row("Patient00008_Plane1_1_of_1", 12, "Other", "Not A Brain", 1)))
    assert plan.items[-1].subject == "12"


def test_an_image_named_twice_is_refused(folder: FolderBuilder) -> None:
    with pytest.raises(DataError, match=f"line 10 names {KINDS[0][0]} again"):
        read(source(folder, row(*KINDS[0][:5])))


@pytest.mark.parametrize("column", ["Patient_num", "Brain_plane", "US_Machine", "Train"])
def test_a_missing_column_is_named_with_its_file(folder: FolderBuilder, column: str) -> None:
    path = folder.text(TABLE, HEADER.replace(column, "x") + "\n")
    with pytest.raises(DataError, match=f"has no column {column}") as caught:
        read(folder.root)
    assert caught.value.where == str(path)


def saved_anew(folder: FolderBuilder, name: str) -> Plan:
    text = (source(folder) / TABLE).read_text(encoding="utf-8-sig")
    (folder.root / TABLE).unlink()
    folder.text(name, text.replace(";", ","))
    return read(folder.root)


def test_a_table_saved_anew_with_commas_is_the_same(folder: FolderBuilder) -> None:
    assert [item.label for item in saved_anew(folder, "planes.csv").items] == [k[5] for k in KINDS]


def test_two_tables_are_refused(folder: FolderBuilder) -> None:
    source(folder)
    folder.text("copy.csv", HEADER + "\n")
    with pytest.raises(DataError, match="holds 2 tables of planes"):
        read(folder.root)


def test_another_data_set_is_refused_by_the_columns_looked_for(folder: FolderBuilder) -> None:
    folder.text("table.csv", "filename,label\na.png,head\n")
    with pytest.raises(DataError, match="Image_name, Patient_num, Plane, Brain_plane"):
        read(folder.root)
