"""Makes the torchvision of PyPI usable beside a CPU build of torch, for tests only.

On Linux, PyPI has torchvision for CUDA alone. Its C++ part does not load over a CPU torch, and the
Python part then fails on operators nobody declared. The image path needs none of them, so they are
declared without an implementation. Where torchvision loads, or is absent, nothing is done.
"""

import importlib
import importlib.util
import sys
from typing import Any

_DECLARED: list[Any] = []
_OPERATORS = ("nms", "qnms")


def mend_torchvision() -> bool:
    """Make ``import torchvision`` work in this process, if it is installed.

    Returns:
        Whether anything had to be done.
    """
    if "torchvision" in sys.modules or importlib.util.find_spec("torchvision") is None:
        return False
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    else:
        return False
    for name in [each for each in sys.modules if each.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    from torch.library import Library

    library = Library("torchvision", "DEF")
    for operator in _OPERATORS:
        library.define(f"{operator}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    _DECLARED.append(library)
    importlib.import_module("torchvision")
    return True
