"""Draws the README's picture: some steps of a fresh booking side by side, with the taps marked.

Usage: ``python scripts/readme_picture.py [OUT.png]``.
"""

import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

from agent import Step, read_recording, run_goal
from tools.action import points_of

GOAL = "book a one-way ticket Chongqing to Beijing"
WIDTH, GAP = 264, 16
CHOSEN = (0, 3, 6, 7, 12, 13)


def marked(frame: Path, step: Step) -> Image.Image:
    """One frame, small, with a ring where the step's action touches it."""
    image = Image.open(frame).convert("RGB")
    draw = ImageDraw.Draw(image)
    for point in points_of(step.action) if step.action is not None else ():
        for reach, colour, width in ((44, "white", 26), (40, "#d81b60", 14)):
            box = (point.x - reach, point.y - reach, point.x + reach, point.y + reach)
            draw.ellipse(box, outline=colour, width=width)
    return image.resize(
        (WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS
    )


def main() -> None:
    """Run the booking and draw it."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/images/booking.png")
    with tempfile.TemporaryDirectory() as folder:
        episode = run_goal(GOAL, device="virtual", record_dir=Path(folder))
        if not episode.finished or episode.recording is None:
            raise SystemExit(f"the booking failed: {episode.answer}")
        recording = read_recording(episode.recording)
        frames = [recording.file(s.observation.frame) for s in recording.steps if s.observation]
        tiles = [marked(frames[index], episode.steps[index]) for index in CHOSEN]
    sheet = Image.new(
        "RGB", (len(tiles) * (WIDTH + GAP) + GAP, tiles[0].height + 2 * GAP), "#dfe3ea"
    )
    for at, tile in enumerate(tiles):
        sheet.paste(tile, (GAP + at * (WIDTH + GAP), GAP))
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(255, dither=Image.Dither.NONE).save(out, optimize=True)
    print(f"{out}: {out.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
