"""What the golden pictures show: about sixty scans, and small data folders for ``eval``."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from tests.golden.drawing import Picture, Place
from tests.golden.networks import DOTS, JOINT_DOTS, JOINT_HEAD, PLANES, STRUCTURES

HEAD, ABDOMEN, CERVIX, FEMUR = (STRUCTURES[name] for name in ("head", "abdomen", "cervix", "femur"))
MIDDLE = (161.3, 127.4)

Draw = Callable[[], Picture]
Spacing = float | tuple[float, float] | None


def head(seed: int, axes: Place = (98.0, 76.0), angle_deg: float = 20.0, level: float = HEAD,
         center: Place = MIDDLE) -> Picture:  # fmt: skip
    return Picture(seed).ellipse(center, axes, angle_deg, level)


def abdomen(seed: int, axes: Place = (88.0, 81.0), center: Place = MIDDLE) -> Picture:
    return Picture(seed).ellipse(center, axes, 35.0, ABDOMEN)


def femur(seed: int, length_px: float = 112.0, angle_deg: float = 15.0) -> Picture:
    dx, dy = (length_px / 2 * f(math.radians(angle_deg)) for f in (math.cos, math.sin))
    x, y = MIDDLE
    return Picture(seed).bar((x - dx, y - dy), (x + dx, y + dy), 13.0, FEMUR)


# Name, picture and pixel size in mm. Each is there for a structure or a flag.
MASKS: dict[str, tuple[Draw, Spacing]] = {
    "head": (lambda: head(1), 0.5),
    "head_small": (lambda: head(2, (60.0, 47.0), -65.0), 0.5),
    "head_outside_charts": (lambda: head(3, (21.0, 16.5)), 0.5),
    "head_absurd": (lambda: head(4), 0.05),
    "head_unequal_pixels": (lambda: head(5, (92.0, 70.0), 50.0), (0.42, 0.55)),
    "head_without_spacing": (lambda: head(6, (80.0, 62.0)), None),
    "head_cut_off": (lambda: head(7, (96.0, 75.0), 10.0, center=(70.5, 130.2)), 0.5),
    "head_at_the_fans_edge": (
        lambda: head(8, (90.0, 70.0), 0.0, center=(85.2, 160.4)).fan((160.0, -40.0), 285.0, 38.0),
        0.5,
    ),
    "head_boxy": (lambda: Picture(9).box(MIDDLE, (100.0, 60.0), HEAD), 0.5),
    "head_in_two_parts": (
        lambda: head(10, (70.0, 55.0)).ellipse((285.0, 220.0), (24.0, 19.0), 0.0, HEAD),
        0.5,
    ),
    "head_faint": (lambda: head(11, level=HEAD + 0.055), 0.5),
    "abdomen": (lambda: abdomen(12), 0.5),
    "abdomen_small": (lambda: abdomen(13, (64.0, 60.0)), 0.4),
    "femur": (lambda: femur(14), 0.5),
    "femur_steep": (lambda: femur(15, 130.0, -70.0), 0.45),
    "femur_absurd": (lambda: femur(16, 40.0), 0.1),
    "cervix": (lambda: Picture(17).ellipse(MIDDLE, (70.0, 28.0), -12.0, CERVIX), 0.3),
    "cervix_without_spacing": (lambda: Picture(18).box(MIDDLE, (64.0, 22.0), CERVIX), None),
    "all_structures": (
        lambda: (
            Picture(19)
            .ellipse((88.3, 84.2), (62.0, 49.0), 15.0, HEAD)
            .ellipse((240.6, 86.7), (56.0, 51.0), 80.0, ABDOMEN)
            .bar((60.2, 190.4), (135.5, 205.1), 12.0, FEMUR)
            .ellipse((240.1, 205.6), (50.0, 18.0), 5.0, CERVIX)
        ),
        0.8,
    ),
    "head_beside_a_tiny_abdomen": (
        lambda: head(20, center=(110.4, 128.0)).ellipse((270.3, 128.8), (27.0, 25.0), 0.0, ABDOMEN),
        0.5,
    ),
    "nothing": (lambda: Picture(21), 0.5),
    "speck": (lambda: Picture(22).dots([MIDDLE], HEAD), 0.5),
    "small_scan": (
        lambda: Picture(23, (120, 200)).ellipse((97.2, 61.1), (52.0, 41.0), 5.0, HEAD),
        0.9,
    ),
    "tall_scan": (
        lambda: Picture(24, (300, 180)).ellipse((88.6, 149.3), (75.0, 58.0), 80.0, HEAD),
        0.6,
    ),
}


def dotted_head(seed: int, *, ofd: Place = (84.0, 0.0), bpd: Place = (66.0, 90.0),
                fl: tuple[Place, Place] | None = None) -> Picture:  # fmt: skip
    """Ends of OFD and BPD, each as half its length in px and its angle in degrees, and of FL."""
    picture = Picture(seed)
    for name, (half_px, angle_deg) in (("ofd", ofd), ("bpd", bpd)):
        picture.dots(_ends(half_px, angle_deg), DOTS[name])
    return picture if fl is None else picture.dots(fl, DOTS["fl"])


def _ends(half_px: float, angle_deg: float, center: Place = MIDDLE) -> list[Place]:
    dx, dy = (half_px * f(math.radians(angle_deg)) for f in (math.cos, math.sin))
    return [(center[0] - dx, center[1] - dy), (center[0] + dx, center[1] + dy)]


_FEMUR_ENDS = ((40.3, 225.2), (150.7, 236.1))

POINTS: dict[str, tuple[Draw, Spacing]] = {
    "calipers": (lambda: dotted_head(31, fl=_FEMUR_ENDS), 0.5),
    "calipers_turned": (lambda: dotted_head(32, ofd=(78.0, 40.0), bpd=(60.0, 130.0)), 0.5),
    "calipers_crooked": (lambda: dotted_head(33, ofd=(80.0, 30.0), bpd=(64.0, 75.0)), 0.5),
    "calipers_unequal_pixels": (lambda: dotted_head(34, ofd=(80.0, 25.0), bpd=(62.0, 118.0)),
                                (0.42, 0.55)),
    "calipers_without_spacing": (lambda: dotted_head(35), None),
    "calipers_absurd": (lambda: dotted_head(36), 0.05),
    "ofd_alone": (lambda: Picture(37).dots(_ends(80.0, 12.0), DOTS["ofd"]), 0.5),
    "femur_and_a_point": (
        lambda: Picture(38).dots(_FEMUR_ENDS, DOTS["fl"]).dots([(200.4, 60.3)], DOTS["csp"]), 0.5),
    "no_points": (lambda: Picture(39), 0.5),
}  # fmt: skip


def dotted_and_filled(seed: int, *, ofd_px: float = 96.0, bpd_px: float = 74.0,
                      fl: bool = False, filled: bool = True) -> Picture:  # fmt: skip
    """A head of half axes 98 and 76 px with caliper ends on its axes, for the joint model."""
    picture = Picture(seed)
    if filled:
        picture.ellipse(MIDDLE, (98.0, 76.0), 20.0, JOINT_HEAD)
    picture.dots(_ends(ofd_px, 20.0), JOINT_DOTS["ofd"]).dots(
        _ends(bpd_px, 110.0), JOINT_DOTS["bpd"]
    )
    return picture.dots(_FEMUR_ENDS, JOINT_DOTS["fl"]) if fl else picture


JOINT: dict[str, tuple[Draw, Spacing]] = {
    "both_agree": (lambda: dotted_and_filled(41), 0.5),
    "both_disagree": (lambda: dotted_and_filled(42, ofd_px=70.0, bpd_px=50.0), 0.5),
    "both_and_a_femur": (lambda: dotted_and_filled(43, fl=True), 0.5),
    "points_without_masks": (lambda: dotted_and_filled(44, filled=False), 0.5),
    "masks_without_points": (
        lambda: Picture(45).ellipse(MIDDLE, (90.0, 70.0), -30.0, JOINT_HEAD), 0.5),
    "both_without_spacing": (lambda: dotted_and_filled(46), None),
}  # fmt: skip

HALFWAY = (PLANES["abdomen"] + PLANES["femur"]) / 2

MIXED_PLANES: dict[str, tuple[Draw, Spacing]] = {
    "thalamic_head": (lambda: head(51), 0.5),
    "abdomen_abdomen": (lambda: abdomen(52).corner(PLANES["abdomen"]), 0.5),
    "abdomen_head": (lambda: head(53).corner(PLANES["abdomen"]), 0.5),
    "abdomen_both": (
        lambda: (
            abdomen(54, (70.0, 65.0), (110.2, 140.6))
            .ellipse((255.8, 130.3), (50.0, 40.0), 70.0, HEAD)
            .corner(PLANES["abdomen"])
        ),
        0.6,
    ),
    "femur_femur": (lambda: femur(55).corner(PLANES["femur"]), 0.5),
    "femur_dots": (
        lambda: Picture(56).dots(_FEMUR_ENDS, DOTS["fl"]).corner(PLANES["femur"]), 0.5),
    "thorax": (lambda: abdomen(57).corner(PLANES["thorax"]), 0.5),
    "cerebellar_head": (lambda: head(58).corner(PLANES["trans-cerebellar"]), 0.5),
    "other": (lambda: Picture(59).corner(PLANES["other"]), 0.5),
    "unsure": (lambda: abdomen(60).corner(HALFWAY), 0.5),
    "thalamic_head_without_spacing": (lambda: head(61, (80.0, 63.0)), None),
    "thalamic_nothing": (lambda: Picture(62), 0.5),
}  # fmt: skip

# Fetus ``a`` has everything twice and one strange scan; ``b`` has nothing that could be used.
EXAMS: dict[str, tuple[Draw, Spacing]] = {
    "a_head1": (lambda: head(71), 0.5),
    "a_head2": (lambda: head(72, (99.0, 77.5), 15.0, center=(120.2, 120.7)), 0.5),
    "a_head3": (lambda: head(73, (97.0, 75.0), 10.0, center=(72.5, 130.2)), 0.5),
    "a_abdomen1": (lambda: abdomen(74), 0.5),
    "a_abdomen2": (lambda: abdomen(75, (86.0, 79.0)), 0.5),
    "a_femur1": (lambda: femur(76), 0.5),
    "a_strange": (lambda: _noisy(head(77, (94.0, 73.0))), 0.5),
    "b_head_absurd": (lambda: head(78), 0.05),
    "b_head_without_spacing": (lambda: head(79), None),
    "b_nothing": (lambda: Picture(80), 0.5),
}


def _noisy(picture: Picture) -> Picture:
    """Stripes over all that is not the head: no scanner draws such tissue."""
    rows = np.arange(picture.gray.shape[0])[:, None]
    stripes = 0.04 * (rows % 2) + 0.05 * (rows // 16 % 2)
    picture.gray += np.where(picture.gray < 0.15, stripes, 0.0)
    return picture


def write_scans(folder: Path, scenes: Mapping[str, tuple[Draw, Spacing]]) -> None:
    """The scenes as ``NAME.png`` with a ``spacing.csv`` beside them."""
    lines = ["filename,pixel_size_row_mm,pixel_size_column_mm"]
    for name, (draw, spacing) in scenes.items():
        draw().save(folder / f"{name}.png")
        row, column = spacing if isinstance(spacing, tuple) else (spacing, spacing)
        lines.append(f"{name}.png,{row or ''},{column or ''}")
    (folder / "spacing.csv").write_text("\n".join(lines) + "\n")


def write_formats(folder: Path) -> None:
    """One head in every lossless way of storing gray, all but equal, and what cannot be read."""
    folder.mkdir(parents=True)
    picture = head(25, (90.0, 70.0))
    gray, deep = Image.fromarray(picture.pixels()), Image.fromarray(picture.pixels(65535))
    clear = Image.new("L", gray.size, 255)
    gray.save(folder / "gray8.png")
    gray.save(folder / "gray8.bmp")
    gray.save(folder / "gray8.webp", lossless=True)
    gray.save(folder / "gray8.tif", compression="tiff_lzw")
    gray.save(folder / "palette.gif")
    gray.convert("P").save(folder / "palette.png")
    gray.convert("RGB").save(folder / "colour.png")
    Image.merge("LA", (gray, clear)).save(folder / "alpha.png")
    deep.save(folder / "gray16.png")
    deep.save(folder / "gray16.tif")
    content = (folder / "gray8.png").read_bytes()
    (folder / "broken_cut.png").write_bytes(content[: len(content) // 2])
    (folder / "broken_flipped.png").write_bytes(
        content[:2000] + bytes([content[2000] ^ 1]) + content[2001:]
    )
    (folder / "broken_empty.png").write_bytes(b"")
    (folder / "broken_text.png").write_text("no picture\n")
    gray.save(folder / "broken_frames.tif", save_all=True, append_images=[gray])
    Image.fromarray(picture.gray.astype(np.float32)).save(folder / "broken_float.tif")


def write_mask_data(folder: Path) -> None:
    """A data folder of heads and abdomens: true masks are a little larger than what is found."""
    images, masks = folder / "test" / "images", folder / "test" / "masks"
    masks.mkdir(parents=True)
    lines = ["filename,pixel_size_mm,hc_mm,scanner"]
    for number in range(8):
        center = (140.3 + 5 * number, 120.6 + 2 * number)
        axes, angle_deg = (70.0 + 3 * number, 55.0 + 2.5 * number), 12.0 * number
        is_head, name = number % 4 != 3, f"{number:04d}_scan.png"
        level = HEAD if is_head else ABDOMEN
        if number == 6:  # missed
            level = HEAD + 0.08
        Picture(90 + number).ellipse(center, axes, angle_deg, level).save(images / name)
        grown = (axes[0] + 1.5 - 0.4 * number, axes[1] + 1.0)
        truth = Picture(0)
        truth.gray[:] = 0
        truth.ellipse(center, grown, angle_deg, 1.0)
        index = 1 if is_head else 2
        Image.fromarray((truth.gray > 0.5).astype(np.uint8) * index).save(masks / name)
        around = 0.5 * math.pi * (sum(grown) + 2.0 - 0.5 * number)
        lines.append(f"{name},0.5,{around if is_head and number != 1 else ''},{'AB'[number % 2]}")
    (folder / "test" / "spacing.csv").write_text("\n".join(lines) + "\n")
    classes = ", ".join(f'"{name}"' for name in ("background", *STRUCTURES))
    (folder / "dataset.toml").write_text(f"classes = [{classes}]\n")


def write_point_data(folder: Path) -> None:
    """A data folder of caliper ends that lie a few pixels beside what is found."""
    images = folder / "test" / "images"
    names = ("ofd_1", "ofd_2", "bpd_1", "bpd_2", "fl_1", "fl_2", "csp")
    rows = ["filename," + ",".join(f"{name}_{axis}" for name in names for axis in "xy")]
    lines = ["filename,pixel_size_mm,scanner"]
    for number in range(6):
        name, angle_deg = f"{number:04d}_scan.png", 15.0 * number
        ofd, bpd = (78.0 + number, angle_deg), (60.0 + number, angle_deg + 90)
        fl = _FEMUR_ENDS if number % 2 else None
        picture = dotted_head(100 + number, ofd=ofd, bpd=bpd, fl=fl)
        if number == 4:  # found, and not there
            picture.dots([(200.4, 60.3)], DOTS["csp"])
        picture.save(images / name)
        shift = 0.8 * number - 2
        places = [*_ends(ofd[0] + shift, ofd[1]), *_ends(bpd[0] - shift, bpd[1]), *(fl or ())]
        if number == 2:  # there, and not found
            places += [(30.0, 200.0), (90.0, 210.0)]
        cells = [f"{value:.2f}" for place in places for value in place]
        rows.append(",".join([name, *cells, *[""] * (2 * len(names) - len(cells))]))
        lines.append(f"{name},{0.5 if number != 5 else ''},{'AB'[number % 2]}")
    (folder / "test" / "landmarks.csv").write_text("\n".join(rows) + "\n")
    (folder / "test" / "spacing.csv").write_text("\n".join(lines) + "\n")


def write_joint_data(folder: Path) -> None:
    """A data folder of heads with a mask and the ends of OFD and BPD."""
    images, masks = folder / "test" / "images", folder / "test" / "masks"
    masks.mkdir(parents=True)
    names = ("ofd_1", "ofd_2", "bpd_1", "bpd_2", "fl_1", "fl_2")
    rows = ["filename," + ",".join(f"{name}_{axis}" for name in names for axis in "xy")]
    lines = ["filename,pixel_size_mm"]
    for number in range(4):
        name = f"{number:04d}_scan.png"
        dotted_and_filled(110 + number, ofd_px=95.0 - 3 * number).save(images / name)
        truth = Picture(0)
        truth.gray[:] = 0
        truth.ellipse(MIDDLE, (98.0 + number, 76.5), 20.0, 1.0)
        Image.fromarray((truth.gray > 0.5).astype(np.uint8)).save(masks / name)
        places = [*_ends(97.0, 20.0), *_ends(74.0 + 0.5 * number, 110.0)]
        rows.append(",".join([name, *(f"{v:.2f}" for place in places for v in place), *[""] * 4]))
        lines.append(f"{name},0.5")
    (folder / "test" / "landmarks.csv").write_text("\n".join(rows) + "\n")
    (folder / "test" / "spacing.csv").write_text("\n".join(lines) + "\n")
    (folder / "dataset.toml").write_text('classes = ["background", "head"]\n')


def write_plane_data(folder: Path) -> None:
    """A data folder of marked corners, some of them called by a wrong name."""
    images = folder / "test" / "images"
    lines, sizes = ["filename,label"], ["filename,scanner"]
    for number, (plane, level) in enumerate([*PLANES.items()] * 3):
        slip = 0.05 * (number // len(PLANES))
        name = f"{number:04d}_scan.png"
        head(120 + number).corner(level + slip).save(images / name)
        called = plane if number != 7 else "femur"
        lines.append(f"{name},{called}")
        sizes.append(f"{name},{'AB'[number % 2]}")
    (folder / "test" / "labels.csv").write_text("\n".join(lines) + "\n")
    (folder / "test" / "spacing.csv").write_text("\n".join(sizes) + "\n")


def write_looks(folder: Path) -> tuple[list[Path], list[Path]]:
    """Scans to learn the look of: for training, and for validation."""
    drawn = []
    for number in range(60):
        shift = (7.0 * (number % 9) - 28, 5.0 * (number % 7) - 15)
        center = (MIDDLE[0] + shift[0], MIDDLE[1] + shift[1])
        size = 62.0 + 1.2 * (number % 31)
        kind = number % 3
        if kind == 0:
            picture = head(200 + number, (size, 0.78 * size), 9.0 * number, center=center)
        elif kind == 1:
            picture = abdomen(200 + number, (size, 0.93 * size), center)
        else:
            picture = femur(200 + number, 1.4 * size, 17.0 * number)
        drawn.append(picture.save(folder / f"{number:02d}.png"))
    return drawn[:40], drawn[40:]
