"""FU_Biometry's tables: points by task, our names for calipers, several tasks joined."""

from pathlib import Path

import pytest

from biometry_cli.data.importers.fu_biometry import read
from biometry_cli.errors import DataError
from tests.conftest import FolderBuilder
from tests.data.importers.round_trip import declared, landmarks, points, reasons, write

SIZE = (40, 60)  # height, width


def header(count: int, more: str = "") -> str:
    named = ",".join(f"point_{number}_xy" for number in range(1, count + 1))
    return f"image_path{more},task_name,task_id,num_classes,{named}\n"


def row(path: str, task: str, *cells: str, count: int | None = None) -> str:
    quoted = ",".join(f'"{cell}"' for cell in cells)
    return f"{path},Regression,{task},{len(cells) if count is None else count},{quoted}\n"


HC_POINTS = ("[30, 4]", "[31.5, 36]", "[5, 20]", "[50.25, 21]")
FEMUR_POINTS = ("[10.0, 11.0]", "[50, 12]")


def test_tasks_join_and_calipers_get_their_names(folder: FolderBuilder, tmp_path: Path) -> None:
    folder.text(
        "csv/HC_train.csv",
        header(4)
        + row("images/HC/1.png", "HC", *HC_POINTS)
        + row("images/HC/2.png", "HC", "[1, 2]", "[3, 4]", "", "null"),
    )
    folder.text(
        "csv/Reg-Two_3.fetal_femur.csv",
        header(2)
        + row("images/fetal_femur/Patient00757_Plane5_1_of_1.png", "fetal_femur", *FEMUR_POINTS),
    )
    cells = ("[9, 1]", "[9, 30]", "[20, 15]", "[1, 15]")
    folder.text("csv/FA_train.csv", header(4) + row("images/FA/1.png", "FA", *cells))
    sources = [
        folder.scan(f"images/{place}", SIZE)
        for place in ("HC/1.png", "HC/2.png", "fetal_femur/Patient00757_Plane5_1_of_1.png")
    ]
    twin = folder.scan("images/FA/1.png", SIZE)
    plan = read(folder.root)
    out = write(plan, tmp_path / "out")
    names = ("bpd_1", "bpd_2", "ofd_1", "ofd_2", "fl_1", "fl_2", "fa_1", "fa_2", "fa_3", "fa_4")
    nothing = dict.fromkeys(names)
    hc = {"bpd_1": (30, 4), "bpd_2": (31.5, 36), "ofd_1": (5, 20), "ofd_2": (50.25, 21)}
    fa = {"fa_1": (9, 1), "fa_2": (9, 30), "fa_3": (20, 15), "fa_4": (1, 15)}
    by_bytes = {path.read_bytes(): path.name for path in out.glob("*/images/*.png")}
    written = landmarks(out)
    assert [written[by_bytes[path.read_bytes()]] for path in (*sources, twin)] == [
        nothing | hc,
        nothing | {"bpd_1": (1, 2), "bpd_2": (3, 4)},
        nothing | {"fl_1": (10, 11), "fl_2": (50, 12)},
        nothing | fa,
    ]
    assert len(written) == 4
    assert declared(out)["task"] == "landmarks"
    assert "points of hc: bpd_1, bpd_2, ofd_1, ofd_2" in plan.notes
    assert "subject: unknown for 3 images, each counted as one of its own" in plan.notes


def test_two_tasks_of_one_image_share_its_line(folder: FolderBuilder) -> None:
    folder.scan("1.png", SIZE)
    folder.text(
        "points.csv",
        header(4)
        + row("1.png", "HC", *HC_POINTS)
        + row("1.png", "FL", *FEMUR_POINTS, "", "", count=2),
    )
    assert points(read(folder.root)) == {
        "1.png": {
            "bpd_1": (30, 4),
            "bpd_2": (31.5, 36),
            "ofd_1": (5, 20),
            "ofd_2": (50.25, 21),
            "fl_1": (10, 11),
            "fl_2": (50, 12),
        }
    }


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("csv/images/HC/1.png", "images/HC/1.png"),  # relative to the table
        ("images/HC/1.png", "images/HC/1.png"),  # to the folder
        ("data/HC/1.png", "HC\\1.png"),  # with the other slash, further down
        ("data/deep/1.png", "somewhere/else/1.png"),  # by its name
    ],
)
def test_images_are_found_where_people_put_them(
    folder: FolderBuilder, place: str, name: str
) -> None:
    path = folder.scan(place, SIZE)
    folder.scan("other/2.png", SIZE)
    folder.text("csv/HC.csv", header(4) + row(name, "HC", *HC_POINTS))
    (item,) = read(folder.root).items
    assert item.image == path


def test_the_tasks_own_folder_is_meant(folder: FolderBuilder) -> None:
    mine = folder.scan("data/HC/1.png", SIZE)
    folder.scan("data/FA/1.png", SIZE)
    folder.text("tables/a.csv", header(4) + row("1.png", "HC", *HC_POINTS))
    (item,) = read(folder.root).items
    assert item.image == mine


def test_the_hearts_tables_are_numbered_in_their_order(folder: FolderBuilder) -> None:
    folder.scan("clip1_frame3.png", SIZE)
    folder.scan("clip1_frame4.png", SIZE)
    folder.text(
        "train.csv",
        "file_path,RVOT_p1_xy,RVOT_p2_xy,PA_p1_xy,PA_p2_xy,height,width,task_name,num_classes,task_id\n"
        '"clip1_frame3.png","[1, 2]","[3, 4]","[5, 6]","[7, 8]",40,60,Regression,4,PSAX\n'
        '"clip1_frame4.png","[1, 2]","[3, 4]","[5, 6]",,40,60,Regression,4,PSAX\n',
    )
    plan = read(folder.root)
    assert points(plan)["clip1_frame3.png"] == {
        "psax_1": (1, 2),
        "psax_2": (3, 4),
        "psax_3": (5, 6),
        "psax_4": (7, 8),
    }
    # The pairs of other tasks are not known to be calipers, so a lone point stays.
    assert points(plan)["clip1_frame4.png"]["psax_3"] == (5, 6)
    assert [item.subject for item in plan.items] == ["clip1", "clip1"]


@pytest.mark.parametrize(
    ("task_id", "names"),
    [
        ("Angle of Progression (2)", ("angle_of_progression_2_1", "angle_of_progression_2_2")),
        ("7", ("regression_1", "regression_2")),
        ("TAD", ("tad_1", "tad_2")),
        ("HC", ("hc_1", "hc_2")),  # not the four points that are known
    ],
)
def test_points_of_other_tasks_are_called_by_task_and_number(
    folder: FolderBuilder, task_id: str, names: tuple[str, ...]
) -> None:
    folder.scan("1.png", SIZE)
    folder.text("t.csv", header(2) + row("1.png", task_id, *FEMUR_POINTS))
    assert tuple(points(read(folder.root))["1.png"]) == names


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("[1, 2]", "far"), "line 2, point_2_xy is 'far', not a pair [x, y]"),
        (("[1, 2]", "[1]"), "point_2_xy is '[1]', not a pair"),
        (("[1, 2]", "[1, null]"), "half a point"),
        (("[1, 2]", "[1, true]"), "not a pair of numbers"),
        (("[1, 2]", "[1, Infinity]"), "not a pair of numbers"),
        (("[1, 2]", "[59.6, 2]"), "point_2_x is 59.6, outside the image of 60 x 40 pixels"),
        (("[1, -0.6]", "[5, 2]"), "point_1_y is -0.6, outside"),
        (("", "null"), "no point of it is annotated"),
        (("[NaN, NaN]", "[null, null]"), "no point of it is annotated"),
    ],
)
def test_an_image_that_cannot_be_used_is_left_with_the_reason(
    folder: FolderBuilder, cells: tuple[str, ...], reason: str
) -> None:
    folder.scan("1.png", SIZE)
    folder.scan("2.png", SIZE)
    folder.text(
        "t.csv", header(2) + row("1.png", "FUGC", *cells) + row("2.png", "FUGC", *FEMUR_POINTS)
    )
    plan = read(folder.root)
    assert [item.name for item in plan.items] == ["2.png"]
    (left,) = plan.left
    assert left.file == "1.png (t.csv, line 2)"
    assert reason in left.reason


def test_missing_images_and_wrong_sizes_are_left(folder: FolderBuilder) -> None:
    folder.scan("1.png", SIZE)
    more = ",height,width"
    folder.text(
        "t.csv",
        header(2, more)
        + row("1.png,40,60", "FUGC", *FEMUR_POINTS)
        + row("2.png,40,60", "FUGC", *FEMUR_POINTS),
    )
    folder.scan("half.png", (20, 30))
    folder.text("u.csv", header(2, more) + row("half.png,40,60", "FUGC", "[1, 2]", "[3, 4]"))
    plan = read(folder.root)
    assert [item.name for item in plan.items] == ["1.png"]
    assert reasons(plan) == {
        "2.png (t.csv, line 3)": "no such image",
        "half.png (u.csv, line 2)": "its width is 30 pixels, but the table says 60",
    }


@pytest.mark.parametrize(("count", "kept"), [(2, True), (3, False), (1, False)])
def test_num_classes_must_fit_the_points(folder: FolderBuilder, count: int, kept: bool) -> None:
    folder.scan("1.png", SIZE)
    folder.text("t.csv", header(2) + row("1.png", "FUGC", *FEMUR_POINTS, count=count))
    assert len(read(folder.root).items) == kept


def test_one_end_of_a_caliper_alone_is_dropped_and_counted(folder: FolderBuilder) -> None:
    folder.scan("1.png", SIZE)
    folder.text("t.csv", header(4) + row("1.png", "HC", "[1, 2]", "[3, 4]", "[5, 6]", ""))
    plan = read(folder.root)
    assert points(plan)["1.png"]["ofd_1"] is None
    assert points(plan)["1.png"]["bpd_1"] == (1, 2)
    assert "1 calipers with one end alone were taken out" in plan.notes


def test_a_short_ofd_raises_a_doubt(folder: FolderBuilder) -> None:
    folder.scan("1.png", SIZE)
    folder.text("t.csv", header(4) + row("1.png", "HC", *HC_POINTS[2:], *HC_POINTS[:2]))
    assert any("BPD is longer than OFD in 1 images" in note for note in read(folder.root).notes)


def test_lines_that_repeat_and_lines_that_contradict(folder: FolderBuilder) -> None:
    folder.scan("1.png", SIZE)
    folder.text("t.csv", header(2) + row("1.png", "FL", *FEMUR_POINTS) * 2)
    assert len(read(folder.root).items) == 1
    folder.text("u.csv", header(2) + row("1.png", "FL", "[10, 11]", "[50, 12.5]"))
    with pytest.raises(DataError, match=r"t\.csv, line 3 and u\.csv, line 2 put fl_2 of 1\.png"):
        read(folder.root)


def test_a_table_that_was_replaced_stays_behind(folder: FolderBuilder) -> None:
    folder.scan("1.png", SIZE)
    folder.text("FA_train.csv", header(2) + row("1.png", "FA", "[1, 2]", "[3, 4]"))
    folder.text("FA_train_new.csv", header(2) + row("1.png", "FA", "[3, 4]", "[1, 2]"))
    plan = read(folder.root)
    assert points(plan)["1.png"] == {"fa_1": (3, 4), "fa_2": (1, 2)}
    assert reasons(plan) == {"FA_train.csv": "is replaced by FA_train_new.csv"}


def test_other_tables_stay_behind(folder: FolderBuilder) -> None:
    folder.scan("1.png", SIZE)
    folder.text("t.csv", header(2) + row("1.png", "FL", *FEMUR_POINTS))
    folder.text("test_metadata.csv", "image_path,task_id\n1.png,FL\n")
    folder.text("A4C_train.csv", "file_path,LV_上下_p1_xy,task_id\n".encode("gb18030"))
    plan = read(folder.root)
    assert len(plan.items) == 1
    assert reasons(plan)["test_metadata.csv"] == "holds no points"
    assert "UTF-8" in reasons(plan)["A4C_train.csv"]


def test_a_missing_column_is_named_with_its_file(folder: FolderBuilder) -> None:
    path = folder.text("t.csv", header(4).replace("point_2_xy,", ""))
    with pytest.raises(DataError, match="has no column point_2_xy") as caught:
        read(folder.root)
    assert caught.value.where == str(path)


def test_another_data_set_is_refused_by_the_columns_looked_for(folder: FolderBuilder) -> None:
    folder.text("table.csv", "filename,label\na.png,head\n")
    with pytest.raises(DataError, match="image_path, task_id and point_1_xy"):
        read(folder.root)
