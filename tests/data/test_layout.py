"""Every documented layout of a data folder, and every way in which one can be wrong."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest

from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.layout import Dataset, read_dataset
from biometry_cli.data.tables import Calibration
from biometry_cli.errors import DataError

if TYPE_CHECKING:
    from conftest import FolderBuilder

Mask = npt.NDArray[np.uint8]
SPLITS = ("train", "val", "test")


def indices(*rows: list[int]) -> Mask:
    return np.array(rows, np.uint8)


def names(dataset: Dataset, split: str) -> list[str]:
    return [sample.image.name for sample in dataset.split(split)]


def problem(dataset: Dataset) -> DataError:
    (found,) = dataset.problems
    return found


def test_masks_by_split(folder: "FolderBuilder", square_mask: Mask) -> None:
    for split in SPLITS:
        for subject in "ab":
            folder.pair(split, f"{split}-{subject}_1", square_mask)
    dataset = read_dataset(folder.root)
    assert dataset.labels == LabelSchema(task="segment", classes=("background", "structure_1"))
    assert {split: names(dataset, split) for split in SPLITS} == {
        split: [f"{split}-a_1.png", f"{split}-b_1.png"] for split in SPLITS
    }
    sample = dataset.split("val")[0]
    assert sample.mask == folder.root / "val/masks/val-a_1.png"
    assert sample.subject == "val-a"
    assert dataset.problems == ()
    assert any("--structures" in note for note in dataset.notes)


def test_a_mask_may_have_another_suffix_than_its_image(
    folder: "FolderBuilder", square_mask: Mask
) -> None:
    folder.scan("test/images/a.jpg")
    folder.image("test/masks/a.tif", square_mask)
    dataset = read_dataset(folder.root)
    assert dataset.split("test")[0].mask == folder.root / "test/masks/a.tif"
    assert dataset.problems == ()


def test_hidden_and_other_files_are_passed_over(folder: "FolderBuilder", square_mask: Mask) -> None:
    folder.pair("test", "a", square_mask)
    folder.text("test/images/.DS_Store", "x")
    folder.text("test/images/._a.png", "x")
    folder.text("test/masks/._a.png", "x")
    folder.text("test/images/notes.txt", "x")
    dataset = read_dataset(folder.root)
    assert names(dataset, "test") == ["a.png"]
    assert dataset.problems == ()


def test_labels_csv(folder: "FolderBuilder") -> None:
    for split in SPLITS:
        for stem in ("x", "y"):
            folder.scan(f"{split}/images/{split}{stem}.png")
        text = f"filename,label\r\n{split}x.png,head\r\n{split}y.png,abdomen\r\n"
        folder.text(f"{split}/labels.csv", b"\xef\xbb\xbf" + text.encode())
    dataset = read_dataset(folder.root)
    assert dataset.labels == LabelSchema(task="classify", classes=("abdomen", "head"))
    assert [sample.label for sample in dataset.split("val")] == ["head", "abdomen"]
    assert dataset.problems == ()


@pytest.mark.parametrize("inside", ["", "images/"])
def test_a_folder_a_class(folder: "FolderBuilder", inside: str) -> None:
    for split in SPLITS:
        for label in ("head", "femur"):
            folder.scan(f"{split}/{inside}{label}/{split}{label}_1.png")
    dataset = read_dataset(folder.root)
    assert dataset.labels == LabelSchema(task="classify", classes=("femur", "head"))
    assert [sample.label for sample in dataset.split("train")] == ["femur", "head"]


def test_labels_csv_stands_above_class_folders(folder: "FolderBuilder") -> None:
    folder.scan("test/images/a.png")
    folder.scan("test/images/leftover/b.png")
    folder.text("test/labels.csv", "filename,label\na.png,head\n")
    dataset = read_dataset(folder.root)
    assert [(s.image.name, s.label) for s in dataset.split("test")] == [("a.png", "head")]


def eight_subjects(folder: "FolderBuilder", split: str, mask: Mask) -> None:
    for subject in range(8):
        for number in range(3):
            folder.pair(split, f"s{subject}_{number}", mask)


def subjects(dataset: Dataset) -> dict[str, set[str]]:
    return {split: {s.subject for s in samples} for split, samples in dataset.splits.items()}


@pytest.mark.parametrize(("split", "made"), [("train", SPLITS[:2]), ("", SPLITS)])
def test_missing_splits_are_drawn_by_subject(
    folder: "FolderBuilder", square_mask: Mask, split: str, made: tuple[str, ...]
) -> None:
    eight_subjects(folder, split, square_mask)
    dataset = read_dataset(folder.root, seed=3)
    drawn = subjects(dataset)
    assert tuple(drawn) == made
    assert sum(len(each) for each in drawn.values()) == 8
    assert set().union(*drawn.values()) == {f"s{i}" for i in range(8)}
    assert all(len(dataset.split(name)) == 3 * len(drawn[name]) for name in made)
    assert any("drawn by subject with seed 3" in note for note in dataset.notes)

    assert read_dataset(folder.root, seed=3).splits == dataset.splits
    others = [subjects(read_dataset(folder.root, seed=seed)) for seed in range(4, 10)]
    assert any(other != drawn for other in others)


def test_a_given_test_split_stays_when_val_is_drawn(
    folder: "FolderBuilder", square_mask: Mask
) -> None:
    eight_subjects(folder, "train", square_mask)
    folder.pair("test", "t_1", square_mask)
    drawn = [
        read_dataset(folder.root, split_shares=(0.5, 0.25, 0.25), seed=seed) for seed in range(40)
    ]
    assert all(names(dataset, "test") == ["t_1.png"] for dataset in drawn)
    # On average a third of what train and val share, which is of 8 subjects.
    sizes = [len(subjects(dataset)["val"]) for dataset in drawn]
    assert min(sizes) >= 1
    assert 2.0 < sum(sizes) / len(sizes) < 3.3


def test_too_few_subjects_to_draw_from(folder: "FolderBuilder", square_mask: Mask) -> None:
    for number in range(9):
        folder.pair("", f"one_{number}", square_mask)
    with pytest.raises(DataError, match="1 subjects cannot be dealt out") as caught:
        read_dataset(folder.root)
    assert caught.value.where == str(folder.root)
    assert "dataset.toml" in caught.value.mend


def test_a_subject_expression(folder: "FolderBuilder", square_mask: Mask) -> None:
    for stem in ("2024-p07-a", "2025-p07-b", "scan"):
        folder.pair("test", stem, square_mask)
    folder.text("dataset.toml", "subject = '-(p[0-9]+)-'\n")
    dataset = read_dataset(folder.root)
    assert [sample.subject for sample in dataset.split("test")] == ["p07", "p07", "scan"]


def both_kinds(folder: "FolderBuilder") -> None:
    folder.pair("test", "a_1", indices([0, 1, 1, 2]))
    folder.pair("test", "b_1", indices([0, 1, 2, 2]))
    folder.pair("test", "c_1", indices([0, 0, 0, 0]))


def test_masks_come_before_labels_and_the_choice_is_told(folder: "FolderBuilder") -> None:
    both_kinds(folder)
    folder.text("test/labels.csv", "filename,label\na_1.png,x\nb_1.png,y\nc_1.png,y\n")
    found = read_dataset(folder.root)
    assert found.labels.task == "segment"
    assert any("found masks and labels; --task" in note for note in found.notes)
    asked = read_dataset(folder.root, task="classify")
    assert asked.labels.classes == ("x", "y")
    assert not any("found masks and labels" in note for note in asked.notes)


def test_dataset_toml_may_choose_the_task(folder: "FolderBuilder") -> None:
    both_kinds(folder)
    folder.text("test/labels.csv", "filename,label\na_1.png,x\nb_1.png,y\nc_1.png,y\n")
    folder.text("dataset.toml", 'task = "classify"\n')
    assert read_dataset(folder.root).labels.task == "classify"
    assert read_dataset(folder.root, task="segment").labels.task == "segment"


def test_labels_from_masks_are_the_largest_structure(folder: "FolderBuilder") -> None:
    both_kinds(folder)
    dataset = read_dataset(folder.root, task="classify", structures=("head", "femur"))
    assert dataset.labels.classes == ("background", "head", "femur")
    assert [s.label for s in dataset.split("test")] == ["head", "femur", "background"]
    assert any("largest area" in note for note in dataset.notes)


def test_structure_names_by_flag_then_toml_then_model(folder: "FolderBuilder") -> None:
    both_kinds(folder)
    model = LabelSchema(task="segment", classes=("background", "m1", "m2"))
    assert read_dataset(folder.root).labels.structures == ("structure_1", "structure_2")
    assert read_dataset(folder.root, known_labels=model).labels.structures == ("m1", "m2")
    folder.text("dataset.toml", 'classes = ["background", "t1", "t2"]\n')
    assert read_dataset(folder.root, known_labels=model).labels.structures == ("t1", "t2")
    named = read_dataset(folder.root, known_labels=model, structures=("f1", "f2"))
    assert named.labels.structures == ("f1", "f2")


def test_colours_name_the_structures(folder: "FolderBuilder") -> None:
    folder.pair("test", "a", np.array([[(0, 0, 0), (9, 8, 7)]], np.uint8))
    folder.text("dataset.toml", "[colors]\nfemur = [1, 2, 3]\nhead = [9, 8, 7]\n")
    dataset = read_dataset(folder.root)
    assert dataset.labels.structures == ("femur", "head")
    assert dataset.coding.colors["head"] == (9, 8, 7)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("subjekt = '(a)'\n", "subjekt"),
        ("subject = 'a'\n", "one group"),
        ("subject = '(a'\n", "regular expression"),
        ("task = 'detect'\n", "task"),
        ("classes = 3\n", "classes"),
        ("classes = ['background', 'head', 'head']\n", "different"),
        ("classes = ['background', '']\n", "different"),
        ("classes = ['background']\n", "background"),
        ("[colors]\nhead = [1, 2]\n", "colors.head"),
        ("task = \n", "cannot be read"),
        (b"task = '\xff'\n", "cannot be read"),
    ],
)
def test_a_bad_dataset_toml_is_named(
    folder: "FolderBuilder", square_mask: Mask, text: str | bytes, fragment: str
) -> None:
    folder.pair("test", "a", square_mask)
    path = folder.text("dataset.toml", text)
    with pytest.raises(DataError, match=fragment) as caught:
        read_dataset(folder.root)
    assert caught.value.where == str(path)


def test_an_image_without_a_mask_is_a_problem(folder: "FolderBuilder", square_mask: Mask) -> None:
    folder.pair("test", "a", square_mask)
    lonely = folder.scan("test/images/b.png")
    found = problem(read_dataset(folder.root))
    assert found.where == str(lonely)
    assert "no mask" in found.what


def test_two_masks_of_one_image_are_a_problem(folder: "FolderBuilder", square_mask: Mask) -> None:
    folder.pair("test", "a", square_mask)
    second = folder.image("test/masks/a.tif", square_mask)
    assert problem(read_dataset(folder.root)).where == str(second)


def test_two_images_of_one_stem_are_a_problem(folder: "FolderBuilder", square_mask: Mask) -> None:
    folder.pair("test", "a", square_mask)
    folder.scan("test/images/a.jpg")
    assert "2 images are called a" in problem(read_dataset(folder.root)).what


def test_labels_that_name_absent_images_are_a_problem(folder: "FolderBuilder") -> None:
    folder.scan("test/images/a.png")
    lines = "".join(f"gone{i}.png,head\n" for i in range(5))
    table = folder.text("test/labels.csv", "filename,label\na.png,head\n" + lines)
    found = problem(read_dataset(folder.root))
    assert found.where == str(table)
    assert "gone0.png, gone1.png, gone2.png and 2 more" in found.what


@pytest.mark.parametrize("lines", ["a.png,head\n", ""])
def test_an_image_without_a_label_is_a_problem(folder: "FolderBuilder", lines: str) -> None:
    folder.scan("test/images/a.png")
    folder.scan("test/images/b.png")
    folder.text("test/labels.csv", "filename,label\n" + lines)
    found = problem(read_dataset(folder.root))
    assert "no line for" in found.what
    assert "b.png" in found.what


def test_an_unreadable_table_is_one_problem_not_many(folder: "FolderBuilder") -> None:
    folder.scan("test/images/a.png")
    folder.text("test/labels.csv", "file;label\na.png;head\n")
    assert "no column" in problem(read_dataset(folder.root)).what


def test_a_label_outside_the_declared_classes(folder: "FolderBuilder") -> None:
    folder.scan("test/images/a.png")
    folder.text("test/labels.csv", "filename,label\na.png,Head\n")
    folder.text("dataset.toml", 'classes = ["femur", "head"]\n')
    with pytest.raises(DataError, match="'Head', which is not among the classes femur, head"):
        read_dataset(folder.root)


def test_declared_classes_keep_their_order(folder: "FolderBuilder") -> None:
    folder.scan("test/images/a.png")
    folder.text("test/labels.csv", "filename,label\na.png,head\n")
    folder.text("dataset.toml", 'classes = ["head", "femur"]\n')
    assert read_dataset(folder.root).labels.classes == ("head", "femur")


def test_spacing_and_references_reach_the_samples(
    folder: "FolderBuilder", square_mask: Mask
) -> None:
    folder.pair("test", "a", square_mask)
    folder.pair("test", "b", square_mask)
    folder.text(
        "test/spacing.csv",
        b"\xef\xbb\xbffilename,pixel_size_row_mm,pixel_size_column_mm,hc_mm\r\na.png,0.2,0.3,171\r\n",
    )
    first, second = read_dataset(folder.root).split("test")
    assert first.calibration == Calibration((0.2, 0.3), {"HC": 171.0})
    assert second.calibration == Calibration(None, {})


def test_a_bad_spacing_table_is_a_problem(folder: "FolderBuilder", square_mask: Mask) -> None:
    folder.pair("test", "a", square_mask)
    table = folder.text("test/spacing.csv", "filename,pixel_size_mm\na.png,-1\n")
    assert problem(read_dataset(folder.root)).where == str(table)


def test_a_reference_that_nothing_here_measures_is_told(
    folder: "FolderBuilder", square_mask: Mask
) -> None:
    folder.pair("test", "a", square_mask)
    folder.text(
        "test/spacing.csv", "filename,hc_mm,hcc_mm,nt_mm,cervix_perimeter_mm\na.png,100,2,3,4\n"
    )
    told = " ".join(read_dataset(folder.root).notes)
    assert "hcc_mm counts only for a model that measures HCC (or is hc_mm meant?)" in told
    assert " nt_mm counts only" in told
    assert " hc_mm counts" not in told
    assert "cervix_perimeter" not in told
    folder.text("test/landmarks.csv", "filename,nt_1_x,nt_1_y,nt_2_x,nt_2_y\na.png,1,2,3,4\n")
    assert "nt_mm counts" not in " ".join(read_dataset(folder.root).notes)


@pytest.mark.parametrize("table", ["spacing.csv", "labels.csv", "landmarks.csv"])
def test_a_decimal_comma_is_a_problem_of_every_table(folder: "FolderBuilder", table: str) -> None:
    headers = {
        "spacing.csv": "pixel_size_mm",
        "labels.csv": "label",
        "landmarks.csv": "apex_x,apex_y",
    }
    folder.scan("test/images/a.png")
    folder.text("test/labels.csv", "filename,label\na.png,head\n")
    folder.text(f"test/{table}", f"filename,{headers[table]}\na.png,1,5,2,5\n")
    task = "landmarks" if table == "landmarks.csv" else "classify"
    found = problem(read_dataset(folder.root, task=task))
    assert "line 2 has 5 cells" in found.what
    assert str(folder.root / "test" / table) == found.where


def test_a_missing_folder_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such data folder"):
        read_dataset(tmp_path / "absent")
    with pytest.raises(DataError, match="holds no masks/") as caught:
        read_dataset(tmp_path)
    assert "DATA/train/images/" in caught.value.mend


def test_a_task_that_the_folder_cannot_teach(folder: "FolderBuilder") -> None:
    folder.scan("test/images/a.png")
    folder.text("test/labels.csv", "filename,label\na.png,head\n")
    with pytest.raises(DataError, match="no masks/ folder"):
        read_dataset(folder.root, task="segment")


def test_landmarks_alone_are_a_task(folder: "FolderBuilder") -> None:
    folder.scan("test/images/a.png")
    folder.text("test/landmarks.csv", "filename,p_x,p_y\na.png,1,2.5\n")
    dataset = read_dataset(folder.root)
    assert dataset.labels == LabelSchema(task="landmarks", points=("p",))
    assert dataset.split("test")[0].points == {"p": (1.0, 2.5)}


def test_masks_come_before_landmarks_and_the_choice_is_said(
    folder: "FolderBuilder", square_mask: Mask
) -> None:
    folder.pair("test", "a", square_mask)
    folder.text("test/landmarks.csv", "filename,p_x,p_y\na.png,1,2\n")
    dataset = read_dataset(folder.root)
    assert dataset.labels.task == "segment"
    assert any("found masks and landmarks; --task" in note for note in dataset.notes)
    both = read_dataset(folder.root, task="segment,landmarks")
    assert (both.labels.structures, both.labels.points) == (("structure_1",), ("p",))
    (sample,) = both.split("test")
    assert sample.mask is not None
    assert sample.points == {"p": (1.0, 2.0)}
    folder.text("dataset.toml", 'task = "landmarks"\n')
    assert read_dataset(folder.root).labels.task == "landmarks"


def test_splits_must_have_the_same_landmarks(folder: "FolderBuilder") -> None:
    for split, name in (("train", "p"), ("val", "p"), ("test", "q")):
        folder.scan(f"{split}/images/{split}.png")
        folder.text(f"{split}/landmarks.csv", f"filename,{name}_x,{name}_y\n{split}.png,1,2\n")
    found = problem(read_dataset(folder.root))
    assert "names the points q" in found.what
    assert found.where == str(folder.root / "test/landmarks.csv")


def test_declared_landmarks_choose_columns_and_order(folder: "FolderBuilder") -> None:
    folder.scan("test/images/a.png")
    folder.text("test/landmarks.csv", "filename,p_x,p_y,q_x,q_y,r_x,r_y\na.png,1,2,3,4,,\n")
    folder.text("dataset.toml", 'landmarks = ["r", "p"]\nswap = [["p", "r"]]\n')
    labels = read_dataset(folder.root).labels
    assert (labels.points, labels.swap) == (("r", "p"), (("p", "r"),))
    folder.text("dataset.toml", 'landmarks = ["r", "p"]\nswap = [["p", "q"]]\n')
    with pytest.raises(DataError, match="swap names 'q'"):
        read_dataset(folder.root)


def test_only_training_images_say_whether_points_hide(folder: "FolderBuilder") -> None:
    for split, cells in (("train", "1,2"), ("test", ",")):
        folder.scan(f"{split}/images/{split}.png")
        folder.text(f"{split}/landmarks.csv", f"filename,p_x,p_y\n{split}.png,{cells}\n")
    folder.scan("val/images/v.png")
    folder.text("val/landmarks.csv", "filename,p_x,p_y\nv.png,1,2\n")
    assert not read_dataset(folder.root).labels.hidden


def test_an_absent_split_lists_those_with_images(
    folder: "FolderBuilder", square_mask: Mask
) -> None:
    folder.pair("test", "a", square_mask)
    with pytest.raises(DataError, match=r"val split holds no images.*with images: test"):
        read_dataset(folder.root).split("val")
