"""Material 3 colour roles, light and dark, derived from one seed hue.

A tone is CIE L* (0 black, 100 white); palettes hold hue and chroma in CIE LCh(ab) and vary the
tone, as Material's tonal palettes do, so contrast between roles is fixed by their tones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

Rgb = tuple[int, int, int]

# Hue in degrees and chroma, by palette.
_PALETTES = {
    "primary": (285.0, 52.0),
    "secondary": (282.0, 16.0),
    "tertiary": (315.0, 16.0),
    "neutral": (285.0, 4.0),
    "variant": (284.0, 7.0),
    "error": (32.0, 84.0),
    "success": (146.0, 46.0),
    "warning": (78.0, 60.0),
}
# Palette, tone in light and tone in dark, by role.
_ROLES = {
    "primary": ("primary", 40, 80),
    "on_primary": ("primary", 100, 20),
    "primary_container": ("primary", 90, 30),
    "on_primary_container": ("primary", 12, 90),
    "inverse_primary": ("primary", 80, 40),
    "secondary": ("secondary", 40, 80),
    "on_secondary": ("secondary", 100, 20),
    "secondary_container": ("secondary", 90, 30),
    "on_secondary_container": ("secondary", 12, 90),
    "tertiary": ("tertiary", 40, 80),
    "on_tertiary": ("tertiary", 100, 20),
    "tertiary_container": ("tertiary", 91, 30),
    "on_tertiary_container": ("tertiary", 12, 91),
    "error": ("error", 40, 80),
    "on_error": ("error", 100, 20),
    "error_container": ("error", 90, 30),
    "on_error_container": ("error", 12, 90),
    "success": ("success", 40, 80),
    "on_success": ("success", 100, 20),
    "success_container": ("success", 90, 30),
    "on_success_container": ("success", 12, 90),
    "warning": ("warning", 45, 80),
    "on_warning": ("warning", 100, 20),
    "warning_container": ("warning", 91, 30),
    "on_warning_container": ("warning", 12, 90),
    "surface": ("neutral", 98, 6),
    "surface_dim": ("neutral", 87, 6),
    "surface_bright": ("neutral", 98, 24),
    "surface_container_lowest": ("neutral", 100, 4),
    "surface_container_low": ("neutral", 96, 10),
    "surface_container": ("neutral", 94, 12),
    "surface_container_high": ("neutral", 92, 17),
    "surface_container_highest": ("neutral", 90, 22),
    "surface_variant": ("variant", 90, 30),
    "on_surface": ("neutral", 10, 90),
    "on_surface_variant": ("variant", 30, 80),
    "outline": ("variant", 50, 60),
    "outline_variant": ("variant", 80, 30),
    "inverse_surface": ("neutral", 20, 90),
    "inverse_on_surface": ("neutral", 95, 20),
    "scrim": ("neutral", 0, 0),
}


class UnknownColorError(ValueError):
    """A colour that is neither a role of the theme nor "#rrggbb"."""


@dataclass(frozen=True)
class Theme:
    """Colour roles of one appearance; make it with `make_theme`."""

    dark: bool
    roles: dict[str, Rgb] = field(hash=False)

    def color(self, name: str) -> Rgb:
        """RGB of a role or of "#rrggbb"; "role@38" is the role at 38 % on the surface.

        Raises:
            UnknownColorError: the name is neither.
        """
        found = self.roles.get(name)
        if found is None and "@" in name:
            role, _, share = name.partition("@")
            return mix(self.roles["surface"], self.color(role), int(share) / 100)
        if found is not None:
            return found
        if name.startswith("#") and len(name) == 7:
            try:
                return (int(name[1:3], 16), int(name[3:5], 16), int(name[5:7], 16))
            except ValueError:
                pass
        raise UnknownColorError(f"no colour {name!r}; roles are {', '.join(sorted(self.roles))}")

    def on(self, name: str) -> str:
        """The role (or hex) of what stands on a surface of this colour."""
        if f"on_{name}" in self.roles:
            return f"on_{name}"
        if name == "inverse_surface":
            return "inverse_on_surface"
        if name.startswith("surface"):
            return "on_surface"
        red, green, blue = self.color(name)
        return "#1b1b1f" if 0.299 * red + 0.587 * green + 0.114 * blue > 150 else "#ffffff"


@lru_cache(maxsize=2)
def make_theme(*, dark: bool = False) -> Theme:
    """The light or the dark theme."""
    roles = {
        name: _tone(*_PALETTES[palette], dark_tone if dark else light_tone)
        for name, (palette, light_tone, dark_tone) in _ROLES.items()
    }
    return Theme(dark=dark, roles=roles)


def mix(under: Rgb, over: Rgb, share: float) -> Rgb:
    """`over` laid on `under` with an opacity of `share` (0..1)."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(under, over, strict=True))
    return red, green, blue


def _tone(hue: float, chroma: float, tone: float) -> Rgb:
    """The sRGB colour of a tone, with as much of the chroma as sRGB holds."""
    if tone <= 0 or tone >= 100:
        level = 255 if tone > 0 else 0
        return level, level, level
    low, high = 0.0, chroma
    if _in_gamut(_linear(hue, high, tone)):
        low = high
    for _ in range(16):
        middle = (low + high) / 2
        if _in_gamut(_linear(hue, middle, tone)):
            low = middle
        else:
            high = middle
    red, green, blue = (_encode(part) for part in _linear(hue, low, tone))
    return red, green, blue


def _linear(hue: float, chroma: float, tone: float) -> tuple[float, float, float]:
    """LCh(ab), D65, to linear sRGB (may lie outside 0..1)."""
    fy = (tone + 16) / 116
    fx = fy + chroma * math.cos(math.radians(hue)) / 500
    fz = fy - chroma * math.sin(math.radians(hue)) / 200
    x, y, z = 0.95047 * _cube(fx), _cube(fy), 1.08883 * _cube(fz)
    return (
        3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
        -0.9692660 * x + 1.8760108 * y + 0.0415560 * z,
        0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
    )


def _cube(value: float) -> float:
    return value**3 if value > 6 / 29 else 3 * (6 / 29) ** 2 * (value - 4 / 29)


def _in_gamut(parts: tuple[float, float, float]) -> bool:
    return all(-1e-4 <= part <= 1 + 1e-4 for part in parts)


def _encode(part: float) -> int:
    part = min(1.0, max(0.0, part))
    curved = 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
    return round(255 * curved)
