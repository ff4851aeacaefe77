"""A loaded model: the network, its tokenizer and its image processor. The slow part, told about."""

import importlib
import importlib.util
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final, Self

from agent.models.local.folder import ModelFolder, find_folder
from agent.models.local.memory import is_out_of_memory
from agent.models.local.options import LoadProgress, LocalOptions
from tools.errors import ConfigError, MissingExtraError, ModelError

if TYPE_CHECKING:
    import torch

WHAT: Final = "A model in this process"
_NEEDED: Final = ("torch", "transformers", "accelerate", "jinja2")
_ATTENTION: Final = {"sdpa": "sdpa", "flash": "flash_attention_2", "eager": "eager"}
_LOADING = threading.Lock()


@dataclass(frozen=True, eq=False)
class Weights:
    """Everything of a model that several conversations share.

    Attributes:
        name: As it was asked for.
        folder: Where it was loaded from.
        options: How it was loaded.
        network: The model of transformers, in evaluation mode.
        tokenizer: Its fast tokenizer.
        image_processor: From pixels to patches.
        processor: The whole processor, which reads videos too; ``None`` without torchvision.
        ends: Ids of the tokens that end a reply.
        lock: Held by whoever uses the network.
    """

    name: str
    folder: ModelFolder
    options: LocalOptions
    network: Any
    tokenizer: Any
    image_processor: Any
    processor: Any
    ends: frozenset[int]
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def device(self) -> "torch.device":
        """Where inputs go."""
        return self.network.device

    @property
    def vocabulary(self) -> int:
        """How many logits there are for a token."""
        return int(self.network.config.get_text_config().vocab_size)

    @property
    def context(self) -> int:
        """Longest conversation in tokens, the reply included."""
        return int(self.network.config.get_text_config().max_position_embeddings)

    @property
    def points_in_pixels(self) -> bool:
        """Whether the family names points in pixels of the picture it is shown."""
        return self.folder.family == "qwen2_5_vl"


def load_weights(name: str, options: LocalOptions, progress: LoadProgress) -> Weights:
    """Load a model by name or folder.

    Raises:
        ConfigError: There is no such model, it cannot be run here, or torchvision is broken.
        MissingExtraError: An extra is not installed.
        ModelError: There is not enough memory.
    """
    _require(options)
    folder = find_folder(name, progress, offline=options.offline)
    seeing = torchvision_works() and importlib.util.find_spec("qwen_vl_utils") is not None
    with _LOADING, _telling(progress):
        try:
            processor, tokenizer, image_processor = _processors(folder, seeing=seeing)
            network = _network(folder, options)
        except _unusable() as error:
            if is_out_of_memory(error):
                raise ModelError(
                    f"{name} does not fit into the memory. Take a smaller one, or 8- or 4-bit."
                ) from error
            raise ConfigError(f"{name} cannot be loaded: {_first_line(error)}") from error
    progress("load", 1.0)
    return Weights(
        name=name,
        folder=folder,
        options=options,
        network=network,
        tokenizer=tokenizer,
        image_processor=image_processor,
        processor=processor,
        ends=_ends(network, tokenizer),
    )


def torchvision_works() -> bool:
    """Whether torchvision is installed and can be used.

    Raises:
        ConfigError: It is installed but broken, which takes the image models of transformers down
            with it.
    """
    if importlib.util.find_spec("torchvision") is None:
        return False
    try:
        importlib.import_module("torchvision")
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        raise ConfigError(
            f"torchvision {_version('torchvision')} does not work with torch {_version('torch')}: "
            f"{_first_line(error).rstrip('.')}.",
            hint="Install the torchvision that was made for this torch, both from where "
            "https://pytorch.org/get-started/locally says, or do without it, for pictures only: "
            "python -m pip uninstall torchvision",
        ) from error
    return True


def _unusable() -> tuple[type[Exception], ...]:
    """What transformers raises over files that are not what they should be."""
    from huggingface_hub.errors import StrictDataclassError

    return (
        StrictDataclassError,
        OSError,
        ImportError,
        RuntimeError,
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
    )


def _require(options: LocalOptions) -> None:
    needed = [*_NEEDED, *(["llguidance"] if options.constrained else [])]
    if not all(importlib.util.find_spec(each) for each in needed):
        raise MissingExtraError(WHAT, "local")
    if options.quantization != "none" and importlib.util.find_spec("bitsandbytes") is None:
        raise MissingExtraError(f"Weights in {options.quantization}", "quant")
    if options.attention == "flash" and importlib.util.find_spec("flash_attn") is None:
        raise ConfigError(
            "The attention 'flash' needs the package flash-attn.",
            hint="Install it, or leave the attention on 'auto'.",
        )


def _processors(folder: ModelFolder, *, seeing: bool) -> tuple[Any, Any, Any]:
    from transformers import AutoImageProcessor, AutoProcessor, AutoTokenizer

    if seeing:
        processor = AutoProcessor.from_pretrained(folder.path, local_files_only=True)
        return processor, processor.tokenizer, processor.image_processor
    tokenizer = AutoTokenizer.from_pretrained(folder.path, local_files_only=True)
    pictures = AutoImageProcessor.from_pretrained(folder.path, local_files_only=True, backend="pil")
    return None, tokenizer, pictures


def _network(folder: ModelFolder, options: LocalOptions) -> Any:  # noqa: ANN401 - of transformers
    from transformers import AutoModelForImageTextToText

    settings: dict[str, Any] = {"dtype": options.dtype, "device_map": _device_map(options.device)}
    if options.attention != "auto":
        settings["attn_implementation"] = _ATTENTION[options.attention]
    if options.quantization != "none":
        settings["quantization_config"] = _quantization(options.quantization)
    network, told = AutoModelForImageTextToText.from_pretrained(
        folder.path,
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
        ignore_mismatched_sizes=True,  # told below, in fewer words
        **settings,
    )
    # transformers fills what is missing with random numbers and goes on.
    if missing := sorted(told["missing_keys"]):
        raise ValueError(f"its weights lack {len(missing)} tensors, such as {missing[0]}.")
    if told["mismatched_keys"]:
        raise ValueError("its weights have other shapes than its config.json says.")
    return network.eval()


def _device_map(device: str) -> Any:  # noqa: ANN401 - what accelerate takes
    import torch

    if device != "auto":
        return {"": device}
    # On a machine without an accelerator "auto" would begin to spill onto the disk.
    return "auto" if torch.accelerator.is_available() else {"": "cpu"}


def _quantization(kind: str) -> Any:  # noqa: ANN401 - of transformers
    import torch
    from transformers import BitsAndBytesConfig

    # It says for every layer and token that numbers are cast, which is what it is for.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    if kind == "8bit":
        # The eye stays as it is: it is small, and pictures suffer most.
        return BitsAndBytesConfig(
            load_in_8bit=True, llm_int8_skip_modules=["model.visual", "visual", "lm_head"]
        )
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=torch.bfloat16,
        llm_int8_skip_modules=["model.visual", "visual", "lm_head"],
    )


def _ends(network: Any, tokenizer: Any) -> frozenset[int]:  # noqa: ANN401 - of transformers
    found = network.generation_config.eos_token_id
    ids = set(found) if isinstance(found, list) else {found}
    ids.add(tokenizer.eos_token_id)
    return frozenset(each for each in ids if each is not None)


class _Told:
    """What transformers takes for a progress bar: says how far it is, draws nothing."""

    def __init__(self, progress: LoadProgress, items: Any, total: float | None) -> None:  # noqa: ANN401
        self._progress = progress
        self._items = items
        self._total = total
        self._done = 0.0

    def __iter__(self) -> Iterator[Any]:
        for item in self._items:
            yield item
            self.update()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def update(self, n: float = 1) -> None:
        self._done += n
        if self._total:
            self._progress("load", min(1.0, self._done / self._total))

    def close(self) -> None:
        """Nothing to close."""

    def set_postfix(self, *_: object, **__: object) -> None:
        """Not shown."""

    set_postfix_str = set_description = refresh = set_postfix


@contextmanager
def _telling(progress: LoadProgress) -> Iterator[None]:
    """Let ``progress`` hear of the loading, and keep transformers off the terminal meanwhile."""
    from transformers.utils import logging as talk

    def bar(_: Callable[..., Any], items: tuple[Any, ...], settings: dict[str, Any]) -> _Told:
        listed = items[0] if items else settings.get("iterable", ())
        size = len(listed) if hasattr(listed, "__len__") else None
        return _Told(progress, listed, settings.get("total", size))

    before, verbosity = talk.set_tqdm_hook(bar), talk.get_verbosity()
    talk.set_verbosity_error()
    try:
        yield
    finally:
        talk.set_tqdm_hook(before)
        talk.set_verbosity(verbosity)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines()]
    return next(filter(None, lines), type(error).__name__)
