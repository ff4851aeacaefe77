"""Where figures come from: they mean little without the machine they were measured on."""

import os
import platform
from importlib.metadata import version
from typing import Any

Load = tuple[float, float, float]


def machine(load: Load, *packages: str) -> dict[str, Any]:
    """The machine as JSON.

    Args:
        load: Its load before the benchmark.
        *packages: Whose versions matter besides those of Pillow and NumPy.
    """
    return {
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("pillow", "numpy", *packages)},
        "load_before": round(load[0], 2),
        "load_after": round(os.getloadavg()[0], 2),
    }
