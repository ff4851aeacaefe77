"""How a model is loaded and asked in this process."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from tools.geometry import Frozen

LoadProgress = Callable[[str, float], None]
"""Hears what is being done (``download`` or ``load``) and which share of it is done, 0..1."""

Notice = Callable[[str], None]
"""Hears what the person should know, one line."""


class LocalOptions(Frozen):
    """How a model is loaded and asked.

    Attributes:
        dtype: ``auto`` takes what the weights are stored in.
        device: ``auto`` spreads the weights over the accelerators there are, else the processor;
            or a device of torch, such as ``cuda:1``.
        quantization: Smaller weights, through bitsandbytes.
        attention: ``auto`` leaves the choice to transformers, which takes sdpa.
        min_pixels: Smaller pictures are enlarged; ``None`` for the model's own bound.
        max_pixels: Larger pictures are shrunk; ``None`` for the model's own bound.
        max_time_s: Seconds after which a reply is cut; ``None`` for no limit.
        offline: Whether to leave the Hub alone and take only what is on this machine.
        reuse_cache: Whether a conversation keeps its keys and values from step to step.
        constrained: Whether replies are held to the schema of a request that has one.
    """

    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    device: Annotated[str, Field(pattern=r"^(auto|[a-z]+(:\d+)?)$")] = "auto"
    quantization: Literal["none", "8bit", "4bit"] = "none"
    attention: Literal["auto", "sdpa", "flash", "eager"] = "auto"
    min_pixels: Annotated[int, Field(ge=1)] | None = None
    max_pixels: Annotated[int, Field(ge=1)] | None = None
    max_time_s: Annotated[float, Field(gt=0)] | None = None
    offline: bool = False
    reuse_cache: bool = True
    constrained: bool = True
