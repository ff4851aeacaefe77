"""The keys and values of one conversation, kept from step to step.

A conversation only grows, within a window: what was read once need not be read again. The next
prompt is compared with what is known; from the first difference on it is read anew. Positions are
always computed for the whole prompt (a picture takes as many positions as its longer side has
tokens, not as many as it has tokens) and cut to the part that is read.
"""

from collections.abc import Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agent.models.local.prompt import Placed, Prompt
from agent.models.local.vision import Vision
from agent.models.local.weights import Weights

if TYPE_CHECKING:
    import torch


class Conversation:
    """What the network remembers; the caller holds the lock of the weights.

    Args:
        weights: The network.
        vision: Prepares the pictures that are read.
    """

    def __init__(self, weights: Weights, vision: Vision) -> None:
        self._weights = weights
        self._vision = vision
        self._known: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._fed: list[int] = []
        self._past: Any = None
        self._shift = 0
        # transformers 5.24 has renamed the argument, and warns of the old name.
        takes = signature(weights.network.forward).parameters
        self._cache_name = "cache" if "cache" in takes else "past_key_values"

    @property
    def known(self) -> NDArray[np.int64]:
        """Keys of the tokens whose keys and values are kept."""
        return np.concatenate([self._known, np.asarray(self._fed, dtype=np.int64)])

    def __len__(self) -> int:
        return int(self._known.size) + len(self._fed)

    def forget(self) -> None:
        """Keep nothing."""
        self._known = np.empty(0, dtype=np.int64)
        self._fed = []
        self._past = None

    def common(self, prompt: Prompt) -> int:
        """How many tokens of ``prompt`` need not be read, because they are known."""
        if self._past is None or not self._weights.options.reuse_cache or prompt.clips is not None:
            return 0
        known = self.known
        length = min(known.size, prompt.keys.size)
        differs = np.flatnonzero(known[:length] != prompt.keys[:length])
        count = int(differs[0]) if differs.size else length
        # The last token is always read: its logits are what the reply begins with.
        count = min(count, len(prompt) - 1)
        for placed in prompt.pictures:
            if placed.start < count < placed.start + placed.grid.tokens:
                count = placed.start
        return count

    def read(self, prompt: Prompt) -> tuple[NDArray[np.float32], int]:
        """Read ``prompt`` as far as it is not known yet.

        Returns:
            The logits after its last token, and how many of its tokens were known.
        """
        import torch

        count = self.common(prompt)
        self._cut(count)
        positions = self._positions(prompt)
        # Positions run on after the prompt: the next one is one above the highest.
        self._shift = int(positions.max()) + 1 - len(prompt)
        ids = torch.from_numpy(prompt.ids[None, count:])
        extra = self._patches(prompt, count)
        logits = self._forward(ids, positions[:, :, count:], extra)
        self._known, self._fed = prompt.keys, []
        return logits, count

    def feed(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        """Read tokens of the reply; returns the logits after the last of them."""
        import torch

        start = len(self) + self._shift
        row = torch.arange(start, start + len(tokens))
        positions = row.view(1, 1, -1).expand(3, 1, -1)
        logits = self._forward(torch.tensor([list(tokens)]), positions, {})
        self._fed.extend(tokens)
        return logits

    def _cut(self, count: int) -> None:
        from transformers import DynamicCache

        length = len(self)
        if count == 0 or self._past is None:
            self.forget()
            self._past = DynamicCache()
            return
        if length > count:
            self._past.crop(count - length)
        self._known, self._fed = self.known[:count], []

    def _positions(self, prompt: Prompt) -> "torch.Tensor":
        """Time, row and column of every token, shape (3, 1, tokens)."""
        import torch

        ids = torch.from_numpy(prompt.ids[None])
        if not prompt.kinds.any():
            return torch.arange(len(prompt)).view(1, 1, -1).expand(3, 1, -1)
        grids: dict[str, Any] = {"image_grid_thw": _grids(prompt.pictures)}
        if prompt.clips is not None:
            grids = {
                name: tensor
                for name, tensor in prompt.clips.tensors.items()
                if name.endswith("grid_thw")
            }
            if prompt.clips.seconds is not None:
                grids["second_per_grid_ts"] = torch.as_tensor(prompt.clips.seconds)
        kinds = torch.from_numpy(prompt.kinds[None]).int()
        positions, _ = self._weights.network.model.get_rope_index(ids, kinds, **grids)
        return positions

    def _patches(self, prompt: Prompt, count: int) -> dict[str, Any]:
        """Pictures and clips that begin at or after token ``count``, as the network takes them."""
        if prompt.clips is not None:
            return prompt.clips.tensors
        new = [placed for placed in prompt.pictures if placed.start >= count]
        if not new:
            return {}
        made = self._vision.pixels([(placed.part, placed.size) for placed in new])
        return {"pixel_values": made.values, "image_grid_thw": made.grids}

    def _forward(
        self, ids: "torch.Tensor", positions: "torch.Tensor", extra: dict[str, Any]
    ) -> NDArray[np.float32]:
        import torch

        device = self._weights.device
        complete = False
        try:
            with torch.inference_mode():
                made = self._weights.network(
                    input_ids=ids.to(device),
                    position_ids=positions.to(device),
                    use_cache=True,
                    logits_to_keep=1,
                    **{self._cache_name: self._past},
                    **{name: tensor.to(device) for name, tensor in extra.items()},
                )
                logits: NDArray[np.float32] = made.logits[0, -1].float().cpu().numpy()
            complete = True
            return logits
        finally:
            if not complete:  # some layers may have grown, others not
                self.forget()


def _grids(pictures: Sequence[Placed]) -> "torch.Tensor":
    import torch

    return torch.tensor([[1, placed.grid.height, placed.grid.width] for placed in pictures])
