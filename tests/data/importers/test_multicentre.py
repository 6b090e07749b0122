"""Multicentre-Fetal-Biometry as shipped: caliper points, pixel sizes, subjects and repeats."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometry_cli.data.importers.multicentre import read
from biometry_cli.data.importers.plan import Item, Plan
from biometry_cli.errors import DataError
from tests.conftest import FolderBuilder
from tests.data.importers.round_trip import (
    declared,
    landmarks,
    lines,
    points,
    reasons,
    splits,
    write,
)

HEAD = (
    "image_name,scale,center_w,center_h,ofd_1_x,ofd_1_y,ofd_2_x,ofd_2_y,"
    "bpd_1_x,bpd_1_y,bpd_2_x,bpd_2_y,SubjectID,px_to_mm_rate,Algo,Split\n"
)
# The columns of each structure stand in another order, and UCL calls the subject Patient.
ABDOMEN = (
    "index,image_name,scale,center_w,center_h,tad_1_x,tad_1_y,tad_2_x,tad_2_y,"
    "apad_1_x,apad_1_y,apad_2_x,apad_2_y,px_to_mm_rate,mm_dist,Algo,SubjectID,Split\n"
)
FEMUR = (
    "index,image_name,scale,center_w,center_h,fl_1_x,fl_1_y,fl_2_x,fl_2_y,"
    "px_to_mm_rate,mm_dist,Patient,Split,Algo\n"
)
SIZE = (40, 60)  # height, width


def head_row(
    name: str,
    values: str = "5,20,50,21,30,4,31.5,36",
    subject: str = "",
    rate: str = "0.2",
    split: str = "Train",
) -> str:
    return f"{name},3.4,30,20,{values},{subject},{rate},,{split}\n"


def fp(folder: FolderBuilder) -> Path:
    """Three structures of FP: two train subjects, one of them in two images, and a test one."""
    folder.text(
        "annotations/FP/Head.csv",
        HEAD
        + head_row("Patient00683_Plane3_1_of_2.png", subject="683", rate="0.18041237113402106")
        + head_row("Patient00721_Plane3_1_of_3.png", "1,2,3,4,5,6,7,8", "721", "", "Test"),
    )
    folder.text(
        "annotations/FP/Abdomen.csv",
        ABDOMEN + "0,Patient00683_Plane2_1_of_1.png,2.6,30,20,"
        "30.0,5.0,31.0,35.0,8,20,52.0,21.0,0.19,5.0,AlokaFit,683.0,Train\n",
    )
    folder.text(
        "annotations/FP/Femur.csv",
        FEMUR + "7,Patient00700_Plane5_1_of_1.png,2.2,30,20,10,11,50.25,12,0.1,,,Train,\n",
    )
    for place in (
        "Head/Patient00683_Plane3_1_of_2.png",
        "Head/Patient00721_Plane3_1_of_3.png",
        "Abdomen/Patient00683_Plane2_1_of_1.png",
        "Femur/Patient00700_Plane5_1_of_1.png",
    ):
        folder.scan(f"images/FP/{place}", SIZE)
    return folder.root


def heads(folder: FolderBuilder, *rows: str, header: str = HEAD) -> Plan:
    folder.text("annotations/Head.csv", header + "".join(rows))
    return read(folder.root)


def item(plan: Plan, name: str) -> Item:
    (found,) = (each for each in plan.items if each.name == name)
    return found


def test_three_structures_become_one_folder(folder: FolderBuilder, tmp_path: Path) -> None:
    out = write(read(fp(folder)), tmp_path / "out")
    written = landmarks(out)
    nothing = dict.fromkeys(f"{c}_{e}" for c in ("ofd", "bpd", "tad", "apad", "fl") for e in (1, 2))
    assert written == {
        "Patient00683_Plane3_1_of_2.png": nothing
        | {"ofd_1": (5, 20), "ofd_2": (50, 21), "bpd_1": (30, 4), "bpd_2": (31.5, 36)},
        "Patient00721_Plane3_1_of_3.png": nothing
        | {"ofd_1": (1, 2), "ofd_2": (3, 4), "bpd_1": (5, 6), "bpd_2": (7, 8)},
        "Patient00683_Plane2_1_of_1.png": nothing
        | {"tad_1": (30, 5), "tad_2": (31, 35), "apad_1": (8, 20), "apad_2": (52, 21)},
        "Patient00700_Plane5_1_of_1.png": nothing | {"fl_1": (10, 11), "fl_2": (50.25, 12)},
    }
    spacing = lines(out, "spacing.csv")
    assert float(spacing["Patient00683_Plane3_1_of_2.png"]["pixel_size_mm"]) == pytest.approx(
        0.18041237113402106, rel=1e-12
    )
    assert spacing["Patient00721_Plane3_1_of_3.png"].get("pixel_size_mm", "") == ""
    assert spacing["Patient00683_Plane2_1_of_1.png"]["algo"] == "AlokaFit"
    assert {row["centre"] for row in spacing.values()} == {"fp"}
    assert declared(out)["task"] == "landmarks"
    assert splits(out)["Patient00721_Plane3_1_of_3.png"] == "test"
    for source in folder.root.rglob("*.png"):
        (copied,) = out.glob(f"*/images/{source.name}")
        assert copied.read_bytes() == source.read_bytes()


def test_an_image_listed_again_in_the_same_words_is_one_image(folder: FolderBuilder) -> None:
    rows = [
        head_row("055_HC.png", rate="0.121527777777778", split="Train"),
        head_row("056_HC.png", rate="0.2", split="Test"),
    ]
    folder.text("HC18/annotations/Head.csv", HEAD + "".join(rows))
    folder.text("HC18/annotations/Head_Train.csv", HEAD + rows[0])
    folder.text("HC18/annotations/Head_Test.csv", HEAD + rows[1])
    # The joint set repeats it with fewer digits, and its images lie there once more.
    again = head_row("055_HC.png", "5.0,20,50.0,21,30,4,31.50,36", rate="0.121527778", split="")
    folder.text("MULTICENTRE/annotations/Head.csv", HEAD + again)
    for name in ("055_HC.png", "056_HC.png"):
        path = folder.scan(f"HC18/data/Head/{name}", SIZE)
        folder.text(f"MULTICENTRE/data/Head/{name}", path.read_bytes())
    plan = read(folder.root)
    assert {each.name: each.split for each in plan.items} == {
        "055_HC.png": "train",
        "056_HC.png": "test",
    }
    assert plan.items[0].image == folder.root / "HC18/data/Head/055_HC.png"
    assert any(note.startswith("3 lines repeat") for note in plan.notes)


@pytest.mark.parametrize(
    "other",
    [
        head_row("a_1.png", "5,20,50,22,30,4,31.5,36", "683"),
        head_row("a_1.png", subject="684"),
        head_row("a_1.png", subject="683", rate="0.2001"),
        head_row("a_1.png", subject="683", split="Test"),
    ],
)
def test_lines_that_contradict_each_other_are_both_named(folder: FolderBuilder, other: str) -> None:
    folder.scan("images/a_1.png", SIZE)
    with pytest.raises(DataError, match=r"Head\.csv, line 2 and .*Head\.csv, line 3 .*a_1\.png"):
        heads(folder, head_row("a_1.png", subject="683"), other)


def test_the_image_of_the_tables_own_centre_is_meant(folder: FolderBuilder) -> None:
    mine = folder.scan("images/UCL/Head/005_HC.png", SIZE)
    folder.scan("images/HC18/Head/005_HC.png", SIZE)
    folder.text("annotations/UCL/Head_Train.csv", HEAD + head_row("005_HC.png"))
    (only,) = read(folder.root).items
    assert only.image == mine
    assert only.calibration.other["centre"] == "ucl"


def test_images_that_cannot_be_told_apart_are_left(folder: FolderBuilder) -> None:
    folder.scan("one/005_HC.png", SIZE)
    folder.scan("other/005_HC.png", SIZE)
    plan = heads(folder, head_row("005_HC.png"))
    assert not plan.items
    assert reasons(plan)["005_HC.png"] == (
        "may be one/005_HC.png or other/005_HC.png, which differ"
    )


@pytest.mark.parametrize(
    ("values", "inside"),
    [
        ("-0.5,-0.5,59.5,39.5,1,2,3,4", True),
        ("-0.6,20,50,21,30,4,31,36", False),
        ("5,20,59.6,21,30,4,31,36", False),
        ("5,20,50,39.6,30,4,31,36", False),
        ("5,20,50,21,30,-10,31,36", False),
    ],
)
def test_points_lie_inside_the_border(folder: FolderBuilder, values: str, inside: bool) -> None:
    folder.scan("images/a_1.png", SIZE)
    plan = heads(folder, head_row("a_1.png", values))
    assert len(plan.items) == inside
    if not inside:
        (reason,) = reasons(plan).values()
        assert "annotations/Head.csv, line 2" in reason
        assert "outside the image of 60 x 40 pixels" in reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (head_row("a_1.png", "x,20,50,21,30,4,31,36"), "ofd_1_x is 'x', not a number"),
        (head_row("a_1.png", "inf,20,50,21,30,4,31,36"), "ofd_1_x is 'inf', not a number"),
        (head_row("a_1.png", "5,,50,21,30,4,31,36"), "ofd_1_y is empty beside half a point"),
        (head_row("a_1.png", rate="-0.2"), "px_to_mm_rate is -0.2, not above 0"),
        (head_row("a_1.png", rate="fast"), "px_to_mm_rate is 'fast', not a number"),
        (head_row("a_1.png", ",,,,,,,"), "has no caliper with both ends"),
        (head_row("absent.png"), "no such image"),
    ],
)
def test_an_image_that_cannot_be_used_is_left_with_the_reason(
    folder: FolderBuilder, row: str, reason: str
) -> None:
    folder.scan("images/a_1.png", SIZE)
    folder.scan("images/b_1.png", SIZE)
    plan = heads(folder, head_row("b_1.png"), row)
    assert [each.name for each in plan.items] == ["b_1.png"]
    (left,) = plan.left
    assert left.file == row.split(",")[0]
    assert reason in left.reason


def test_a_damaged_image_is_left(folder: FolderBuilder) -> None:
    folder.text("images/a_1.png", b"\x89PNG\r\n\x1a\n")
    plan = heads(folder, head_row("a_1.png"))
    assert "cannot be opened as an image" in reasons(plan)["a_1.png"]


def test_one_end_of_a_caliper_alone_is_dropped_and_counted(folder: FolderBuilder) -> None:
    folder.scan("images/a_1.png", SIZE)
    plan = heads(folder, head_row("a_1.png", "5,20,,,30,4,31,36"))
    assert points(plan)["a_1.png"] == {
        "ofd_1": None,
        "ofd_2": None,
        "bpd_1": (30, 4),
        "bpd_2": (31, 36),
    }
    assert "1 calipers with one end alone were taken out" in plan.notes


def test_a_missing_column_is_named_with_its_file(folder: FolderBuilder) -> None:
    folder.scan("images/a_1.png", SIZE)
    with pytest.raises(DataError, match="has no column bpd_2_y") as caught:
        heads(folder, head_row("a_1.png"), header=HEAD.replace("bpd_2_y", "bpd_2_why"))
    assert caught.value.where == str(folder.root / "annotations/Head.csv")


@pytest.mark.parametrize(
    "header", ["filename,pixel size(mm),head circumference (mm)\n", "image_name,label\n"]
)
def test_another_data_set_is_refused_by_the_columns_looked_for(
    folder: FolderBuilder, header: str
) -> None:
    folder.text("table.csv", header)
    with pytest.raises(DataError, match=r"image_name .*ofd_1_x"):
        read(folder.root)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        read(tmp_path / "absent")


def test_other_tables_stay_behind(folder: FolderBuilder) -> None:
    fp(folder)
    folder.text("notes.csv", "who,when\n")
    folder.text("damaged.csv", b"image_name\n\xff\xfe\n")
    plan = read(folder.root)
    assert len(plan.items) == 4
    assert reasons(plan)["notes.csv"] == "is no table of caliper points"
    assert "UTF-8" in reasons(plan)["damaged.csv"]


def test_the_number_in_a_name_is_the_subject(folder: FolderBuilder, tmp_path: Path) -> None:
    names = ("055_HC.png", "055_2HC.png", "056_HC.png", "057_HC.png", "strange.png")
    for name in names:
        folder.scan(f"images/{name}", SIZE)
    plan = heads(folder, *(head_row(name, split="") for name in names))
    assert [each.subject for each in plan.items] == ["055", "055", "056", "057", "strange"]
    assert "subject: as the image is called, for 4 images without SubjectID" in plan.notes
    assert "subject: unknown for 1 images, each counted as one of its own" in plan.notes
    found = splits(write(plan, tmp_path / "out"))
    assert found["055_HC.png"] == found["055_2HC.png"]


def test_equal_numbers_of_two_centres_are_two_subjects(folder: FolderBuilder) -> None:
    for name in ("005_HC.png", "005_HC.jpg", "006_2HC.png", "006_FL.jpeg"):
        folder.scan(f"MULTICENTRE/data/Head/{name}", SIZE)
    rows = [head_row(n) for n in ("005_HC.png", "005_HC.jpg", "006_2HC.png", "006_FL.jpeg")]
    folder.text("MULTICENTRE/annotations/Head.csv", HEAD + "".join(rows))
    plan = read(folder.root)
    assert [each.subject for each in plan.items] == ["hc18-005", "ucl-005", "hc18-006", "ucl-006"]
    # Masks and predictions go by stem, so no two images share one.
    assert [each.name for each in plan.items][:2] == ["005_HC.png", "ucl_005_HC.jpg"]


def test_subject_ids_are_spelled_as_the_file_names_spell_them(folder: FolderBuilder) -> None:
    plan = read(fp(folder))
    assert item(plan, "Patient00683_Plane3_1_of_2.png").subject == "Patient00683"
    assert item(plan, "Patient00683_Plane2_1_of_1.png").subject == "Patient00683"
    folder.scan("images/b_1.png", SIZE)
    assert item(heads(folder, head_row("b_1.png", subject="12.0")), "b_1.png").subject == "12"


@pytest.mark.parametrize("case", ["Train,Test,Val", "TRAIN,test,validation", "train,TEST,valid"])
def test_splits_are_the_sources(folder: FolderBuilder, case: str) -> None:
    names = ("a_1.png", "b_1.png", "c_1.png")
    for name in names:
        folder.scan(f"images/{name}", SIZE)
    rows = (head_row(n, subject=n[0], split=s) for n, s in zip(names, case.split(","), strict=True))
    assert [each.split for each in heads(folder, *rows).items] == ["train", "test", "val"]


def test_published_lines_fit_hc18s_own_images(folder: FolderBuilder) -> None:
    """The rate is HC18's millimetres per pixel, and the points are pixels counted from 0."""
    source = Path(os.environ.get("ULTRASOUND_TEST_DATA", "absent")) / "hc18-native"
    if not source.is_dir():
        pytest.skip("ULTRASOUND_TEST_DATA names no folder with hc18-native/")
    values = {
        "297_HC.png": ("657,299,182,313,424,472,415,139", "0.136595851666"),
        "709_2HC.png": ("666,206,168,289,450,446,384,49", "0.202544027445"),
    }
    for name in values:
        folder.text(f"images/{name}", (source / "training_set" / name).read_bytes())
    plan = heads(folder, *(head_row(n, v, rate=rate) for n, (v, rate) in values.items()))
    table = (source / "training_set_pixel_size_and_HC.csv").read_text()
    sizes = dict(line.split(",")[:2] for line in table.splitlines()[1:])
    for each in plan.items:
        assert each.calibration.spacing_mm is not None
        assert math.isclose(each.calibration.spacing_mm[0], float(sizes[each.name]), rel_tol=1e-6)
        outline = each.name.replace(".png", "_Annotation.png")
        drawn = np.asarray(Image.open(source / "training_set" / outline))
        assert each.points is not None
        assert all(drawn[int(p[1]), int(p[0])] for p in each.points.values() if p is not None)
