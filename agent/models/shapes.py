"""The shape of a vision-language model: from the shipped table, or from any ``config.json``.

Parameters are counted from the shape, without weights, libraries or network; for the families
shipped the counts equal those of the real classes.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError

from agent.config import did_you_mean
from tools.errors import ConfigError
from tools.geometry import Frozen

Count = Annotated[int, Field(ge=1)]
VisionKind = Literal["qwen2", "qwen2_5", "qwen3"]
_TABLE = Path(__file__).with_name("shapes.yaml")
_MERGE = 2
_DEEPSTACK_LAYERS = 3
_POSITIONS = 48 * 48
_VISION_OF: dict[str, VisionKind] = {
    "qwen2_vl": "qwen2",
    "qwen2_5_vl": "qwen2_5",
    "qwen3_vl": "qwen3",
    "qwen3_vl_moe": "qwen3",
}
_SUFFIX = re.compile(
    r"-(instruct|thinking|preview|chat|sft|dpo|think|awq|gptq|int[48]|fp8|bf16|gguf|bnb|[48]bit|hf"
    r"|q\d\w*|\d{4,8})(?=-|$)"
)


class VisionShape(Frozen):
    """The tower that reads pictures."""

    kind: VisionKind
    depth: Count
    hidden: Count
    intermediate: Count

    @property
    def patch(self) -> int:
        """Side of a patch in pixels."""
        return 16 if self.kind == "qwen3" else 14

    @property
    def factor(self) -> int:
        """Side in pixels of what becomes one token."""
        return self.patch * _MERGE

    def parameters(self, out: int) -> int:
        """Parameters of the tower and of what joins it to a language model of width ``out``."""
        h, i = self.hidden, self.intermediate
        attention = 4 * h * h + 4 * h
        patches = 3 * 2 * self.patch**2 * h
        wide = h * _MERGE**2
        merger = wide * wide + wide + wide * out + out
        if self.kind == "qwen2_5":
            block = attention + 3 * h * i + 2 * i + h + 2 * h
            return patches + self.depth * block + merger + h
        block = attention + 2 * h * i + i + h + 4 * h
        total = patches + self.depth * block + merger + 2 * h
        if self.kind == "qwen3":
            total += h + _POSITIONS * h + _DEEPSTACK_LAYERS * (merger + 2 * wide)
        return total


class Shape(Frozen):
    """What memory depends on.

    Attributes:
        name: The model.
        family: ``model_type`` of its ``config.json``.
        intermediate: Width of the feed-forward layer, of each expert where there are some.
        experts: Feed-forward layers to choose from; 0 without a choice.
        tied: Whether the output layer shares the embeddings.
        source: How sure the numbers are; see ``shapes.yaml``.
        stored_precision: Precision of the published weights, where the name tells it.
    """

    name: str
    family: str
    layers: Count
    hidden: Count
    heads: Count
    kv_heads: Count
    intermediate: Count
    vocabulary: Count
    tied: bool
    head_dim: Annotated[int, Field(ge=0)] = 0
    experts: Annotated[int, Field(ge=0)] = 0
    active_experts: Annotated[int, Field(ge=0)] = 0
    vision: VisionShape | None = None
    source: str = "config.json"
    stored_precision: Literal["", "int8", "int4"] = ""

    @property
    def width_of_head(self) -> int:
        """Width of one attention head."""
        return self.head_dim or self.hidden // self.heads

    @property
    def embedding_parameters(self) -> int:
        """Embeddings and the output layer, which stay in 16 bits when the rest is quantised."""
        return self.vocabulary * self.hidden * (1 if self.tied else 2)

    @property
    def vision_parameters(self) -> int:
        """The tower that reads pictures, 0 without one."""
        return self.vision.parameters(self.hidden) if self.vision else 0

    @property
    def language_parameters(self) -> int:
        """The layers of the language model, without embeddings."""
        h = self.hidden
        queries = self.heads * self.width_of_head
        keys = self.kv_heads * self.width_of_head
        attention = 2 * h * queries + 2 * h * keys
        if self.family.startswith("qwen3"):
            attention += 2 * self.width_of_head
        else:
            attention += queries + 2 * keys
        feed_forward = 3 * h * self.intermediate
        if self.experts:
            feed_forward = self.experts * feed_forward + h * self.experts
        return self.layers * (attention + feed_forward + 2 * h) + h

    @property
    def parameters(self) -> int:
        """All of them."""
        return self.embedding_parameters + self.vision_parameters + self.language_parameters


def shape_of(model: str) -> Shape:
    """The shape of a model by its published name, its folder or its ``config.json``.

    Raises:
        ConfigError: It is not known, or the file cannot be used.
    """
    path = Path(model).expanduser()
    if path.is_dir() or path.suffix == ".json":
        return read_shape(path / "config.json" if path.is_dir() else path)
    table, short = _table(), _short_name(model)
    if short not in table:
        hint = did_you_mean(short, sorted(table))
        raise ConfigError(
            f"The shape of {model!r} is not known.",
            hint=f"{hint} Or give the model's folder or its config.json.",
        )
    return table[short].model_copy(update={"name": model, "stored_precision": _precision_in(model)})


def known_shapes() -> tuple[Shape, ...]:
    """All shapes that are shipped."""
    return tuple(_table().values())


def read_shape(path: Path) -> Shape:
    """The shape that a ``config.json`` describes, in its flat or its nested form.

    Raises:
        ConfigError: It cannot be read, or is of a kind whose memory cannot be told.
    """
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist.", hint="Is this a model's folder?") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from None
    if not isinstance(config, dict):
        raise ConfigError(f"{path} holds no JSON object.")
    text = config.get("text_config")
    text = {**config, **text} if isinstance(text, dict) else config
    vision = config.get("vision_config")
    family = str(config.get("model_type", ""))
    if isinstance(vision, dict) and family not in _VISION_OF:
        raise ConfigError(
            f"{path}: memory cannot be told for models of type {family!r}.",
            hint=f"Known: {', '.join(_VISION_OF)}, and models without vision.",
        )
    try:
        return Shape(
            name=path.parent.name or str(path),
            family=family,
            layers=text["num_hidden_layers"],
            hidden=text["hidden_size"],
            heads=text["num_attention_heads"],
            kv_heads=text.get("num_key_value_heads") or text["num_attention_heads"],
            head_dim=text.get("head_dim") or 0,
            intermediate=text.get("moe_intermediate_size") or text["intermediate_size"],
            experts=text.get("num_experts") or 0,
            active_experts=text.get("num_experts_per_tok") or 0,
            vocabulary=text["vocab_size"],
            tied=bool(config.get("tie_word_embeddings", text.get("tie_word_embeddings", False))),
            vision=_vision(_VISION_OF[family], vision) if isinstance(vision, dict) else None,
            stored_precision=_precision_stored(config),
        )
    except KeyError as error:
        raise ConfigError(f"{path} does not say {error}.") from None
    except TypeError as error:
        raise ConfigError(f"{path} has a wrong value in it: {error}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ConfigError(f"{path}: {place}: {first['msg']}.") from None


def _vision(kind: VisionKind, config: Mapping[str, Any]) -> VisionShape:
    hidden = config["embed_dim"] if kind == "qwen2" else config["hidden_size"]
    if kind == "qwen2":
        intermediate = int(hidden * config.get("mlp_ratio", 4))
    else:
        intermediate = config["intermediate_size"]
    return VisionShape(kind=kind, depth=config["depth"], hidden=hidden, intermediate=intermediate)


def _precision_stored(config: Mapping[str, Any]) -> Literal["", "int8", "int4"]:
    stored = config.get("quantization_config")
    if not isinstance(stored, dict):
        return ""
    bits = stored.get("bits") or stored.get("w_bit")
    if bits == 4 or stored.get("load_in_4bit"):
        return "int4"
    method = str(stored.get("quant_method", ""))
    return "int8" if bits == 8 or stored.get("load_in_8bit") or "fp8" in method else ""


def _precision_in(name: str) -> Literal["", "int8", "int4"]:
    if re.search(r"awq|int4|4bit|-q4", name, re.IGNORECASE):
        return "int4"
    return "int8" if re.search(r"int8|8bit|fp8|-q8", name, re.IGNORECASE) else ""


def _short_name(model: str) -> str:
    name = model.rstrip("/").rsplit("/", 1)[-1].lower().replace("_", "-").replace(":", "-")
    while (shorter := _SUFFIX.sub("", name)) != name:
        name = shorter
    return name


@cache
def _table() -> Mapping[str, Shape]:
    found = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    shapes: dict[str, Shape] = {}
    for name, entry in found["models"].items():
        kind, depth, hidden, intermediate = entry.pop("vision")
        vision = VisionShape(kind=kind, depth=depth, hidden=hidden, intermediate=intermediate)
        shapes[name.lower()] = Shape(name=name, vision=vision, **entry)
    for name, like in found["same_shape"].items():
        update = {"name": name, "source": f"family: {like}"}
        shapes[name.lower()] = shapes[like.lower()].model_copy(update=update)
    return shapes
