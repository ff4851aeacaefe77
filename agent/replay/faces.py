"""Whether two recorded screens are the same, and by what that is known."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, TypeVar

from PIL import Image

from agent.replay.tape import Tape
from tools.screen import Screenshot, same_screen
from tools.ui_tree import UiTree

K = TypeVar("K")
Basis = Literal["picture", "tiles", "tree", "structure", "place"]
"""From the surest to the least sure: the same bytes, the same tiles, the same words in the UI tree,
the same elements in it (another language), the same app and activity only."""
_STATUS_BAR_DP: Final = 32
"""As the stuck detector: a clock there says nothing about the screen."""
_LIKE_WORDS, _LIKE_PARTS = 0.5, 0.7
"""Shares of the UI tree that must be equal. Two pages of one app share a tenth to a third of it."""


@dataclass(frozen=True)
class Likeness:
    """How two screens were found to be the same.

    Attributes:
        share: 1 if nothing differs; else the share of the UI tree that is equal, 0 without trees.
    """

    basis: Basis
    share: float


@dataclass(frozen=True, eq=False)
class Face:
    """A recorded screen, as it is compared: pictures small, trees as lists of words.

    Attributes:
        pictures: Small pictures by the hash of their frame, shared by the faces of a recording: to
            decode a frame is what takes long.
    """

    tape: Tape
    index: int
    pictures: dict[str, Screenshot] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, str]:
        """App and activity."""
        seen = self.tape.seen(self.index)
        return seen.app, seen.activity

    @property
    def sha256(self) -> str:
        """Hash of the frame's file."""
        return self.tape.seen(self.index).frame.sha256

    @property
    def small(self) -> Screenshot:
        """The frame as comparisons see it, so that hundreds fit into memory."""
        if self.sha256 not in self.pictures:
            shot = self.tape.look(self.index).screenshot
            self.pictures[self.sha256] = Screenshot(Image.fromarray(shot.grey))
        return self.pictures[self.sha256]

    @cached_property
    def tree(self) -> UiTree | None:
        """The UI tree; ``None`` if none was stored."""
        return self.tape.tree(self.index)

    @cached_property
    def words(self) -> Counter[str] | None:
        """What stands on the screen; ``None`` without a tree."""
        tree = self.tree
        return None if tree is None else Counter(node.label for node in tree.nodes if node.label)

    @cached_property
    def parts(self) -> Counter[tuple[str, str]] | None:
        """What it is made of, whatever the language; ``None`` without a tree."""
        tree = self.tree
        if tree is None:
            return None
        return Counter((node.kind, node.resource_id) for node in tree.nodes)

    @property
    def bar_px(self) -> int:
        """Rows of ``small`` that the status bar takes."""
        device = self.tape.device(self.index)
        if device.kind != "android":
            return 0
        bar_px = _STATUS_BAR_DP * device.density_dpi / 160
        return round(bar_px * self.small.image.height / device.size.height)


def likeness(one: Face, other: Face) -> Likeness | None:
    """How the two are the same screen; ``None`` if they are not."""
    if one.place != other.place:
        return None
    if one.sha256 == other.sha256:
        return Likeness("picture", 1.0)
    words = None
    if one.words is not None and other.words is not None:
        words = _share(one.words, other.words)
    same_size = one.tape.seen(one.index).size == other.tape.seen(other.index).size
    if same_size and (words is None or words >= _LIKE_WORDS):  # else no tiles need be compared
        bar_px = max(one.bar_px, other.bar_px)
        if same_screen(one.small, other.small, below_px=bar_px):
            return Likeness("tiles", 1.0)
    if words is not None and words >= _LIKE_WORDS:
        return Likeness("tree", words)
    if one.parts is not None and other.parts is not None:
        share = _share(one.parts, other.parts)
        if share >= _LIKE_PARTS:
            return Likeness("structure", share)
    return Likeness("place", 0.0) if any(one.place) else None


def _share(one: "Counter[K]", other: "Counter[K]") -> float:
    """Size of what both have against what either has; 1 for two empty ones."""
    both = (one & other).total()
    either = (one | other).total()
    return both / either if either else 1.0
