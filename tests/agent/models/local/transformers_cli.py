"""The command ``transformers`` with a torchvision that works beside a CPU build of torch.

``transformers serve`` decodes the pictures it is sent with the C++ part of torchvision. Where that
part does not load, Pillow decodes them here instead; the rest is the server as it is published.
"""

import io
import sys
from typing import Any

from PIL import Image

from tests.agent.models.local.torchvision_shim import mend_torchvision


def _decoded(source: Any, *_: object, **__: object) -> Any:
    """What ``torchvision.io.decode_image`` gives: levels of red, green and blue as a tensor."""
    from torchvision.transforms.functional import pil_to_tensor

    data = io.BytesIO(bytes(source.numpy())) if hasattr(source, "numpy") else source
    with Image.open(data) as image:
        return pil_to_tensor(image.convert("RGB"))


def main() -> None:
    if mend_torchvision():
        import torchvision.io

        torchvision.io.decode_image = _decoded
    from transformers.cli.transformers import main as run

    sys.argv[0] = "transformers"
    run()


if __name__ == "__main__":
    main()
