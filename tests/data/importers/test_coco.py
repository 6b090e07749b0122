"""COCO sources in the layouts that people export: masks, landmarks, splits and damaged entries."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from biometry_cli.data.importers.coco import read
from biometry_cli.data.importers.plan import Item, Plan
from biometry_cli.data.layout import read_dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.errors import DataError
from tests.conftest import FolderBuilder
from tests.data.importers.round_trip import (
    declared,
    landmarks,
    points,
    reasons,
    splits,
    write,
)

HEIGHT, WIDTH = 12, 16
# Roboflow puts the project itself first, as a category that nothing shows.
CATEGORIES = [
    {"id": 0, "name": "scans", "supercategory": "none"},
    {"id": 3, "name": "femur", "supercategory": "scans"},
    {"id": 2, "name": "head", "supercategory": "scans"},
]
HEAD, FEMUR = 2, 3
POSE = [
    {
        "id": 1,
        "name": "calipers",
        "keypoints": ["Left end", "right END", "tip"],
        "skeleton": [[1, 2]],
    }
]


def rectangle(left: float, top: float, right: float, bottom: float) -> list[float]:
    return [left, top, right, top, right, bottom, left, bottom]


def outline(image: int, category: int, *polygons: list[float]) -> dict[str, Any]:
    return {"image_id": image, "category_id": category, "segmentation": [*polygons]}


def pose(image: int, *values: float, category: int = 1) -> dict[str, Any]:
    return {"image_id": image, "category_id": category, "keypoints": values, "segmentation": []}


def coco(
    folder: FolderBuilder,
    place: str,
    images: list[str],
    annotations: list[dict[str, Any]],
    categories: list[dict[str, Any]] | None = None,
) -> Path:
    """A COCO file whose images are numbered from 1."""
    numbered = [
        {"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT}
        for number, name in enumerate(images, start=1)
    ]
    content = {
        "info": {"year": 2026},
        "images": numbered,
        "annotations": [{"id": n, "iscrowd": 0, **each} for n, each in enumerate(annotations)],
        "categories": CATEGORIES if categories is None else categories,
    }
    return folder.text(place, json.dumps(content))


def mask_of(item: Item) -> npt.NDArray[np.uint8]:
    assert callable(item.mask)
    return item.mask()


def item(plan: Plan, name: str) -> Item:
    (found,) = (each for each in plan.items if each.name == name)
    return found


@pytest.fixture
def truth(folder: FolderBuilder) -> dict[str, npt.NDArray[np.uint8]]:
    """A source with train, valid and test folders as Roboflow exports; gives the true masks."""
    masks: dict[str, npt.NDArray[np.uint8]] = {}

    def split(name: str, images: list[str], annotations: list[dict[str, Any]]) -> None:
        coco(folder, f"{name}/_annotations.coco.json", images, annotations)
        for image in images:
            folder.scan(f"{name}/{image}", (HEIGHT, WIDTH))

    split(
        "train",
        ["a_1_png.rf.1f.jpg", "a_1_png.rf.2e.jpg", "b_1.png"],
        [
            outline(1, HEAD, rectangle(1, 1, 9, 8)),
            outline(1, FEMUR, rectangle(10, 2, 15, 4), rectangle(10, 6, 15, 7)),
            {"image_id": 2, "category_id": HEAD, "segmentation": runs(3, 2, 8, 9)},
            outline(3, HEAD, rectangle(0, 0, 4, 4)),
            outline(3, HEAD, rectangle(8, 8, 16, 12)),
        ],
    )
    first, second, third = (np.zeros((HEIGHT, WIDTH), np.uint8) for _ in range(3))
    first[1:8, 1:9] = 1
    first[2:4, 10:15] = first[6:7, 10:15] = 2
    second[2:9, 3:8] = 1
    third[:4, :4] = third[8:, 8:] = 1
    masks |= {"a_1_png.rf.1f": first, "a_1_png.rf.2e": second, "b_1": third}
    split("valid", ["c_1.png"], [outline(1, FEMUR, rectangle(2, 2, 6, 5))])
    split("test", ["d_1.png"], [])
    fourth = np.zeros((HEIGHT, WIDTH), np.uint8)
    fourth[2:5, 2:6] = 2
    return masks | {"c_1": fourth, "d_1": np.zeros((HEIGHT, WIDTH), np.uint8)}


def runs(left: int, top: int, right: int, bottom: int) -> dict[str, Any]:
    """A rectangle as run lengths down the columns."""
    counts = [left * HEIGHT + top]
    for _ in range(left, right):
        counts += [bottom - top, HEIGHT - (bottom - top)]
    counts[-1] = HEIGHT * WIDTH - sum(counts[:-1])
    return {"counts": counts, "size": [HEIGHT, WIDTH]}


def test_masks_are_written_to_the_pixel(
    folder: FolderBuilder, tmp_path: Path, truth: dict[str, npt.NDArray[np.uint8]]
) -> None:
    plan = read(folder.root)
    out = write(plan, tmp_path / "out")
    written = {path.stem: np.asarray(Image.open(path)) for path in out.glob("*/masks/*.png")}
    assert written.keys() == truth.keys()
    for stem, mask in truth.items():
        assert np.array_equal(written[stem], mask), stem
    assert {Path(name).stem: split for name, split in splits(out).items()} == {
        "a_1_png.rf.1f": "train",
        "a_1_png.rf.2e": "train",
        "b_1": "train",
        "c_1": "val",
        "d_1": "test",
    }
    assert declared(out)["classes"] == ["background", "head", "femur"]
    assert declared(out)["task"] == "segment"
    assert "1 images show no class; their masks are background alone" in plan.notes
    assert "categories without an outline, which are no class: scans" in plan.notes


def test_the_new_folder_reads_as_a_data_set(
    folder: FolderBuilder, tmp_path: Path, truth: dict[str, npt.NDArray[np.uint8]]
) -> None:
    dataset = read_dataset(write(read(folder.root), tmp_path / "out"))
    assert dataset.problems == ()
    assert dataset.labels.classes == ("background", "head", "femur")
    train = dataset.split("train")
    # Roboflow's versions of one scan show one subject.
    assert [sample.subject for sample in train] == ["a", "a", "b"]
    for sample in train:
        assert sample.mask is not None
        mask = read_mask(sample.mask, dataset.labels.structures, dataset.coding)
        assert np.array_equal(mask, truth[sample.image.stem])


def test_a_structure_inside_another_one_stays_whole(folder: FolderBuilder) -> None:
    for name in ("a_1.png", "b_1.png"):
        folder.scan(f"images/{name}", (HEIGHT, WIDTH))
    inner, outer = rectangle(4, 4, 6, 6), rectangle(2, 2, 12, 10)
    for order in ((HEAD, FEMUR), (FEMUR, HEAD)):
        big, small = order
        coco(
            folder,
            "annotations/all.json",
            ["a_1.png", "b_1.png"],
            [
                outline(1, small, inner),
                outline(1, big, outer),
                outline(2, big, rectangle(0, 0, 1, 1)),
            ],
        )
        plan = read(folder.root)
        mask = mask_of(item(plan, "a_1.png"))
        assert (mask[4:6, 4:6] == (1 if small == HEAD else 2)).all()
        assert np.count_nonzero(mask == (1 if big == HEAD else 2)) == 80 - 4
        assert any(note.startswith("4 pixels in 1 images lie in several") for note in plan.notes)


def test_key_points_become_landmarks(folder: FolderBuilder, tmp_path: Path) -> None:
    names = ["a_1.png", "b_1.png", "c_1.png"]
    for name in names:
        folder.scan(f"images/{name}", (HEIGHT, WIDTH))
    annotations = [
        pose(1, 0, 0, 2, 15, 11, 1, 7.5, 3.25, 2),
        pose(2, 1, 2, 2, 9, 9, 0, 0, 0, 0),
        pose(3, 4, 4, 2, 5, 5, 2, 6, 6, 2),
    ]
    coco(folder, "annotations/points.json", names, annotations, POSE)
    plan = read(folder.root)
    out = write(plan, tmp_path / "out")
    # Pixel centres at whole numbers on both sides: (0, 0) is the first pixel's, (15, 11) the last.
    assert landmarks(out) == {
        "a_1.png": {"left_end": (0, 0), "right_end": (15, 11), "tip": (7.5, 3.25)},
        "b_1.png": {"left_end": (1, 2), "right_end": None, "tip": None},
        "c_1.png": {"left_end": (4, 4), "right_end": (5, 5), "tip": (6, 6)},
    }
    assert declared(out)["swap"] == [["left_end", "right_end"]]
    assert declared(out)["task"] == "landmarks"
    assert all(each.mask is None for each in plan.items)


def test_outlines_and_key_points_of_two_files_join(folder: FolderBuilder) -> None:
    folder.scan("train2017/a_1.png", (HEIGHT, WIDTH))
    folder.scan("val2017/b_1.png", (HEIGHT, WIDTH))
    both = [{**POSE[0], "id": 2, "name": "head"}]
    for split, name in (("train", "a_1.png"), ("val", "b_1.png")):
        shape = outline(1, HEAD, rectangle(1, 1, 5, 5))
        place = f"annotations/instances_{split}2017.json"
        coco(folder, place, [name], [shape], [{"id": 2, "name": "head"}])
        posed = {**shape, "keypoints": [1, 1, 2, 4, 4, 2, 0, 0, 0]}
        coco(folder, f"annotations/person_keypoints_{split}2017.json", [name], [posed], both)
    plan = read(folder.root)
    assert {each.name: each.split for each in plan.items} == {"a_1.png": "train", "b_1.png": "val"}
    for each in plan.items:
        assert np.count_nonzero(mask_of(each)) == 16
        assert each.points == {"left_end": (1, 1), "right_end": (4, 4), "tip": None}
    assert plan.declaration.task is None
    assert "both masks and landmarks were found; --task chooses what to learn" in plan.notes


def test_one_end_of_a_caliper_alone_is_dropped_and_counted(folder: FolderBuilder) -> None:
    folder.scan("a_1.png", (HEIGHT, WIDTH))
    categories = [{"id": 1, "name": "head", "keypoints": ["bpd_1", "bpd_2", "ofd_1", "ofd_2"]}]
    values = (1, 2, 2, 0, 0, 0, 3, 4, 2, 5, 6, 2)
    plan = read(coco(folder, "all.json", ["a_1.png"], [pose(1, *values)], categories))
    assert points(plan)["a_1.png"] == {
        "bpd_1": None,
        "bpd_2": None,
        "ofd_1": (3, 4),
        "ofd_2": (5, 6),
    }
    assert "1 calipers with one end alone were taken out" in plan.notes


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((["tip"], ["base"]), ["tip", "base"]),
        ((["tip"], ["tip"]), ["femur_tip", "head_tip"]),
        ((["Öhr links"], ["x"]), ["hr_links", "x"]),
        ((["左"], ["右"]), ["category_1_1", "category_2_1"]),
    ],
)
def test_landmark_names_fit_a_column_and_differ(
    folder: FolderBuilder, names: tuple[list[str], list[str]], expected: list[str]
) -> None:
    folder.scan("a_1.png", (HEIGHT, WIDTH))
    categories = [
        {"id": 1, "name": "femur", "keypoints": names[0]},
        {"id": 2, "name": "head", "keypoints": names[1]},
    ]
    annotations = [pose(1, 1, 1, 2), pose(1, 2, 2, 2, category=2)]
    plan = read(coco(folder, "all.json", ["a_1.png"], annotations, categories))
    assert list(points(plan)["a_1.png"]) == expected


@pytest.mark.parametrize(
    ("annotations", "reason"),
    [
        ([pose(1, 15.6, 1, 2, 1, 1, 2, 1, 1, 2)], "left_end_x is 15.6, outside the image of 16 x"),
        ([pose(1, 1, 1, 2, 1, -0.6, 1, 1, 1, 2)], "right_end_y is -0.6, outside"),
        ([pose(1, 1, 1, 2)], "has 3 values for 3 key points"),
        ([{**pose(1), "keypoints": [1, "x", 2] * 3}], "no x, y, visibility"),
        ([pose(1, *[1, 1, 2] * 3), pose(1, *[2, 2, 2] * 3)], "of 2 instances of calipers"),
        ([pose(1, *[0, 0, 0] * 3)], "has no key points"),
        ([], "has no key points"),
    ],
)
def test_key_points_that_cannot_be_used_leave_their_image(
    folder: FolderBuilder, annotations: list[dict[str, Any]], reason: str
) -> None:
    names = ["a_1.png", "b_1.png"]
    for name in names:
        folder.scan(name, (HEIGHT, WIDTH))
    more = pose(2, *[1, 1, 2] * 3)
    plan = read(coco(folder, "all.json", names, [*annotations, more], POSE))
    assert list(points(plan)) == ["b_1.png"]
    assert reason in reasons(plan)["a_1.png"]


@pytest.mark.parametrize(
    ("segmentation", "reason"),
    [
        ([[0, 0, 1, 1]], "a polygon without three corners"),
        ({"counts": [3], "size": [HEIGHT, WIDTH]}, "run lengths that do not add up"),
        ({"counts": [3], "size": [WIDTH, HEIGHT]}, "run lengths for the size [16, 12]"),
        ([], "shows head without its outline"),
    ],
)
def test_outlines_that_cannot_be_drawn_leave_their_image(
    folder: FolderBuilder, segmentation: Any, reason: str
) -> None:
    names = ["a_1.png", "b_1.png"]
    for name in names:
        folder.scan(name, (HEIGHT, WIDTH))
    bad = {"image_id": 1, "category_id": HEAD, "segmentation": segmentation}
    good = outline(2, HEAD, rectangle(1, 1, 3, 3))
    plan = read(coco(folder, "all.json", names, [bad, good]))
    assert [each.name for each in plan.items] == ["b_1.png"]
    assert reason in reasons(plan)["a_1.png"]


def test_images_that_are_not_there_or_of_another_size_are_left(folder: FolderBuilder) -> None:
    folder.scan("images/a_1.png", (HEIGHT, WIDTH))
    folder.scan("images/b_1.png", (HEIGHT, WIDTH + 1))
    annotations = [outline(number, HEAD, rectangle(1, 1, 3, 3)) for number in (1, 2, 3, 4)]
    path = coco(folder, "annotations/all.json", ["a_1.png", "b_1.png", "c_1.png"], annotations)
    plan = read(path)
    assert [each.name for each in plan.items] == ["a_1.png"]
    assert reasons(plan) == {
        "b_1.png": "is 17 x 12 pixels, but annotated as 16 x 12",
        "c_1.png": "no such image",
    }
    assert "1 annotations name an image or a category that is not listed" in plan.notes


def test_the_folder_in_an_images_name_tells_which_is_meant(folder: FolderBuilder) -> None:
    mine = folder.scan("export/second/a_1.png", (HEIGHT, WIDTH))
    folder.scan("export/first/a_1.png", (HEIGHT, WIDTH))
    shape = outline(1, HEAD, rectangle(1, 1, 3, 3))
    coco(folder, "all.json", ["C:/drive/second/a_1.png"], [shape])
    assert [each.image for each in read(folder.root).items] == [mine]


def test_an_image_of_two_splits_is_left(folder: FolderBuilder) -> None:
    folder.scan("images/a_1.png", (HEIGHT, WIDTH))
    shape = outline(1, HEAD, rectangle(1, 1, 3, 3))
    for split in ("train", "test"):
        coco(folder, f"annotations/{split}.json", ["a_1.png"], [shape])
    assert reasons(read(folder.root)) == {"a_1.png": "is listed for test and train"}


@pytest.mark.parametrize(
    ("names", "subjects"),
    [
        (["a_1.png", "a_2.png", "b.png"], ["a", "a", "b"]),
        (["scan_1.png", "scan_2.png"], ["scan_1", "scan_2"]),
    ],
)
def test_subjects_are_read_from_names(
    folder: FolderBuilder, names: list[str], subjects: list[str]
) -> None:
    for name in names:
        folder.scan(name, (HEIGHT, WIDTH))
    shapes = [outline(n, HEAD, rectangle(1, 1, 3, 3)) for n in range(1, len(names) + 1)]
    plan = read(coco(folder, "all.json", names, shapes))
    assert [each.subject for each in plan.items] == subjects
    # Neither the lone file nor the folder that was named says train, val or test.
    assert {each.split for each in plan.items} == {None}


def test_the_folder_that_is_named_tells_no_split(folder: FolderBuilder) -> None:
    folder.scan("test/a_1.png", (HEIGHT, WIDTH))
    shape = outline(1, HEAD, rectangle(1, 1, 3, 3))
    coco(folder, "test/annotations.json", ["a_1.png"], [shape])
    assert read(folder.root / "test").items[0].split is None
    assert read(folder.root).items[0].split == "test"


def test_boxes_alone_are_refused(folder: FolderBuilder) -> None:
    folder.scan("a_1.png", (HEIGHT, WIDTH))
    box = {"image_id": 1, "category_id": HEAD, "bbox": [1, 1, 3, 3], "segmentation": []}
    with pytest.raises(DataError, match="neither outlines nor key points"):
        read(coco(folder, "all.json", ["a_1.png"], [box]))


def test_key_points_named_otherwise_in_another_file_are_refused(folder: FolderBuilder) -> None:
    coco(folder, "one.json", [], [], POSE)
    coco(folder, "two.json", [], [], [{**POSE[0], "keypoints": ["other"]}])
    with pytest.raises(DataError, match="names the key points of calipers otherwise"):
        read(folder.root)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", r"is not in COCO's format \(no images, annotations, categories\)"),
        ('{"images": [], "annotations": []}', "is not in COCO's format"),
        (
            '{"images": [{"id": 1}], "annotations": [], "categories": []}',
            r"is damaged at images\.0\.file_name",
        ),
    ],
)
def test_other_files_are_refused_by_what_is_looked_for(
    folder: FolderBuilder, content: str, reason: str
) -> None:
    folder.text("a.json", content)
    with pytest.raises(DataError, match=f"no JSON file with images, annotations.*{reason}"):
        read(folder.root)


def test_other_files_beside_a_coco_file_stay_behind(folder: FolderBuilder) -> None:
    folder.scan("a_1.png", (HEIGHT, WIDTH))
    coco(folder, "all.json", ["a_1.png"], [outline(1, HEAD, rectangle(1, 1, 3, 3))])
    folder.text("more/settings.json", "{}")
    plan = read(folder.root)
    assert len(plan.items) == 1
    assert reasons(plan)["more/settings.json"].startswith("is not in COCO's format")


def test_no_such_source(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        read(tmp_path / "absent")


@pytest.mark.parametrize(
    ("size", "taken"),
    [
        ({}, True),
        ({"width": WIDTH}, True),
        ({"height": HEIGHT}, True),
        ({"width": WIDTH, "height": HEIGHT}, True),
        ({"width": WIDTH + 1}, False),
        ({"height": HEIGHT + 1}, False),
        ({"width": WIDTH, "height": HEIGHT + 1}, False),
        ({"width": WIDTH + 1, "height": HEIGHT}, False),
        ({"width": HEIGHT, "height": WIDTH}, False),
    ],
)
def test_each_side_that_is_told_must_fit(
    folder: FolderBuilder, size: dict[str, int], taken: bool
) -> None:
    folder.scan("a.png", (HEIGHT, WIDTH))
    content = {
        "images": [{"id": 1, "file_name": "a.png", **size}],
        "annotations": [{"id": 1, **outline(1, HEAD, rectangle(2, 2, 9, 9))}],
        "categories": CATEGORIES,
    }
    folder.text("all.json", json.dumps(content))
    if taken:
        (item,) = read(folder.root).items
        assert item.name == "a.png"
    else:
        # Its outline would have drawn a class; without any image there is nothing to learn.
        with pytest.raises(DataError, match="neither outlines nor key points"):
            read(folder.root)
