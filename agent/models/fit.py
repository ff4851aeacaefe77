"""Will it fit? Memory of a model on a graphics card, from its shape alone.

weights, the keys and values kept of the context, what one forward pass needs, and what the driver
takes. 8 and 4 bits are those of bitsandbytes: the language model's layers are quantised, the
embeddings, the output layer and the vision tower stay in 16 bits. Give 5 to 10 % of slack.
"""

import re
from typing import Annotated, Literal

from pydantic import Field

from agent.models.shapes import Shape
from tools.errors import ConfigError
from tools.geometry import Frozen

GIB = 1024**3
Precision = Literal["bf16", "int8", "int4"]
PRECISIONS: tuple[Precision, ...] = ("bf16", "int8", "int4")
_BYTES: dict[Precision, float] = {"bf16": 2.0, "int8": 1.02, "int4": 0.56}
_DRIVER = int(0.8 * GIB)
SLACK = 1.05
"""A card is said to clear a model if this much more than the total would fit."""


class Card(Frozen):
    """A graphics card."""

    name: str
    gib: float


CARDS = (
    Card(name="RTX 4060, 3070", gib=8),
    Card(name="RTX 3080", gib=10),
    Card(name="RTX 3060, 4070", gib=12),
    Card(name="RTX 4060 Ti 16GB, 4080, 5080", gib=16),
    Card(name="RTX 3090, 4090", gib=24),
    Card(name="RTX 5090", gib=32),
    Card(name="RTX A6000, L40S", gib=48),
    Card(name="A100 80GB, H100", gib=80),
    Card(name="RTX PRO 6000 Blackwell", gib=96),
    Card(name="H200", gib=141),
)


class Load(Frozen):
    """What is asked of the model at once.

    Attributes:
        context: Tokens of the longest conversation, pictures included.
        pixels: Pixels of one picture as the model sees it.
        images: Pictures that are read in one go; those of earlier steps are already in the context.
    """

    context: Annotated[int, Field(ge=1)] = 8192
    pixels: Annotated[int, Field(ge=1)] = 1280 * 28 * 28
    images: Annotated[int, Field(ge=0)] = 1


class Estimate(Frozen):
    """Bytes that a model needs at one precision."""

    precision: Precision
    weights: int
    cache: int
    activations: int
    driver: int = _DRIVER

    @property
    def total(self) -> int:
        """All of it, without slack."""
        return self.weights + self.cache + self.activations + self.driver

    def fits(self, gib: float) -> bool:
        """Whether a card with ``gib`` GiB clears it, slack included."""
        return self.total * SLACK <= gib * GIB

    @property
    def smallest_card(self) -> Card | None:
        """The smallest single card that clears it."""
        return next((card for card in CARDS if self.fits(card.gib)), None)


def weight_bytes(shape: Shape, precision: Precision, *, everything: bool = False) -> int:
    """Bytes of the weights.

    Args:
        shape: The model.
        precision: Of the language model's layers.
        everything: Count embeddings and vision tower in that precision too, as the tables do that
            are handed about.
    """
    each = _BYTES[precision]
    if everything:
        return round(shape.parameters * (1.0 if precision == "int8" else each))
    kept = shape.embedding_parameters + shape.vision_parameters
    return round(2 * kept + shape.language_parameters * each)


def image_tokens(shape: Shape, load: Load) -> int:
    """Tokens of one picture."""
    return load.pixels // shape.vision.factor**2 if shape.vision else 0


def estimate(shape: Shape, precision: Precision, load: Load) -> Estimate:
    """What ``shape`` needs at ``precision`` under ``load``.

    Attention is taken to be computed in tiles (sdpa or flash); the eager one needs gigabytes more.
    """
    cache = 2 * shape.layers * shape.kv_heads * shape.width_of_head * 2 * load.context
    feed_forward = shape.intermediate * max(1, shape.active_experts)
    activations = load.context * (4 * shape.hidden + 3 * feed_forward) * 2 + 8 * shape.vocabulary
    if shape.vision:
        vision = shape.vision
        patches = load.pixels * load.images // vision.patch**2
        activations += patches * (4 * vision.hidden + 3 * vision.intermediate) * 2
        activations += patches * 3 * 2 * vision.patch**2 * 4
    return Estimate(
        precision=precision,
        weights=weight_bytes(shape, precision),
        cache=cache,
        activations=activations,
    )


def estimates(shape: Shape, load: Load) -> tuple[Estimate, ...]:
    """At every precision; only at its own where the weights are published quantised."""
    own = shape.stored_precision
    return tuple(estimate(shape, p, load) for p in PRECISIONS if not own or p == own)


def best_precision(shape: Shape, gib: float, load: Load) -> Estimate | None:
    """The most exact estimate that fits into ``gib`` GiB, or ``None``."""
    return next((found for found in estimates(shape, load) if found.fits(gib)), None)


def most_pixels(shape: Shape, precision: Precision, gib: float, load: Load) -> int:
    """Pixels per picture with which it fits into ``gib`` GiB, at most those of ``load``; 0: none.

    Pictures are the first thing to cut: they cost no exactness of the weights.
    """
    if not shape.vision:
        return 0
    step = shape.vision.factor**2
    low, high = 0, load.pixels // step
    while low < high:
        middle = (low + high + 1) // 2
        tried = load.model_copy(update={"pixels": middle * step})
        if estimate(shape, precision, tried).fits(gib):
            low = middle
        else:
            high = middle - 1
    return low * step


def parse_memory(text: str) -> float:
    """Memory of a card in GiB, from ``24GB``, ``24 GiB``, ``24`` or ``24576MiB``.

    Cards are sold in GB and have GiB, so the two mean the same here.

    Raises:
        ConfigError: It is no amount of memory.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(gi?b?|mi?b?)?\s*", text, re.IGNORECASE)
    if match is None or float(match[1]) <= 0:
        raise ConfigError(f"{text!r} is no amount of memory.", hint="Write it as 24GB.")
    amount = float(match[1])
    return amount / 1024 if (match[2] or "g").lower().startswith("m") else amount
