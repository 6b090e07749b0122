"""The one settings object that every command shares.

A value comes from the first of: a flag, a ``BIOMETRY_SECTION_KEY`` environment variable, the file
named by ``--config``, ``biometry.toml`` in the working folder, the default below. ``sources.py``
finds and names the place; this file says what there is to set.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from biometry_cli.measure.catalog import with_default_planes

PIXEL_SIZE_LIMITS = "above 0 and below 100 (mm a pixel)"

TaskName = Literal["segment", "classify", "landmarks", "segment,landmarks"]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Section(BaseModel):
    """Base of the sections: unknown keys are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_as_number(cls, value: object, info: ValidationInfo) -> object:
        """Python counts true as 1: where a number is asked for, that is never what was meant."""
        parts = value if isinstance(value, list | tuple) else [value]
        field = cls.model_fields[info.field_name or ""]
        if any(isinstance(part, bool) for part in parts) and field.annotation is not bool:
            raise ValueError("true and false are no value for it")
        return value


class DataSettings(Section):
    """Which data, and how it reaches the network."""

    folder: Path | None = Field(None, description="dataset folder with train/, val/ and test/")
    task: TaskName | None = Field(None, description="task; found from the folder when not set")
    structures: tuple[str, ...] = Field(
        (), description="names of the mask's classes 1, 2, ...; from dataset.toml when not set"
    )
    height_px: int | None = Field(
        None, ge=16, le=2048, description="network input height; from the images when not set"
    )
    width_px: int | None = Field(
        None, ge=16, le=2048, description="network input width; from the images when not set"
    )
    normalisation: Literal["image", "none"] = Field(
        "image", description="image: zero mean and unit variance an image; none: 0 to 1 as read"
    )
    workers: int | None = Field(
        None, ge=0, le=64, description="loading processes; chosen for the machine when not set"
    )
    cache_mb: int = Field(
        2048, ge=0, description="memory for decoded training images in MB; 0 reads files each time"
    )
    split_shares: tuple[float, float, float] = Field(
        (0.7, 0.15, 0.15), description="shares of subjects in train, val, test where none are given"
    )

    @field_validator("task", mode="before")
    @classmethod
    def _both_in_order(cls, value: object) -> object:
        """Accept ``landmarks,segment`` and spaces."""
        if isinstance(value, str):
            return ",".join(sorted((part.strip() for part in value.split(",")), reverse=True))
        return value

    @field_validator("structures", "split_shares", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        """Accept ``head,femur`` as a flag or environment variable writes it."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @model_validator(mode="after")
    def _check(self) -> "DataSettings":
        if (self.height_px is None) != (self.width_px is None):
            raise ValueError("set height_px and width_px together, or neither")
        if len(set(self.structures)) != len(self.structures) or "background" in self.structures:
            raise ValueError("structures must be different names, without 'background'")
        if abs(sum(self.split_shares) - 1.0) > 1e-6 or min(self.split_shares) < 0:
            raise ValueError("split_shares must be three shares that add up to 1")
        return self


class AugmentSettings(Section):
    """Random changes to training images; each is drawn anew by seed, epoch and image."""

    enabled: bool = Field(True, description="false switches every change below off")
    rotation_deg: float = Field(25.0, ge=0, le=180, description="largest turn either way, degrees")
    scale: float = Field(0.2, ge=0, lt=1, description="largest relative change of size")
    shift: float = Field(0.08, ge=0, lt=1, description="largest shift, as a share of the side")
    flip: Share = Field(0.5, description="probability of a left-right flip")
    gain: float = Field(0.25, ge=0, lt=1, description="largest relative change of brightness")
    contrast: float = Field(0.25, ge=0, lt=1, description="largest relative change of gamma")
    speckle: float = Field(0.15, ge=0, le=1, description="largest deviation of speckle noise")
    blur_px: float = Field(1.0, ge=0, le=10, description="largest Gaussian blur (sigma), pixels")
    shadow: Share = Field(0.2, description="probability of an acoustic shadow")


class ModelSettings(Section):
    """Which network."""

    name: str | None = Field(
        None, description="network of the catalog, or timm:NAME; the task's when not set"
    )
    width: float | None = Field(
        None, gt=0, le=8, description="multiplies the network's filters; its own when not set"
    )
    pretrained: bool = Field(
        False,
        description="true starts a network of timm with weights learned on photographs, which timm "
        "downloads",
    )


class TrainSettings(Section):
    """How the network learns."""

    name: str | None = Field(None, description="run name; date, time and network when not set")
    runs_folder: Path = Field(Path("runs"), description="folder that holds the runs")
    epochs: int | None = Field(None, ge=1, description="budget in epochs; 30 when none is set")
    minutes: float | None = Field(None, gt=0, description="budget in minutes, instead of epochs")
    batch_size: int = Field(8, ge=1, description="images in a step")
    learning_rate: float = Field(3e-3, gt=0, le=10, description="highest AdamW learning rate")
    weight_decay: float = Field(0.01, ge=0, description="AdamW weight decay")
    warmup: Share = Field(0.1, description="share of the budget over which the rate rises")
    clip_norm: float = Field(1.0, gt=0, description="largest norm of the gradient")
    ema_decay: float = Field(0.995, ge=0, lt=1, description="averaging of weights; 0 is none")
    dice_weight: float = Field(1.0, ge=0, description="weight of Dice beside cross-entropy")
    points_weight: float = Field(
        0.1, ge=0, description="weight of landmarks beside masks, where both are learned"
    )
    class_weights: Literal["auto", "none", "balanced"] = Field(
        "auto",
        description="balanced: rare classes count more in the loss; auto: balanced for classify "
        "where sampling is not, none for segment, where weights would move the contour",
    )
    sampling: Literal["auto", "natural", "balanced"] = Field(
        "auto",
        description="balanced: an epoch of classify draws every class equally often, and the loss "
        "is not weighted; natural: every image once; auto: balanced where the rarest class has "
        "under half of the commonest one's images, else natural",
    )
    unsure_error_rate: float = Field(
        0.05,
        gt=0,
        lt=1,
        description="largest share of wrong answers among those that a classifier is sure of; "
        "answers less probable than that takes are flagged unsure",
    )
    patience_epochs: int = Field(
        0, ge=0, description="stop after so many epochs without a better validation; 0 never"
    )
    validate_every: int | None = Field(
        None,
        ge=1,
        description="epochs between validations; when not set every epoch, or with a budget in "
        "minutes so seldom that they take a tenth of the time",
    )
    save_every: int = Field(
        0, ge=0, description="keep a model file every so many epochs; 0 keeps the best alone"
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="seed of splits, weights, order, changes")

    @model_validator(mode="after")
    def _one_budget(self) -> "TrainSettings":
        if self.epochs is not None and self.minutes is not None:
            raise ValueError("set epochs or minutes, not both")
        return self

    @model_validator(mode="after")
    def _one_correction(self) -> "TrainSettings":
        if self.sampling == "balanced" and self.class_weights == "balanced":
            raise ValueError(
                "set sampling or class_weights to balanced, not both: rare classes would count "
                "twice over"
            )
        return self

    @field_validator("name")
    @classmethod
    def _plain_name(cls, value: str | None) -> str | None:
        if value is not None and (not value or Path(value).name != value or value == "latest"):
            raise ValueError("must be a plain folder name, and not 'latest'")
        return value


class PredictSettings(Section):
    """How predictions are made; ``eval`` uses them too."""

    weights: Path | None = Field(
        None, description="model file (.safetensors, .onnx) or run folder; the latest when not set"
    )
    more_weights: tuple[Path, ...] = Field(
        (), description="further models that measure, each of other structures; with planes"
    )
    planes: Path | None = Field(
        None, description="model that recognises each image's plane, and so what is measured"
    )
    plane_structures: dict[str, str] = Field(
        {}, description='structure measured on each plane, laid over the default; "" measures none'
    )
    batch_size: int = Field(8, ge=1, description="images that pass the network together")
    spacing_mm: tuple[float, ...] | None = Field(
        None, description="pixel size in mm: one number, or row and column"
    )
    exam_choice: Literal["best", "median"] = Field(
        "best", description="how an exam takes one value from several images"
    )
    keep_unlike: bool = Field(
        False, description="true lets an exam use images unlike the training images"
    )

    @field_validator("more_weights", mode="before")
    @classmethod
    def _split_paths(cls, value: object) -> object:
        """Accept ``a.onnx,b.onnx`` beside a list."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("plane_structures", mode="before")
    @classmethod
    def _split_pairs(cls, value: object) -> object:
        """Accept ``thorax=chest,brain=`` beside a table."""
        return _parse_pairs(value) if isinstance(value, str) else value

    @field_validator("plane_structures")
    @classmethod
    def _over_defaults(cls, value: dict[str, str]) -> dict[str, str]:
        return with_default_planes(value)

    @field_validator("spacing_mm", mode="before")
    @classmethod
    def _split_spacing(cls, value: object) -> object:
        """Accept 0.2 and "0.2,0.3" beside a list."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(","))
        return (value,) if isinstance(value, int | float) else value

    @field_validator("spacing_mm")
    @classmethod
    def _plausible(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if value is not None and (len(value) not in (1, 2) or not all(map(is_pixel_size, value))):
            raise ValueError(f"must be one or two numbers {PIXEL_SIZE_LIMITS}")
        return value


class ExportSettings(Section):
    """What ``export`` writes."""

    format: Literal["onnx"] = Field("onnx", description="file format")
    tolerance: float = Field(
        1e-4, gt=0, le=0.1, description="largest allowed difference of any probability"
    )
    tolerance_px: float = Field(
        0.05, gt=0, le=10, description="largest allowed distance of any landmark, input pixels"
    )


class DeviceSettings(Section):
    """Where the network runs."""

    name: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto takes a GPU if present")
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="arithmetic in training; auto: bfloat16 where the hardware has it, "
        "predictions are always float32",
    )
    threads: int | None = Field(
        None,
        ge=1,
        description="processor threads; when not set as many as may run here, and training "
        "measures how many are fastest",
    )


class Settings(BaseModel):
    """Everything that can be set, by section."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: DataSettings = DataSettings()
    augment: AugmentSettings = AugmentSettings()
    model: ModelSettings = ModelSettings()
    train: TrainSettings = TrainSettings()
    predict: PredictSettings = PredictSettings()
    export: ExportSettings = ExportSettings()
    device: DeviceSettings = DeviceSettings()


def is_pixel_size(value_mm: float) -> bool:
    """Whether a number can be millimetres a pixel at all: ``PIXEL_SIZE_LIMITS``."""
    return 0 < value_mm < 100


def _parse_pairs(text: str) -> dict[str, str]:
    """``thorax=chest, brain=`` as a mapping. Raises ValueError where a part has no ``=``."""
    pairs = {}
    for part in text.split(","):
        plane, equals, structure = part.partition("=")
        if not equals or not plane.strip():
            raise ValueError("must be PLANE=STRUCTURE, with commas between several")
        pairs[plane.strip()] = structure.strip()
    return pairs
