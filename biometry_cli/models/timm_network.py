"""Any encoder of timm (PyTorch Image Models, Wightman 2019) as a classifier of gray images.

Loaded for a name ``timm:NAME`` alone: timm is an extra, and takes seconds to import.
"""

import difflib
from typing import Any

import timm
import torch
from torch import Tensor, nn

from biometry_cli.errors import UsageError
from biometry_cli.models.embedding import embed

_CLOSE = 4


def require_encoder(encoder: str, *, pretrained: bool = False) -> None:
    """Refuse what timm does not know by itself, such as a name that it would look up elsewhere.

    Raises:
        UsageError: an unknown name, or one without pretrained weights where these are wanted.
    """
    if not timm.is_model(encoder):
        close = difflib.get_close_matches(encoder, timm.list_models(), n=_CLOSE)
        nearest = ", ".join(f"timm:{name}" for name in close)
        raise UsageError(
            f"timm {timm.__version__} has no encoder {encoder!r}",
            mend=f"Did you mean {nearest}" if close else "timm.list_models() in Python lists them",
        )
    if pretrained and not timm.is_model_pretrained(encoder):
        raise UsageError(
            f"timm has no pretrained weights for {encoder}", mend="Leave --pretrained out"
        )


class TimmNetwork(nn.Module):
    """Gray images (B, 1, H, W) float32 -> class logits (B, C), for the one size it is built for.

    Args:
        encoder: timm's name of it.
        classes: number of classes C.
        height_px, width_px: the input size.
        pretrained: whether timm fetches weights that were learned on photographs; it looks in its
            own cache first and downloads them otherwise.

    Raises:
        UsageError: an unknown encoder, one that cannot take this input size, or weights that
            cannot be fetched.
    """

    def __init__(
        self, encoder: str, classes: int, height_px: int, width_px: int, *, pretrained: bool = False
    ) -> None:
        super().__init__()
        require_encoder(encoder, pretrained=pretrained)
        self.input_size = (height_px, width_px)
        try:
            self.encoder = _create(encoder, classes, self.input_size, pretrained)
            with torch.no_grad():
                logits, _ = self.eval().answer(torch.zeros(1, 1, height_px, width_px))
            if logits.shape != (1, classes):
                raise ValueError(f"it answers with the shape {tuple(logits.shape)}")
        # What an encoder raises for a size that it cannot take has no common class.
        except Exception as error:
            raise _failed(encoder, self.input_size, error, pretrained) from None
        self.train()

    def forward(self, images: Tensor) -> Tensor:
        return self.answer(images)[0]

    def answer(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, C), and an embedding (B, E).

        E is 2F of the deepest maps of a convolutional encoder, and what the last layer takes of
        any other.
        """
        if images.shape[-2:] != torch.Size(self.input_size):
            raise ValueError(
                f"built for {self.input_size[0]} x {self.input_size[1]} pixels (height x width), "
                f"given {images.shape[-2]} x {images.shape[-1]}"
            )
        maps: Tensor = self.encoder.forward_features(images)
        logits: Tensor = self.encoder.forward_head(maps)
        if maps.ndim == 4 and maps.shape[1] == self.encoder.num_features:
            return logits, embed(maps)
        pooled: Tensor = self.encoder.forward_head(maps, pre_logits=True)
        return logits, pooled


def _create(encoder: str, classes: int, input_size: tuple[int, int], pretrained: bool) -> Any:
    known: dict[str, Any] = {"pretrained": pretrained, "in_chans": 1, "num_classes": classes}
    try:
        # Attention over patches is built for one input size; convolutions do not know the word.
        return timm.create_model(encoder, img_size=input_size, **known)
    except TypeError:
        return timm.create_model(encoder, **known)


def _failed(
    encoder: str, input_size: tuple[int, int], error: Exception, pretrained: bool
) -> UsageError:
    height_px, width_px = input_size
    said = " ".join(str(error).split())[:200] or type(error).__name__
    sizes = "Set data.height_px and data.width_px to a size that it takes, such as 224 and 224"
    return UsageError(
        f"timm cannot build {encoder} for an input of {width_px} x {height_px} pixels"
        + (" with its pretrained weights" if pretrained else "")
        + f" ({said})",
        mend=f"Check the connection, or leave --pretrained out. {sizes}" if pretrained else sizes,
    )
