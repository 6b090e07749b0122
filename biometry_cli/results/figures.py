"""The kinds of figures that an evaluation has: each one's name in files, and in words."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of figure.

    Its name in JSON and CSV is ``stem``, what it is of, and ``ending``: ``hd95_head_mm``. What it
    is of (a structure, caliper, point, class or measure) is left out where it is over all.

    Attributes:
        stem, ending: of that name.
        label: what it is called; its unit apart.
        unit: mm, px, days or %; empty for a plain number.
        digits: after the decimal point; fewer where a length has many before it.
        signed: whether a figure above 0 is written with its sign.
        factor: from the figure as it is kept to the unit: 100 for a share in %.
    """

    stem: str
    ending: str
    label: str
    unit: str = ""
    digits: int = 4
    signed: bool = False
    factor: float = 1.0

    def name(self, of: str = "") -> str:
        """``dice`` or ``dice_head``, ``mre_mm`` or ``mre_ofd_mm``, ``hc_mae_mm``."""
        return "_".join(part for part in (self.stem, of, self.ending) if part)


def _length(stem: str, label: str, unit: str) -> Kind:
    return Kind(stem, unit, label, unit, digits=2)


def _share(stem: str, ending: str, label: str, digits: int) -> Kind:
    return Kind(stem, ending, label, "%", digits=digits, factor=100)


DICE = Kind("dice", "", "Dice")
IOU = Kind("iou", "", "IoU")
HD95 = {unit: _length("hd95", "HD95", unit) for unit in ("mm", "px")}
ASSD = {unit: _length("assd", "ASSD", unit) for unit in ("mm", "px")}
OVERLAPS = (DICE, IOU, *HD95.values(), *ASSD.values())

SUCCESS_MM = (2.0, 2.5, 3.0, 4.0)
"""Radii within which a point counts as found, as in the cephalometric challenges."""
MRE = {unit: _length("mre", "MRE", unit) for unit in ("px", "mm")}
SDR = {r: _share("sdr", f"{r:g}mm", f"SDR {r:g} mm", digits=1) for r in SUCCESS_MM}
NME = Kind("nme", "", "NME")
OF_POINTS = (*MRE.values(), *SDR.values(), NME)
CLOSENESS = Kind("closeness", "", "closeness")

ACCURACY = Kind("accuracy", "", "accuracy")
BALANCED_ACCURACY = Kind("balanced_accuracy", "", "balanced accuracy")
MACRO_F1 = Kind("macro_f1", "", "macro F1")
AUROC = Kind("auroc", "", "AUROC, one against the rest")
ECE = Kind("ece", "", "expected calibration error")
ECE_UNCALIBRATED = Kind("ece_uncalibrated", "", "expected calibration error before calibration")
BRIER = Kind("brier", "", "Brier score")
ANSWERED = Kind("answered", "", "answered share")
ERROR_RATE_ANSWERED = Kind("error_rate_answered", "", "wrong among the answered")
PROBABILITY_FIGURES = (ECE, ECE_UNCALIBRATED, BRIER, ANSWERED, ERROR_RATE_ANSWERED)
"""What the probabilities are worth, beside the figures of the calls."""

MAE = Kind("", "mae_mm", "MAE", "mm", digits=2)
BIAS = Kind("", "bias_mm", "bias", "mm", digits=2, signed=True)
SD = Kind("", "sd_mm", "SD", "mm", digits=2)
AGREEMENT = {
    "mae": MAE,
    "bias": BIAS,
    "sd": SD,
    "mape": Kind("", "mape", "MAPE", "%", digits=2),
    "loa_low": Kind("", "loa_low", "lower limit", "mm", digits=2, signed=True),
    "loa_high": Kind("", "loa_high", "upper limit", "mm", digits=2, signed=True),
    "icc": Kind("", "icc", "ICC (2,1)", digits=3),
    "within_5_percent": _share("", "within_5_percent", "within 5 %", digits=1),
    "ga_error_days": Kind("", "ga_error_days", "age error", "days", digits=2),
    "coverage": _share("", "coverage", "covered", digits=1),
    "interval_width_mm": Kind("", "interval_width_mm", "interval width", "mm", digits=2),
}
"""The figures of ``Agreement``, by its fields."""

_ALL = (
    *OVERLAPS,
    *(*OF_POINTS, CLOSENESS),
    *(ACCURACY, BALANCED_ACCURACY, MACRO_F1, AUROC, *PROBABILITY_FIGURES),
    *(MAE, BIAS, SD),
)


def parse_name(name: str) -> tuple[Kind, str] | None:
    """A name from a file as its kind and what it is of; None for one of no kind."""
    for kind in _ALL:
        if name == kind.name():
            return kind, ""
    for kind in _ALL:
        if match := re.fullmatch(re.escape(kind.name("\0")).replace("\0", "(.+)"), name):
            return kind, match[1]
    return None


def of_one_point(name: str) -> bool:
    """Whether a name is that of a figure of one caliper or point, such as ``mre_ofd_px``."""
    figure = parse_name(name)
    return figure is not None and figure[0] in OF_POINTS and figure[1] != ""
