"""A device that takes secrets by name, and shows none.

Between the guard and the settling look: what is above it, the recording and the model included,
sees frames and trees in which values are painted over and named; the device below gets the values.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from types import TracebackType
from typing import Final

from PIL import ImageChops

from tools.action import Action, TypeText
from tools.device import Device, ForwardingDevice, Observation
from tools.geometry import Box
from tools.screen import Screenshot
from tools.secrets.masks import Cover, Mask, painted
from tools.secrets.screen import Hidden, hide
from tools.secrets.values import Secrets

BLIND: Final = "The screen is hidden: it may show a secret, and the device did not tell where."
"""What is painted on a frame of which nothing may be shown."""
_AT_REST: Final = "quiet"


class SecretsDevice(ForwardingDevice):
    """See the module.

    Password fields are hidden always, as far as the UI tree is read. With secrets or with masks by
    label, a frame without a tree is hidden whole, unless it is the one of the last look.

    Args:
        device: The device itself; with secrets its looks should carry the UI tree.
        secrets: What may be typed by name.
        masks: Regions that nobody may see.
        words: Takes the values out of what the device complains of; ``None`` for ``Secrets.named``.
    """

    def __init__(
        self,
        device: Device,
        secrets: Secrets,
        masks: Iterable[Mask] = (),
        words: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__(device)
        self._words = words
        self._secrets = secrets
        self._masks = tuple(masks)
        self._by_label = any(mask.box is None for mask in self._masks)
        self._typed = False
        self._alert = False
        """Whether a secret has been typed or seen: from then on it may be on any screen."""
        self._known: tuple[Cover, ...] = ()
        self._before: Screenshot | None = None
        """The last frame with a tree, masked."""
        self._last: tuple[Screenshot, tuple[Cover, ...], Screenshot] | None = None

    def glance(self) -> Screenshot:
        """Take one frame; where something in it must be hidden, as ``observe`` does without a tree.

        A password field is hidden only where the last look knew one on the same screen.
        """
        with _Quiet(self._secrets, self._words):
            frame = self._device.glance()
        return self._covered(frame, self._blindly(frame).covers)

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look; ``masked`` tells what was painted over."""
        with _Quiet(self._secrets, self._words):
            found = self._device.observe(seen=seen)
            if found.ui_tree is None and self._must_know:
                found = replace(self._device.observe(seen=found.screenshot), settle=found.settle)
        if found.ui_tree is None:
            hidden = self._blindly(found.screenshot)
        else:
            hidden = self._with_tree(found)
        if not hidden.covers and hidden.tree is found.ui_tree:
            return self._remembered(found, hidden)
        covers = hidden.covers
        masked = tuple(dict.fromkeys(cover.box for cover in covers if cover.box.area))
        frame = self._covered(found.screenshot, covers)
        fresh = replace(found, screenshot=frame, ui_tree=hidden.tree, masked=masked)
        return self._remembered(fresh, hidden)

    def perform(self, action: Action) -> None:
        """Carry out ``action``, with the values in the place of their names in a text to type.

        Raises:
            AgentMistakeError: It names a secret that there is not; nothing was done.
        """
        if isinstance(action, TypeText):
            text = self._secrets.revealed(action.text)
            if text != action.text:
                self._typed = self._alert = True
                self._before = None  # the last look knew nothing of what comes now
                action = action.model_copy(update={"text": text})
        with _Quiet(self._secrets, self._words):
            self._device.perform(action)

    @property
    def _must_know(self) -> bool:
        """Whether a frame without a tree may hold what must not be seen."""
        return self._by_label or (bool(self._secrets) and self._alert)

    def _with_tree(self, found: Observation) -> Hidden:
        screen = Box.of(found.size)
        hidden = hide(found.ui_tree, screen, self._secrets, self._masks, typed=self._typed)
        self._alert = self._alert or bool(hidden.covers)
        moves = found.settle is not None and found.settle.reason != _AT_REST
        if not (moves and self._must_know):
            return hidden
        # The tree is read after the frame: on a screen that moves, what it tells of may have been
        # where it was before.
        earlier = tuple(cover for cover in self._known if screen.encloses(cover.box))
        return replace(hidden, covers=tuple(dict.fromkeys((*earlier, *hidden.covers))))

    def _blindly(self, frame: Screenshot) -> Hidden:
        """What to hide in a frame of which there is no tree."""
        screen = Box.of(frame.size)
        declared = hide(None, screen, self._secrets, self._masks).covers
        before = self._before
        if before is not None and before.size == frame.size:
            covered = self._covered(frame, self._known)
            if _equal(before, covered):
                return Hidden(tuple(dict.fromkeys((*declared, *self._known))), None)
        if not self._must_know:
            return Hidden(declared, None)
        return Hidden((Cover(screen, BLIND),), None)

    def _remembered(self, seen: Observation, hidden: Hidden) -> Observation:
        if seen.ui_tree is not None:
            self._known, self._before = hidden.covers, seen.screenshot
        return seen

    def _covered(self, frame: Screenshot, covers: tuple[Cover, ...]) -> Screenshot:
        if not covers:
            return frame
        if self._last is not None:
            source, known, made = self._last
            if source.image is frame.image and known == covers:
                return made.again(frame.requested_s, frame.capture_s)
        made = Screenshot(
            painted(frame.image, covers),
            frame.source,
            frame.requested_s,
            frame.capture_s,
            frame.decode_s,
        )
        self._last = (frame, covers, made)
        return made


def _equal(first: Screenshot, second: Screenshot) -> bool:
    """Whether not one pixel differs: four digits are smaller than what counts as a change."""
    return (
        first.image is second.image
        or ImageChops.difference(first.image, second.image).getbbox() is None
    )


class _Quiet:
    """Takes the values out of whatever is raised within."""

    def __init__(self, secrets: Secrets, words: Callable[[str], str] | None) -> None:
        self._secrets, self._words = secrets, words

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and self._secrets:
            self._secrets.quiet(error, self._words)
