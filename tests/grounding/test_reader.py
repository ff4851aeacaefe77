"""The reader alone: what it finds in pictures of the phone, and what the phone says is there."""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from PIL import Image

from agent.sight import Sight, Sizing
from tests.grounding import plan
from tests.grounding.booking import LARGE, NORMAL, SMALL, TURNED, Screen, TicketOffice
from tests.grounding.lettering import Label
from tests.grounding.pages import page_with
from tests.grounding.reader import SHORT_SIDE_DP, Hit, Picture
from tools.action import OpenApp, Tap
from tools.clock import SystemClock
from tools.device import Observation
from tools.settle import SettlingDevice
from tools.ui_tree import UiNode

BUDGETS = {"native": 16384 * 28 * 28, "1 Mpx": 1280 * 28 * 28, "0.6 Mpx": 600_000}
LABELS = [value for value in vars(plan).values() if isinstance(value, Label)]
MORE = [
    Label("Clock", 12),
    Label("Messages", 12),
    Label("Search apps"),
    Label("Find and book flights worldwide"),
    Label("My trips", 12),
    Label("Passengers", 12),
    Label("1 adult"),
    Label("Economy"),
    Label("Popular airports", 14, medium=True),
    Label("Beijing Capital"),
    Label("Shanghai Pudong"),
]
"""Words that the plan does not need, long, short and small ones."""


@dataclass(frozen=True)
class Sights:
    """Three screens of one phone: the launcher, the search form and the choice of an airport."""

    screen: Screen
    seen: tuple[Observation, ...]
    _pictures: dict[str, list[Picture]] = field(default_factory=dict)

    def pictures(self, budget: str) -> list[tuple[Observation, Picture]]:
        """Each of them as it was seen, and as it is sent; what was read in it is kept."""
        if budget not in self._pictures:
            self._pictures[budget] = [picture_of(seen, budget) for seen in self.seen]
        return list(zip(self.seen, self._pictures[budget], strict=True))


@pytest.fixture(scope="module", params=[NORMAL, SMALL, LARGE, TURNED], ids=str)
def sights(request: pytest.FixtureRequest, office: TicketOffice) -> Iterator[Sights]:
    with office.phone(request.param, ui_tree=True) as bare:
        device = SettlingDevice(bare, SystemClock())
        launcher = device.observe()
        device.perform(OpenApp(name="Bookings"))
        form = device.observe()
        (origin,) = [node for node in nodes(form) if node.text == "Where from?"]
        device.perform(Tap(at=origin.box.center))
        yield Sights(request.param, (launcher, form, device.observe()))


def nodes(seen: Observation) -> tuple[UiNode, ...]:
    assert seen.ui_tree is not None
    return seen.ui_tree.nodes


def picture_of(seen: Observation, budget: str) -> Picture:
    sizing = Sizing(factor=28, min_pixels=56 * 56, max_pixels=BUDGETS[budget])
    return Picture(Image.open(io.BytesIO(Sight(sizing).look(seen.screenshot).image.data)))


def words_of(node: UiNode) -> str:
    return node.text or node.hint or node.description


@pytest.mark.parametrize("budget", BUDGETS)
def test_finds_what_is_there_where_it_is(sights: Sights, budget: str) -> None:
    found = 0
    for seen, picture in sights.pictures(budget):
        across, down = seen.size.width / picture.width, seen.size.height / picture.height
        for label in [*LABELS, *MORE]:
            there = [node for node in nodes(seen) if words_of(node) == label.text]
            letters = label.size_dp * min(picture.width, picture.height) / SHORT_SIDE_DP
            whole = [node for node in there if node.box.height / down >= 1.15 * letters]
            for node in whole:
                hits = picture.find_all(label)
                assert hits, f"{label} is not seen on {sights.screen}"
                offs = [off_by(node, hit, across, down) for hit in hits]
                # Letters do not begin at the edge of their line's box, nor stand in its middle.
                assert min(offs) <= max(3, letters / 8), (label, offs)
                found += 1
    assert found >= 8


def off_by(node: UiNode, hit: Hit, across: float, down: float) -> float:
    """How far a hit is from the words of ``node``, in px of the picture."""
    box, (x, y) = node.box, hit.middle
    if not node.text or box.height / down > 2.5 * (hit.bottom - hit.top):
        # A hint in a bar, a label under an icon: the node is more than its words.
        inside = box.left <= x * across <= box.right and box.top <= y * down <= box.bottom
        return 0.0 if inside else math.inf
    centred = abs(x - (box.left + box.right) / 2 / across)
    begun = abs(hit.left - box.left / across)
    return max(min(centred, begun), abs(y - (box.top + box.bottom) / 2 / down))


@pytest.mark.parametrize("budget", BUDGETS)
def test_finds_nothing_that_is_not_there(sights: Sights, budget: str) -> None:
    for seen, picture in sights.pictures(budget):
        shown = "\n".join(map(words_of, nodes(seen)))
        for label in [*LABELS, *MORE]:
            if label.text not in shown and label is not plan.TO_SEARCH:
                assert not picture.shows(label), f"{label} is seen on {sights.screen}"


def test_two_hints_that_differ_in_one_word_are_told_apart(sights: Sights) -> None:
    for budget in BUDGETS:
        _, picture = sights.pictures(budget)[2]
        origin, destination = picture.find(plan.FROM_SEARCH), picture.find(plan.TO_SEARCH)
        assert origin is not None
        assert destination is None or destination.score < origin.score


@pytest.mark.parametrize(("ink", "ground"), [(20, 240), (255, 90), (120, 200), (230, 30)])
def test_ink_and_ground_may_have_any_colour(ink: int, ground: int) -> None:
    hit = Picture(page_with(plan.SEARCH, (101, 303), ink, ground)).find(plan.SEARCH)
    assert hit is not None
    assert hit.score > 0.97
    assert abs(hit.left - 102) <= 1
    assert abs(hit.top - 304) <= 1


def test_other_words_are_not_taken_for_it() -> None:
    others = [label for label in LABELS if label is not plan.SEATS]
    picture = Picture(page_with(plan.SEATS, (40, 200), 30, 250))
    assert picture.shows(plan.SEATS)
    assert not [label for label in others if picture.shows(label)]


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (40, 40), (504, 1148)])
def test_an_empty_picture_shows_nothing(size: tuple[int, int]) -> None:
    picture = Picture(Image.new("RGB", size, "white"))
    assert not any(picture.shows(label) for label in LABELS)


def test_noise_shows_nothing() -> None:
    noise = Image.frombytes("L", (504, 1148), Random(0).randbytes(504 * 1148))
    picture = Picture(noise)
    assert not any(picture.shows(label) for label in LABELS)


def test_the_ground_under_words_is_read() -> None:
    picture = Picture(page_with(plan.ONE_WAY, (60, 80), 20, 233))
    hit = picture.find(plan.ONE_WAY)
    assert hit is not None
    assert abs(picture.ground(hit) - 233) <= 2
