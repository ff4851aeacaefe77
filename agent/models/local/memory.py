"""What running out of memory looks like, and what is said then."""

from tools.errors import ModelError

_SIGNS = (
    "out of memory",
    "defaultcpuallocator: can't allocate memory",
    "not enough memory",
    "alloc_cpu",
)


class ModelOutOfMemoryError(ModelError):
    """The conversation does not fit into the memory beside the weights.

    Args:
        max_pixels: A pixel budget for pictures that may fit.
    """

    def __init__(self, max_pixels: int) -> None:
        super().__init__(
            "The model ran out of memory, with smaller pictures too. "
            f"Show it less: --max-pixels {max_pixels}, a shorter history, or 8- or 4-bit weights."
        )
        self.max_pixels = max_pixels


def is_out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` is what torch raises when an allocation fails, on any device."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(sign in text for sign in _SIGNS)


def release() -> None:
    """Give back to the device what is free but held."""
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
