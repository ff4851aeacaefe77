"""The device that takes secrets by name: what reaches the one below, and what comes up from it."""

from dataclasses import replace

import pytest

from tools.action import Action, OpenApp, Tap, TypeText
from tools.approval import NeverApprover
from tools.device import Device, Observation
from tools.devices.fake import FakeDevice
from tools.errors import ActionFailedError, AgentMistakeError
from tools.geometry import Box, Point
from tools.guard import GuardedDevice, Rule
from tools.screen import Screenshot
from tools.secrets.device import SecretsDevice
from tools.secrets.masks import Mask
from tools.secrets.values import Secrets

SECRETS = Secrets({"PIN": "kestrel-7"})
FORM, NAME, SAVE = (
    Tap(at=Point(x=100, y=50)),
    Tap(at=Point(x=100, y=50)),
    Tap(at=Point(x=100, y=130)),
)
FIELD = Box(left=6, top=36, right=264, bottom=80)


class Forgetful(FakeDevice):
    """A device whose tree does not come when it is told so, and whose frames may be PNGs."""

    trees = True
    as_png = False
    looks = 0

    def glance(self) -> Screenshot:
        shot = super().glance()
        return replace(shot, png=b"the whole picture") if self.as_png else shot

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        self.looks += 1
        found = super().observe(seen=seen)
        return found if self.trees else replace(found, ui_tree=None)


class Talkative(FakeDevice):
    """A device that says what it could not type."""

    def perform(self, action: Action) -> None:
        if isinstance(action, TypeText):
            raise ActionFailedError(f"The field holds 'KESTREL-7x' instead of {action.text!r}.")
        super().perform(action)


def on_the_form(device: FakeDevice, *masks: Mask) -> SecretsDevice:
    """The device with the field focused."""
    shielded = SecretsDevice(device, SECRETS, masks)
    assert isinstance(shielded, Device)
    for action in (FORM, NAME):
        shielded.observe()
        shielded.perform(action)
    return shielded


def inside(shot: Screenshot, box: Box) -> bytes:
    return shot.image.crop((box.left, box.top, box.right, box.bottom)).tobytes()


def test_the_device_gets_the_value_and_the_observer_the_name() -> None:
    fake = FakeDevice()
    device = on_the_form(fake)
    device.perform(TypeText(text="my <secret:PIN>!", clear=True))
    assert fake.text == "my kestrel-7!"
    seen = device.observe()
    assert seen.ui_tree is not None
    assert seen.ui_tree.nodes[0].text == "my <secret:PIN>!"
    assert seen.masked == (FIELD,)
    plain = fake.observe()
    assert inside(seen.screenshot, FIELD) != inside(plain.screenshot, FIELD)
    fake.text = "my <secret:PIN>!"  # what if another secret of that name were there
    assert inside(
        device.observe().screenshot, Box(left=0, top=80, right=270, bottom=480)
    ) == inside(plain.screenshot, Box(left=0, top=80, right=270, bottom=480))


def test_nothing_but_typing_takes_a_value() -> None:
    fake = FakeDevice()
    device = SecretsDevice(fake, SECRETS)
    device.perform(OpenApp(name="<secret:PIN>"))
    assert fake.performed == [OpenApp(name="<secret:PIN>")]


def test_an_unknown_name_reaches_nobody() -> None:
    fake = FakeDevice()
    device = on_the_form(fake)
    done = list(fake.performed)
    with pytest.raises(AgentMistakeError, match="There is no secret 'PINS'"):
        device.perform(TypeText(text="<secret:PINS>"))
    assert fake.performed == done


def test_what_the_device_complains_of_names_the_secret() -> None:
    device = on_the_form(Talkative())
    with pytest.raises(ActionFailedError) as raised:
        device.perform(TypeText(text="<secret:PIN>"))
    assert str(raised.value) == "The field holds '<secret:PIN>x' instead of '<secret:PIN>'."


class Narrow(FakeDevice):
    """A device whose field takes six characters, and that says so or not."""

    complains = False

    def perform(self, action: Action) -> None:
        if isinstance(action, TypeText):
            action = action.model_copy(update={"text": action.text[:6]})
        super().perform(action)
        if self.complains and isinstance(action, TypeText):
            raise ActionFailedError(f"The field holds {action.text!r}.")


def test_a_part_of_a_value_is_hidden_in_the_field_that_took_it() -> None:
    narrow = Narrow()
    device = on_the_form(narrow)
    device.perform(TypeText(text="<secret:PIN>"))
    assert narrow.text == "kestre"
    seen = device.observe()
    assert seen.ui_tree is not None
    assert seen.ui_tree.nodes[0].text == "<secret:PIN>"
    assert seen.masked == (FIELD,)


def test_a_part_of_a_value_is_not_told_in_a_complaint() -> None:
    narrow = Narrow()
    narrow.complains = True
    device = on_the_form(narrow)
    with pytest.raises(ActionFailedError, match="The field holds '<secret:PIN>'"):
        device.perform(TypeText(text="<secret:PIN>"))


def test_the_guard_sees_names_only() -> None:
    fake = FakeDevice()
    denied = Rule(verdict="deny", text="kestrel")
    device = GuardedDevice(on_the_form(fake), [denied], NeverApprover())
    device.observe()
    device.perform(TypeText(text="<secret:PIN>"))
    device.observe()
    device.perform(TypeText(text="more"))
    assert fake.text == "kestrel-7more"


def test_without_anything_to_hide_looks_pass_as_they_are() -> None:
    fake = FakeDevice()
    device = SecretsDevice(fake, Secrets({}))
    frame = fake.glance()
    seen = device.observe(seen=frame)
    assert seen.screenshot is frame
    assert seen.masked == ()
    assert (device.info, device.supports) == (fake.info, fake.supports)
    device.close()
    assert fake.closed


def test_the_bytes_a_frame_came_in_are_not_passed_on() -> None:
    fake = Forgetful()
    fake.as_png = True
    device = on_the_form(fake)
    assert device.observe().screenshot.png
    device.perform(TypeText(text="<secret:PIN>"))
    shot = device.observe().screenshot
    assert shot.png == b""
    assert shot.file()[0] == "jpg"


def test_the_same_frame_is_painted_once() -> None:
    fake = FakeDevice()
    device = on_the_form(fake)
    device.perform(TypeText(text="<secret:PIN>"))
    frame = fake.glance()
    first, second = device.observe(seen=frame), device.observe(seen=frame)
    assert first.screenshot.image is second.screenshot.image


def test_a_look_without_a_tree_hides_what_it_must() -> None:
    fake = Forgetful()
    device = on_the_form(fake)
    device.perform(TypeText(text="<secret:PIN>"))
    fake.trees = False
    everything = Box.of(fake.info.size)
    seen = device.observe()
    assert seen.masked == (everything,), "nobody knows where it stands"
    blind = seen.screenshot.image
    fake.trees = True
    assert device.observe().masked == (FIELD,)
    fake.trees = False
    assert device.observe().masked == (FIELD,), "the screen of the last look, to the pixel"
    device.perform(SAVE)
    other = device.observe()
    assert other.masked == (everything,), "another screen"
    assert other.screenshot.image.tobytes() == blind.tobytes()
    fake.trees = True
    assert device.observe().masked == ()
    fake.trees = False
    assert device.observe().masked == (), "known to show none"


def test_before_a_secret_is_out_a_look_without_a_tree_is_shown() -> None:
    fake = Forgetful()
    fake.trees = False
    device = SecretsDevice(fake, SECRETS)
    assert device.observe().masked == ()
    assert fake.looks == 1


def test_a_tree_that_did_not_come_is_asked_for_once_more() -> None:
    fake = Forgetful()
    device = on_the_form(fake)
    device.perform(TypeText(text="<secret:PIN>"))
    fake.trees, fake.looks = False, 0
    device.observe()
    assert fake.looks == 2


def test_a_mask_by_words_hides_all_where_there_is_no_tree() -> None:
    fake = Forgetful()
    fake.trees = False
    device = SecretsDevice(fake, Secrets({}), [Mask(label="Count")])
    assert device.observe().masked == (Box.of(fake.info.size),)
    fake.trees = True
    (box,) = device.observe().masked
    assert box.area < Box.of(fake.info.size).area / 4


def test_a_glance_shows_no_more_than_a_look() -> None:
    fake = Forgetful()
    declared = Box(left=0, top=400, right=100, bottom=480)
    device = on_the_form(fake, Mask(box=declared))
    device.perform(TypeText(text="<secret:PIN>"))
    blind = device.glance()
    assert blind.image.getcolors(300), "one ground and the edges of letters"
    seen = device.observe()
    assert set(seen.masked) == {FIELD, declared}
    assert device.glance().image.tobytes() == seen.screenshot.image.tobytes()
