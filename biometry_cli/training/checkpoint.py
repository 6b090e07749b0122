"""``last.safetensors``: all that a run needs to go on as if it had never stopped."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from biometry_cli.bundle import read_tensors
from biometry_cli.errors import ModelFileError
from biometry_cli.files import write_bytes

_KEY = "biometry-resume"


@dataclass
class Progress:
    """Where a run stands, between two epochs."""

    epoch: int = 0
    step: int = 0
    elapsed_s: float = 0.0
    best_score: float | None = None
    best_epoch: int = 0
    finished: bool = False
    history: list[dict[str, Any]] = field(default_factory=list)


def save_checkpoint(
    path: Path, network: nn.Module, average: nn.Module, optimizer: Optimizer, progress: Progress
) -> None:
    """Write weights, averaged weights, the optimiser's and the random generator's state."""
    from safetensors.torch import save

    tensors: dict[str, Tensor] = {"random": torch.get_rng_state()}
    if torch.cuda.is_available():
        tensors["random_cuda"] = torch.cuda.get_rng_state()
    tensors |= {f"network/{name}": value for name, value in network.state_dict().items()}
    tensors |= {f"average/{name}": value for name, value in average.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{number}/{name}": value for name, value in state.items()}
    stored = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    write_bytes(path, save(stored, metadata={_KEY: json.dumps(asdict(progress))}))


def load_checkpoint(
    path: Path, network: nn.Module, average: nn.Module, optimizer: Optimizer
) -> Progress:
    """Put everything back into objects built from the same settings.

    Raises:
        ModelFileError: no checkpoint, a damaged one, or one of another network.
    """
    progress = read_progress(path)
    tensors = read_tensors(path)

    def below(prefix: str) -> dict[str, Tensor]:
        return {
            name.removeprefix(prefix): value
            for name, value in tensors.items()
            if name.startswith(prefix)
        }

    try:
        network.load_state_dict(below("network/"))
        average.load_state_dict(below("average/"))
    except RuntimeError as error:
        raise ModelFileError(
            f"is a checkpoint of another network ({str(error).splitlines()[-1].strip()})",
            where=path,
            mend="Resume with the settings of that run",
        ) from None
    states: dict[int, dict[str, Tensor]] = {}
    for name, value in below("optimizer/").items():
        number, _, key = name.partition("/")
        states.setdefault(int(number), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": states, "param_groups": groups})
    torch.set_rng_state(tensors["random"])
    if "random_cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random_cuda"])
    return progress


def read_progress(path: Path) -> Progress:
    """Only where the run stands. Raises ModelFileError as ``load_checkpoint`` does."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise ModelFileError(
            "this run has nothing to go on with", where=path, mend="Train it without --resume"
        )
    try:
        with safe_open(path, framework="np") as opened:
            metadata = dict(opened.metadata() or {})
        return Progress(**json.loads(metadata[_KEY]))
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise ModelFileError(
            f"cannot be read as a checkpoint ({error})",
            where=path,
            mend="Train again without --resume",
        ) from None
