"""Which arithmetic training uses on this machine."""

import torch


def choose_precision(wanted: str, device: str) -> str:
    """accelerate's name, "no" or "bf16", for a setting of auto, float32 or bfloat16.

    On auto, bfloat16 is taken only where the hardware computes in it: elsewhere it is slower.
    """
    if wanted == "float32":
        return "no"
    if wanted == "bfloat16":
        return "bf16"
    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "no"
    return "bf16" if _processor_has_bfloat16() else "no"


def _processor_has_bfloat16() -> bool:
    features = torch.cpu.get_capabilities()
    return any(features.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))
