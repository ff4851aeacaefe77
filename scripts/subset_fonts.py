"""Make the virtual phone's fonts: subsets of Roboto, Noto Sans CJK SC and Material Design Icons.

Usage: python scripts/subset_fonts.py [--icons-wheel qtawesome.whl]

Needs the `fonts` extra, Debian's fonts-roboto-unhinted and fonts-noto-cjk, and (downloaded with
pip when not given) the PyPI wheel `qtawesome`, which carries the icons' ttf.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "tools" / "virtual_phone" / "fonts"
ICON_NAMES = ROOT / "scripts" / "phone_icons.txt"
ROBOTO = Path("/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF")
NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
NOTO_SIMPLIFIED = 2  # index of "Noto Sans CJK SC" in the collection
NOTO_LICENCE = Path("/usr/share/doc/fonts-noto-cjk/copyright")
APACHE = Path("/usr/share/common-licenses/Apache-2.0")
EXTRA_SYMBOLS = "‐–—‘’“”•…€£¥₩₹™©®°±×÷←↑→↓↔⇄✓✔✕✗★☆○●◎□■△▲▽▼◇◆♀♂♡♥⌫⏎⇧⌘〇￥"
NOTICE = """{what}
Copyright {holder}
Subset made by scripts/subset_fonts.py: only some characters are kept; the outlines are unchanged.
Source: {source}

"""


def main() -> None:
    """Write every font, the icon table and the licence texts into the phone's fonts folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--icons-wheel", type=Path, help="a qtawesome wheel; downloaded if absent")
    arguments = parser.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    for weight in ("Regular", "Medium"):
        cut(TTFont(ROBOTO / f"Roboto-{weight}.ttf"), latin(), TARGET / f"Roboto-{weight}.ttf")
    cut(
        TTFont(NOTO, fontNumber=NOTO_SIMPLIFIED),
        chinese(),
        TARGET / "NotoSansSC-Regular.otf",
    )
    write_icons(arguments.icons_wheel)
    write_licences()
    for path in sorted(TARGET.iterdir()):
        print(f"{path.stat().st_size:9,}  {path.relative_to(ROOT)}")


def latin() -> set[int]:
    """Latin, Greek and Cyrillic letters, punctuation, currency."""
    blocks = [(0x20, 0x17F), (0x218, 0x21B), (0x2C6, 0x2DD), (0x384, 0x3CE), (0x400, 0x45F)]
    blocks += [(0x1E80, 0x1EF9), (0x2000, 0x206F), (0x2070, 0x208E), (0x20A0, 0x20BF)]
    blocks += [(0x2100, 0x215F), (0x2200, 0x226F)]
    return {code for first, last in blocks for code in range(first, last + 1)}


def chinese() -> set[int]:
    """Every character of GB2312, ASCII, and the symbols that Roboto lacks."""
    kept = {ord(sign) for sign in EXTRA_SYMBOLS} | set(range(0x20, 0x7F))
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                kept.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return kept


def cut(font: TTFont, codes: Iterable[int], path: Path) -> None:
    """Keep the characters with these codes and save."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG", "GSUB", "GPOS", "GDEF"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=set(codes))
    subsetter.subset(font)
    font.recalcTimestamp = False
    font.save(path)


def write_icons(wheel: Path | None) -> None:
    """The icon font and its table of names to code points."""
    with tempfile.TemporaryDirectory() as folder:
        if wheel is None:
            command = [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", folder]
            subprocess.run([*command, "qtawesome>=1.4"], check=True)
            wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            stem = "qtawesome/fonts/materialdesignicons6-webfont"
            files = {name: archive.read(name) for name in archive.namelist() if stem in name}
    table: dict[str, str] = json.loads(next(d for n, d in files.items() if n.endswith(".json")))
    names = [
        name
        for line in ICON_NAMES.read_text().splitlines()
        if not line.startswith("#")
        for name in line.split()
    ]
    unknown = sorted(set(names) - set(table))
    if unknown:
        sys.exit(f"not in Material Design Icons: {' '.join(unknown)}")
    codes = {name: int(table[name], 16) for name in sorted(set(names))}
    font = TTFont(io.BytesIO(next(d for n, d in files.items() if n.endswith(".ttf"))))
    # Bearing and box of every glyph start at 0 in the wheel's ttf; saving mends only the boxes,
    # and a bearing that differs from its box would move the icon to the left.
    bearings, outlines = font["hmtx"], font["glyf"]
    for name in font.getGlyphOrder():
        outlines[name].recalcBounds(outlines)
        width, _ = bearings[name]
        bearings[name] = (width, getattr(outlines[name], "xMin", 0))
    cut(font, codes.values(), TARGET / "MaterialDesignIcons.ttf")
    (TARGET / "icons.json").write_text(json.dumps(codes, indent=0) + "\n")


def write_licences() -> None:
    """One licence file a font family, with what was changed."""
    apache = APACHE.read_text()
    roboto = NOTICE.format(
        what="Roboto (Regular, Medium)",
        holder="2011-2015 Google Inc.",
        source="https://github.com/googlefonts/roboto (Debian package fonts-roboto-unhinted)",
    )
    icons = NOTICE.format(
        what="Material Design Icons (the community's icon font, version 6.9.96)",
        holder="the Pictogrammers and Google (icons of Material Design)",
        source="https://github.com/Templarian/MaterialDesign-Webfont (in the PyPI wheel qtawesome)",
    )
    noto = NOTICE.format(
        what="Noto Sans CJK SC (Regular)",
        holder="2014-2021 Adobe (http://www.adobe.com/)",
        source="https://github.com/notofonts/noto-cjk (Debian package fonts-noto-cjk)",
    )
    (TARGET / "LICENSE-Roboto.txt").write_text(roboto + apache)
    (TARGET / "LICENSE-MaterialDesignIcons.txt").write_text(icons + apache)
    (TARGET / "LICENSE-NotoSansSC.txt").write_text(noto + open_font_licence())


def open_font_licence() -> str:
    """The SIL Open Font License 1.1, out of Debian's copyright file."""
    lines = NOTO_LICENCE.read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if "SIL OPEN FONT LICENSE" in line)
    kept: list[str] = []
    for line in lines[start:]:
        if line and not line.startswith(" "):
            break
        kept.append("" if line.strip() == "." else line[1:])
    return "\n".join(kept).rstrip() + "\n"


if __name__ == "__main__":
    main()
