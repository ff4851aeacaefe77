"""From encoded pictures and clips to the patches a network takes.

With torchvision the work is done by qwen-vl-utils and the fast processors of transformers, which
read clips too. Without it, Pillow does it, for pictures only. A picture has its final size before
either sees it, so that the number of its tokens is known without decoding it.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image, UnidentifiedImageError

from agent.model import ImagePart, VideoPart
from agent.models.local.weights import Weights
from agent.sight import Sizing
from tools.errors import CaptureError, ModelError
from tools.geometry import Size

if TYPE_CHECKING:
    import torch

_FEWEST: Final = 4
_MOST: Final = 16384
"""Visual tokens of a picture, at least and at most, as qwen-vl-utils has it."""


@dataclass(frozen=True)
class Grid:
    """How a picture is cut: ``height`` x ``width`` patches, ``tokens`` of them for the network."""

    height: int
    width: int
    tokens: int


@dataclass(frozen=True, eq=False)
class Pixels:
    """Patches of several pictures in a row.

    Attributes:
        values: One row a patch.
        grids: One row a picture: times, rows and columns of patches.
    """

    values: "torch.Tensor"
    grids: "torch.Tensor"


@dataclass(frozen=True, eq=False)
class Clips:
    """What the processor made of a text with clips in it.

    Attributes:
        ids: Tokens, with the places of all pictures and frames filled in.
        kinds: 0 for a word, 1 for a piece of a picture, 2 for one of a clip.
        tensors: Patches and grids of pictures and clips, as the network takes them.
        seconds: Seconds between two layers of each clip, for families that want it.
    """

    ids: "torch.Tensor"
    kinds: "torch.Tensor"
    tensors: dict[str, Any]
    seconds: Any


class Vision:
    """Prepares pictures for one loaded model.

    Args:
        weights: Whose processors are used.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        processor = weights.image_processor
        self._patch = int(processor.patch_size)
        self._merge = int(processor.merge_size)
        bounds = dict(processor.size)
        options = weights.options
        self._token = (self._patch * self._merge) ** 2
        self.sizing = Sizing(
            factor=self._patch * self._merge,
            min_pixels=self._bounded(int(bounds["shortest_edge"])),
            max_pixels=self._bounded(int(bounds["longest_edge"])),
        ).budget(
            min_pixels=self._bounded(options.min_pixels) if options.min_pixels else 0,
            max_pixels=self._bounded(options.max_pixels) if options.max_pixels else 0,
        )

    def shown(self, size: Size, *, share: float = 1.0) -> Size:
        """The size at which a picture of ``size`` is shown to the network.

        Args:
            size: Of the picture as it came.
            share: Of its pixels that may be shown; below 1 when memory is short.

        Raises:
            ModelError: It is too narrow to be shown.
        """
        try:
            shown = self.sizing.shown(size)
            if share < 1.0:
                budget = self._bounded(int(shown.width * shown.height * share))
                shown = self.sizing.budget(max_pixels=budget).shown(size)
        except CaptureError as error:
            raise ModelError(str(error)) from error
        return shown

    def grid(self, shown: Size) -> Grid:
        """How a picture that is shown at ``shown`` is cut."""
        height, width = shown.height // self._patch, shown.width // self._patch
        return Grid(height, width, height * width // self._merge**2)

    def pixels(self, pictures: Sequence[tuple[ImagePart, Size]]) -> Pixels:
        """Patches of ``pictures``, each with the size at which it is shown.

        Raises:
            ModelError: One cannot be decoded.
        """
        if self._weights.processor is None:
            ready = [_resized(decode(part), size) for part, size in pictures]
        else:
            ready, _, _ = self._fetch(pictures)
        made = self._weights.image_processor(images=ready, do_resize=False, return_tensors="pt")
        return Pixels(made["pixel_values"], made["image_grid_thw"])

    def clips(self, text: str, parts: Sequence[tuple[ImagePart, Size] | VideoPart]) -> Clips:
        """Patches of all that is in ``text``, in order, and its tokens.

        Raises:
            ModelError: torchvision or qwen-vl-utils is missing, or something cannot be decoded.
        """
        processor = self._weights.processor
        if processor is None:
            raise ModelError(
                "Clips need torchvision and qwen-vl-utils, which are not installed here; "
                "pictures work without them."
            )
        pictures, videos, settings = self._fetch(parts)
        made = processor(
            text=[text],
            images=pictures,
            videos=[video for video, _ in videos],
            video_metadata=[told for _, told in videos],
            do_resize=False,
            return_tensors="pt",
            **settings,
        )
        wanted = ("pixel_values", "image_grid_thw", "pixel_values_videos", "video_grid_thw")
        return Clips(
            ids=made["input_ids"],
            kinds=made["mm_token_type_ids"],
            tensors={name: made[name] for name in wanted if name in made},
            seconds=made.get("second_per_grid_ts"),
        )

    def _bounded(self, pixels: int) -> int:
        """``pixels`` within what qwen-vl-utils takes, so that it leaves a size as it is."""
        return min(max(pixels, _FEWEST * self._token), _MOST * self._token)

    def _fetch(self, parts: Sequence[tuple[ImagePart, Size] | VideoPart]) -> tuple[Any, Any, Any]:
        """Pictures, clips with what is told of them, and settings, from qwen-vl-utils."""
        from qwen_vl_utils import process_vision_info

        content = [self._described(part) for part in parts]
        pictures, videos, settings = process_vision_info(
            [{"role": "user", "content": content}],
            return_video_kwargs=True,
            return_video_metadata=True,
            image_patch_size=self._patch,
        )
        return pictures, videos, settings

    def _described(self, part: tuple[ImagePart, Size] | VideoPart) -> dict[str, Any]:
        """A picture or clip in the words of qwen-vl-utils."""
        if isinstance(part, VideoPart):
            frames = [decode(frame) for frame in part.frames]
            return {"type": "video", "video": frames, "sample_fps": part.fps}
        picture, size = part
        sides = {"resized_height": size.height, "resized_width": size.width}
        return {"type": "image", "image": decode(picture), **sides}


def decode(part: ImagePart) -> Image.Image:
    """The picture in RGB, on white where it is transparent.

    Raises:
        ModelError: The bytes are no picture, or a torn one.
    """
    try:
        with Image.open(io.BytesIO(part.data)) as opened:
            opened.load()
            return _rgb(opened)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise ModelError(f"A picture of {part.size} cannot be decoded: {error}.") from error


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        # Pillow would cut 16-bit levels off at 255 instead of scaling them.
        levels = np.asarray(image, dtype=np.float32)
        top = max(float(levels.max()), 1.0)
        scale = 255.0 / (65535.0 if top > 255.0 else 255.0)
        return Image.fromarray((levels * scale).clip(0, 255).astype(np.uint8)).convert("RGB")
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def _resized(image: Image.Image, size: Size) -> Image.Image:
    sides = (size.width, size.height)
    return image if image.size == sides else image.resize(sides, Image.Resampling.BICUBIC)
