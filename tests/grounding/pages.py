"""Pages with nothing on them but a few words, for tests that need no phone."""

import numpy as np
from PIL import Image

from tests.grounding.lettering import Label, lettering
from tests.grounding.reader import SHORT_SIDE_DP


def page_with(
    label: Label, at: tuple[int, int], ink: int, ground: int, scale: float = 1.25
) -> Image.Image:
    """An upright picture with the words at this place, in grey levels, at so many px a dp."""
    width = round(SHORT_SIDE_DP * scale)
    page = np.full((2 * width, width), ground, dtype=np.float32)
    shape = lettering(label, scale, scale)
    rows, columns = slice(at[1], at[1] + shape.shape[0]), slice(at[0], at[0] + shape.shape[1])
    page[rows, columns] += shape * (ink - ground)
    return Image.fromarray(page.round().astype(np.uint8)).convert("RGB")
