"""Models in this process: those that are asked for, and those that lie here and would fit."""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from agent.config import Config, hub_cache
from agent.dialects.choose import choose_dialect
from agent.model import Model
from agent.models.fit import Load, best_precision
from agent.models.local.model import load_local
from agent.models.local.options import LocalOptions
from agent.models.shapes import shape_of
from tools.errors import ConfigError

GIB = 1024**3


def load(config: Config, notice: Callable[[str], None]) -> tuple[Model, str]:
    """Load ``config.model`` into this process.

    Returns:
        The model and its family, such as ``qwen2_5_vl``.

    Raises:
        ConfigError: There is no such model, or it cannot be run here.
        MissingExtraError: An extra is not installed.
        ModelError: There is not enough memory.
    """
    told: set[str] = set()

    def progress(what: str, share: float) -> None:
        step = f"{what} {int(share * 10) * 10} %"
        if step not in told:
            told.add(step)
            notice(f"{config.model}: {step}")

    options = LocalOptions(
        quantization=config.quantization,
        offline=config.offline,
        min_pixels=config.min_pixels or None,
        max_pixels=config.max_pixels or None,
    )
    model = load_local(config.model, options, progress=progress, notice=notice)
    return model, model.family


def fitting_model() -> tuple[str, str]:
    """The largest cached model that a dialect knows and the graphics card has room for.

    Returns:
        Its name, empty if there is none, and why.
    """
    if find_spec("torch") is None or find_spec("transformers") is None:
        return "", "the extra 'local' is not installed"
    torch = import_module("torch")
    if not torch.cuda.is_available():
        return "", "there is no graphics card"
    free_gib = torch.cuda.mem_get_info()[0] / GIB
    best: tuple[float, str] = (0.0, "")
    for name in cached_models(hub_cache()):
        try:
            shape = shape_of(name)
        except ConfigError:
            continue
        need = best_precision(shape, free_gib, Load())
        if need is not None and choose_dialect(name).certain:
            best = max(best, (need.total / GIB, name))
    if not best[1]:
        return "", f"no cached model fits into {free_gib:.0f} GiB"
    return best[1], f"cached here, needs {best[0]:.0f} of {free_gib:.0f} GiB"


def cached_models(cache: Path) -> Iterator[str]:
    """Names of the models whose weights lie in a cache of the Hub, by its folder layout."""
    if not cache.is_dir():
        return
    for folder in sorted(cache.glob("models--*--*")):
        if any(folder.glob("snapshots/*/*.safetensors")):
            yield "/".join(folder.name.split("--")[1:])
