"""Makes the recordings that are shipped in ``recordings/shipped/``, which the tests play again.

Run from the root, where Xvfb, openbox and Mousepad are installed (see ``.ci/run``)::

    python -m scripts.shipped_recordings

They are made again when the phone, the rules or the format have changed so that the old ones would
not be played again as they stand; look at them with ``agent report`` before they are committed.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from agent import StopReason, run_goal
from tests.desktop.rig import running_rig

SHIPPED = Path("recordings") / "shipped"
PHONE = {
    "booking": ("book a one-way ticket Chongqing to Beijing", "default"),
    "booking-zh": ("帮我订一张1月28日重庆江北到北京首都的单程机票", "zh"),
}
DESKTOP = ("note-desktop", "write 'hello' in the text editor and save it as note.txt")


def main() -> int:
    """Make all of them; return the exit code."""
    with tempfile.TemporaryDirectory(dir=".") as scratch:
        made = {name: _on_phone(*what, Path(scratch).name) for name, what in PHONE.items()}
        made[DESKTOP[0]] = _on_desktop(DESKTOP[1], Path(scratch).resolve())
        for name, folder in made.items():
            target = SHIPPED / name
            shutil.rmtree(target, ignore_errors=True)
            shutil.move(folder, target)
            print(f"{target}: {sum(each.stat().st_size for each in target.rglob('*')):,} bytes")
    return 0


def _on_phone(goal: str, scenario: str, scratch: str) -> Path:
    episode = run_goal(goal, device="virtual", scenario=scenario, record_dir=scratch)
    if episode.stop is not StopReason.FINISHED or episode.recording is None:
        raise SystemExit(f"{goal!r} did not finish: {episode.stop}: {episode.error}")
    return episode.recording


def _on_desktop(goal: str, scratch: Path) -> Path:
    """On a display of its own, in a home of its own, so that nothing of this machine is in it."""
    home = Path(tempfile.gettempdir()) / "tapwright-home"  # its name is seen in the file dialog
    shutil.rmtree(home, ignore_errors=True)
    with running_rig(home) as rig:
        done = rig.agent("run", goal, "--device", "desktop", "--yes", "--quiet")
        printed, told = done.communicate(timeout=120)
        if done.returncode:
            raise SystemExit(f"{goal!r} did not finish: {printed}{told}")
        [folder] = (rig.home / "recordings").iterdir()
        kept = scratch / folder.name
        shutil.copytree(folder, kept)
    return kept


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(main())
