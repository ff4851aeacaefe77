"""From a model's name to a folder that is known to hold what is needed; torch is not asked yet.

Everything that can be said about a folder without loading it is said here, in words, because what
transformers says about a folder that lacks something is a page of names.
"""

import importlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agent.models.local.options import LoadProgress
from tools.errors import ConfigError, MissingExtraError

FAMILIES: Final = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe")
"""Values of ``model_type`` that run in this process."""
_HUB_NAME: Final = re.compile(r"[\w.-]+/[\w.-]+")
_NEEDED: Final = ["*.json", "*.safetensors", "*.jinja", "*.txt"]
_INDEX: Final = "model.safetensors.index.json"


@dataclass(frozen=True)
class ModelFolder:
    """A folder with a Qwen-VL model in it.

    Attributes:
        path: Where it is.
        family: Its ``model_type``.
        template: Its chat template, in Jinja.
        shards: The files its weights are in.
    """

    path: Path
    family: str
    template: str
    shards: tuple[Path, ...]


def find_folder(name: str, progress: LoadProgress, *, offline: bool) -> ModelFolder:
    """The folder that ``name`` stands for, downloaded if it must be, and what is in it.

    Args:
        name: A folder, or a name on the Hub such as ``Qwen/Qwen2.5-VL-3B-Instruct``.
        progress: Told how the download goes.
        offline: Whether only this machine is searched.

    Raises:
        ConfigError: There is no such model, or it cannot be run here; says why.
        MissingExtraError: The extra ``local`` is not installed.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        return read_folder(path)
    if path.exists():
        raise ConfigError(f"{name} is a file.", hint="Name the folder of the model.")
    if not _HUB_NAME.fullmatch(name):
        raise ConfigError(
            f"There is no folder {name!r}.",
            hint="Name a folder, or a model of the Hub like Qwen/Qwen2.5-VL-3B-Instruct.",
        )
    return read_folder(_fetch(name, progress, offline=offline))


def read_folder(path: Path) -> ModelFolder:
    """Check what is in ``path``.

    Raises:
        ConfigError: Something is missing or is not what it should be; says what.
        MissingExtraError: The extra ``local`` is not installed.
    """
    if not (path / "config.json").is_file():
        raise ConfigError(f"{path} holds no model: it has no config.json.")
    config = _read_json(path / "config.json")
    family = str(config.get("model_type", ""))
    if family not in FAMILIES:
        raise ConfigError(_why_not(path, config, family), hint=f"These do: {', '.join(FAMILIES)}.")
    shards = _shards(path)
    for shard in shards:
        _check_shard(shard)
    # transformers makes up an empty tokenizer where there is none.
    if not any((path / name).is_file() for name in ("tokenizer.json", "vocab.json")):
        raise ConfigError(
            f"{path} has no tokenizer: no tokenizer.json.", hint="Download the model again."
        )
    return ModelFolder(path, family, _template(path), shards)


def _why_not(path: Path, config: dict[str, Any], family: str) -> str:
    if "vision_config" not in config:
        return f"{path} holds a model for text only ({family or 'unknown'}): it cannot see."
    return f"{path} holds a {family or 'nameless'} model, which does not run in this process."


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path} cannot be read: it is no JSON object.")
    return content


def _shards(path: Path) -> tuple[Path, ...]:
    if (path / _INDEX).is_file():
        index = _read_json(path / _INDEX).get("weight_map", {})
        shards = tuple(path / name for name in sorted(set(index.values())))
    else:
        shards = tuple(sorted(path.glob("*.safetensors")))
    missing = [shard.name for shard in shards if not shard.is_file()]
    if missing:
        raise ConfigError(
            f"{path} lacks a part of its weights: {', '.join(missing)}.",
            hint="Download the model again.",
        )
    if shards:
        return shards
    if any(path.glob("*.bin")):
        raise ConfigError(
            f"{path} has its weights as pickles, which may run code when they are loaded.",
            hint="Convert them to safetensors first.",
        )
    raise ConfigError(
        f"{path} has a config.json but no weights: there is no *.safetensors file.",
        hint="Download the model again.",
    )


def _check_shard(shard: Path) -> None:
    """Read the header, which tells whether the file is whole."""
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError as error:
        raise MissingExtraError("A model in this process", "local") from error
    try:
        with safe_open(str(shard), framework="np") as tensors:
            tensors.keys()
    except (SafetensorError, OSError) as error:
        raise ConfigError(
            f"{shard} is damaged: {error}.", hint="Delete it and download the model again."
        ) from None


def _template(path: Path) -> str:
    plain = path / "chat_template.jinja"
    if plain.is_file():
        return plain.read_text(encoding="utf-8")
    for name in ("chat_template.json", "processor_config.json", "tokenizer_config.json"):
        if (path / name).is_file():
            template = _read_json(path / name).get("chat_template")
            if isinstance(template, str):
                return template
    raise ConfigError(
        f"{path} has no chat template.",
        hint="Take the chat_template.json of the model it was made from.",
    )


def _fetch(name: str, progress: LoadProgress, *, offline: bool) -> Path:
    """The folder of ``name`` in the cache of the Hub, filled if it must be."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import (
            GatedRepoError,
            HfHubHTTPError,
            LocalEntryNotFoundError,
            RepositoryNotFoundError,
        )
    except ImportError as error:
        raise MissingExtraError("A model in this process", "local") from error
    try:
        cached = Path(snapshot_download(name, allow_patterns=_NEEDED, local_files_only=True))
    except LocalEntryNotFoundError:
        cached = None
    if cached is not None and (offline or _is_whole(cached)):
        return cached
    if offline:
        raise ConfigError(
            f"The model {name!r} is not on this machine, and the Hub is not to be asked.",
            hint="Download it first, or name a folder.",
        )
    try:
        bar = _bar(progress, _download_size(name))
        fetched = Path(snapshot_download(name, allow_patterns=_NEEDED, tqdm_class=bar))
    except GatedRepoError:
        raise ConfigError(
            f"The model {name!r} is given only to those who accepted its terms.",
            hint=f"Accept them at https://huggingface.co/{name} and log in with: hf auth login",
        ) from None
    except RepositoryNotFoundError:
        raise ConfigError(f"The Hub has no model {name!r}.", hint="Mind the spelling.") from None
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise ConfigError(
            f"The model {name!r} is not on this machine, and the Hub cannot be reached: {error}.",
            hint="Name a folder, or try again online.",
        ) from None
    progress("download", 1.0)
    return fetched


def _download_size(name: str) -> int:
    """Bytes that fetching ``name`` will take; 0 if that cannot be known."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import DryRunError

    quiet = _bar(lambda *_: None, 1)
    try:
        files = snapshot_download(name, allow_patterns=_NEEDED, dry_run=True, tqdm_class=quiet)
    except DryRunError:  # the real attempt says what is wrong
        return 0
    return sum(each.file_size or 0 for each in files if each.will_download)


def _is_whole(path: Path) -> bool:
    try:
        return bool(_shards(path)) and bool(_template(path))
    except ConfigError:
        return False


def _bar(progress: LoadProgress, total: int) -> type[Any]:
    """A progress bar in the manner of tqdm that draws nothing and tells ``progress``.

    The Hub's own bars learn their total file by file; ``total`` is that of all, in bytes.
    """
    tqdm = importlib.import_module("tqdm.auto").tqdm
    told = 0.0

    def begin(bar: Any, *given: object, **settings: object) -> None:  # noqa: ANN401 - a tqdm
        tqdm.__init__(bar, *given, **{**settings, "file": io.StringIO(), "leave": False})

    def display(bar: Any, *_: object, **__: object) -> None:  # noqa: ANN401 - a tqdm
        nonlocal told
        share = min(1.0, bar.n / max(total, 1)) if bar.unit == "B" else 0.0
        if share > told:
            told = share
            progress("download", share)

    members: dict[str, Callable[..., None]] = {"__init__": begin, "display": display}
    return type("TellingBar", (tqdm,), members)
