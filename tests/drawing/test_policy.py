"""The redraw policy alone: every order of events, for short movies; no figure, no clock."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import get_args

import pytest

from framepipe.drawing.policy import (
    Compared,
    Composed,
    Do,
    Drawn,
    Event,
    Finishing,
    FrameBegun,
    GivenUp,
    HandedOver,
    Instructions,
    Limits,
    Manner,
    Opened,
    Over,
    Passed,
    PolicyError,
    Primed,
    Redraw,
    RedrawPolicy,
    Updated,
)

#: Short, so that short movies meet everything.
SMALL = Limits(rest=1, layouts=2, sure_checks=1)
HOW = {Do.COMPOSE, Do.COMPOSE_WITH_LAYOUT, Do.DRAW_ONCE, Do.DRAW_FULL}


@dataclass(frozen=True)
class Told:
    """What one frame of a movie is like."""

    manner: Manner = "usual"
    elsewhere: bool = False
    layout: bool = False
    pays: bool = True


@dataclass
class Seen:
    """What was done for it."""

    told: Told
    idle: Do
    invalidated: bool
    how: Do
    given_up: bool
    compared: bool


#: A second a frame, and half of one a comparison.
FRAME, CHECK = 1.0, 0.5


class Film:
    """Plays a painter: tells the policy what it asked for, and looks for contradictions."""

    def __init__(
        self, redraw: Redraw, *, limits: Limits = SMALL, composes: bool = True, skip: int = 0,
        length: int | None = None,
    ) -> None:  # fmt: skip
        self.policy = RedrawPolicy(redraw, limits=limits)
        self.now = 0.0
        self.position = -1
        self.skip = skip  # frames before the first
        self.length = length
        self.tell(Opened(self.now, composes))

    def tell(self, event: Event) -> Instructions:
        done = self.policy.handle(event)
        self.policy.validate()
        return done

    def frame(self, told: Told) -> Seen:
        frame = self.position + 1 + (self.skip if self.position < 0 else 0)
        left = None if self.length is None else self.length - 1 - frame
        (idle,) = self.tell(FrameBegun(frame, self.position, told.manner, True, left))
        if idle is Do.PRIME_IDLE:
            self.tell(Primed())
        self.position = frame
        *before, how = self.tell(Updated(told.elsewhere, told.layout))
        assert set(before) <= {Do.INVALIDATE}
        assert how in HOW
        self.now += FRAME
        composed = how in (Do.COMPOSE, Do.COMPOSE_WITH_LAYOUT)
        after = self.tell(
            Composed(told.pays, self.now, CHECK) if composed else Drawn(self.now, CHECK)
        )
        assert after in ((), (Do.COMPARE,), (Do.INVALIDATE,), (Do.INVALIDATE, Do.COMPARE))
        if compared := Do.COMPARE in after:
            self.now += CHECK
            assert self.tell(Compared(CHECK)) == ()
        return Seen(told, idle, bool(before), how, Do.INVALIDATE in after, compared)


TELLS = [
    Told(),
    Told(pays=False),
    Told(elsewhere=True, pays=False),
    Told(layout=True, pays=False),
    Told(manner="check"),
    Told(manner="as_saved"),
]


def movies(frames: int = 5) -> Iterator[tuple[Told, ...]]:
    """Every movie of so many frames."""
    return itertools.product(TELLS, repeat=frames)


def kept_in_a_row(seen: list[Seen]) -> int:
    """How many composed frames at the end have built on each other, by the tale alone."""
    kept = 0
    for one in seen:
        kept = 0 if one.invalidated or one.how in (Do.DRAW_FULL, Do.DRAW_ONCE) else kept
        kept += one.how in (Do.COMPOSE, Do.COMPOSE_WITH_LAYOUT)
        kept = 0 if one.given_up else kept
    return kept


@pytest.mark.parametrize("redraw", ["full", "as_saved"])
def test_modes_that_keep_nothing_only_ever_draw(redraw: Redraw) -> None:
    for movie in movies(3):
        film = Film(redraw)
        for told in movie:
            seen = film.frame(told)
            assert seen.how is (Do.DRAW_ONCE if redraw == "as_saved" else Do.DRAW_FULL)
            assert not any((seen.invalidated, seen.given_up, seen.compared))
            as_saved = redraw == "as_saved" or told.manner == "as_saved"
            assert seen.idle is (Do.DRAW_IDLE if as_saved else Do.SETTLE_IDLE)
        assert film.tell(Finishing()) == ()


@pytest.mark.parametrize("redraw", get_args(Redraw))
def test_a_figure_that_cannot_be_composed_is_drawn(redraw: Redraw) -> None:
    for movie in movies(3):
        film = Film(redraw, composes=False)
        whole = Do.DRAW_ONCE if redraw == "as_saved" else Do.DRAW_FULL
        assert all(film.frame(told).how is whole for told in movie)
        assert film.tell(Finishing()) == ()


def test_verify_composes_and_compares_every_frame() -> None:
    for movie in movies():
        film = Film("verify")
        for told in movie:
            seen = film.frame(told)
            if told.manner == "as_saved":
                assert (seen.how, seen.compared) == (Do.DRAW_FULL, False)
            else:
                assert seen.how in (Do.COMPOSE, Do.COMPOSE_WITH_LAYOUT)
                assert seen.compared
            assert not seen.given_up
        assert film.tell(Finishing()) == ()


def test_auto_keeps_its_promises_in_every_movie() -> None:
    for movie in movies():
        film = Film("auto")
        all_seen: list[Seen] = []
        rest, next_rest = 0, SMALL.rest
        for told in movie:
            seen = film.frame(told)
            all_seen.append(seen)
            if told.manner == "as_saved":
                # As Animation.save draws; and what was kept is of the time before.
                assert (seen.idle, seen.how) == (Do.DRAW_IDLE, Do.DRAW_FULL)
                assert seen.invalidated
                assert not seen.compared
                continue
            assert seen.idle is Do.SETTLE_IDLE
            if rest:  # given up for so many frames, then tried again
                rest -= 1
                assert seen.how is Do.DRAW_ONCE
            else:
                assert seen.how is (Do.COMPOSE_WITH_LAYOUT if told.layout else Do.COMPOSE)
                assert seen.invalidated == told.elsewhere
            if seen.given_up:
                assert not told.pays
                assert seen.how is not Do.DRAW_ONCE
                assert kept_in_a_row([*all_seen[:-1], replace(seen, given_up=False)]) > 1
                rest, next_rest = next_rest, 2 * next_rest
            if told.manner == "check":
                assert seen.compared
        last = all_seen[-1]
        look = kept_in_a_row(all_seen) > 1 and last.how in (Do.COMPOSE, Do.COMPOSE_WITH_LAYOUT)
        assert film.tell(Finishing()) == ((Do.COMPOSE_AGAIN, Do.COMPARE) if look else ())


def test_what_pays_is_never_given_up() -> None:
    film = Film("auto")
    assert {film.frame(Told()).how for _ in range(100)} == {Do.COMPOSE}


def test_what_never_pays_is_tried_ever_more_rarely() -> None:
    film = Film("auto", limits=Limits(rest=2))
    drawn = "".join(
        "r" if film.frame(Told(pays=False)).how is Do.DRAW_ONCE else "c" for _ in range(30)
    )
    # The first of two draws everything: nothing can have been saved yet.
    assert drawn == "cc" + "rr" + "cc" + "rrrr" + "cc" + "rrrrrrrr" + "cc" + "r" * 8


def test_limits_may_say_that_composing_is_not_given_up() -> None:
    film = Film("auto", limits=Limits(gives_up=False))
    assert {film.frame(Told(pays=False)).how for _ in range(10)} == {Do.COMPOSE}


def test_a_layout_that_goes_on_counts_as_not_paying_only_after_a_while() -> None:
    film = Film("auto", limits=Limits(layouts=4))
    seen = [film.frame(Told(layout=True, pays=False)).how for _ in range(5)]
    assert seen == [Do.COMPOSE_WITH_LAYOUT] * 4 + [Do.DRAW_ONCE]
    film = Film("auto", limits=Limits(layouts=4))
    moving = [Told(layout=True, pays=False)] * 3 + [Told()] + [Told(layout=True, pays=False)] * 3
    assert not any(film.frame(told).given_up for told in moving)


# ---- comparisons


def test_the_first_frames_are_compared_whatever_it_costs() -> None:
    film = Film("auto", limits=Limits(sure_checks=2, check_share=0.0))
    seen = [film.frame(Told()).compared for _ in range(9)]
    assert seen == [False, True, True] + [False] * 6  # the first was drawn in full


def test_comparisons_take_their_share_of_the_time() -> None:
    share = 0.1
    film = Film("auto", limits=Limits(sure_checks=1, check_share=share))
    checks = sum(film.frame(Told()).compared for _ in range(200))
    assert checks * CHECK == pytest.approx(share * film.now, abs=CHECK)


@pytest.mark.parametrize(("length", "tries"), [(12, 1), (18, 1), (19, 2), (None, 2)])
def test_composing_is_not_tried_again_shortly_before_the_end(
    length: int | None, tries: int
) -> None:
    """Two frames are composed in a try: what the second one spares tells whether it pays."""
    film = Film("auto", limits=Limits(rest=8), length=length)
    seen = [film.frame(Told(pays=False)).how for _ in range(length or 20)]
    assert seen.count(Do.COMPOSE) == 2 * tries
    assert seen[:2] == [Do.COMPOSE] * 2
    assert seen[2:10] == [Do.DRAW_ONCE] * 8
    assert seen[10] is (Do.COMPOSE if tries == 2 else Do.DRAW_ONCE)


@pytest.mark.parametrize("pays", [True, False])
def test_no_comparison_is_made_before_it_is_within_its_share(pays: bool) -> None:
    film = Film("auto", limits=Limits(sure_checks=0, check_share=0.1, rest=50))
    seen = [film.frame(Told(pays=pays)).compared for _ in range(12)]
    first = seen.index(True) + 1
    assert (first - 1) * FRAME * 0.1 <= CHECK < first * FRAME * 0.1


def test_frames_at_rest_are_compared_within_the_share_too() -> None:
    film = Film("auto", limits=Limits(rest=50, check_share=0.1))
    resting = [
        seen for _ in range(52) if (seen := film.frame(Told(pays=False))).how is Do.DRAW_ONCE
    ]
    assert len(resting) == 50
    assert 2 < sum(one.compared for one in resting) < 12


def test_no_share_no_look_back_no_comparison() -> None:
    limits = Limits(sure_checks=0, check_share=0.0, looks_back=False)
    for movie in movies(4):
        film = Film("auto", limits=limits)
        assert not any(film.frame(told).compared for told in movie if told.manner != "check")
        if not any(told.manner == "check" for told in movie):
            assert film.tell(Finishing()) == ()


def test_the_story_goes_on_after_a_look_back() -> None:
    """A worker looks back at the end of every block it records."""
    film = Film("auto")
    for _ in range(3):
        film.frame(Told())
    assert film.tell(Finishing()) == (Do.COMPOSE_AGAIN, Do.COMPARE)
    film.tell(Compared(CHECK))
    assert film.frame(Told()).how is Do.COMPOSE


# ---- the first frame, and others


@pytest.mark.parametrize(
    ("frame", "repeated", "idle"),
    [(0, True, Do.SETTLE_IDLE), (0, False, Do.PRIME_IDLE), (3, True, Do.PRIME_IDLE)],
)
def test_the_first_draw_is_left_out_only_where_it_is_repeated_at_once(
    frame: int, repeated: bool, idle: Do
) -> None:
    film = Film("auto")
    assert film.tell(FrameBegun(frame, -1, repeated=repeated)) == (idle,)
    if frame:
        assert film.tell(Passed()) == (Do.SETTLE_IDLE,)


def test_without_keeping_the_first_draw_is_a_draw() -> None:
    film = Film("full")
    assert film.tell(FrameBegun(3, -1)) == (Do.DRAW_IDLE,)
    assert film.tell(Passed()) == (Do.SETTLE_IDLE,)


def test_draws_go_on_while_frames_are_passed_as_saved() -> None:
    film = Film("auto")
    assert film.tell(FrameBegun(3, -1, "as_saved")) == (Do.DRAW_IDLE,)
    assert film.tell(Passed()) == ()


@pytest.mark.parametrize(("skip", "given_up"), [(0, True), (2, False)])
def test_a_frame_far_from_the_primed_one_is_not_held_against_it(skip: int, given_up: bool) -> None:
    film = Film("auto", skip=skip)
    if skip == 0:
        film.frame(Told())
    assert film.frame(Told(pays=False)).given_up == given_up
    assert film.frame(Told(pays=False)).given_up != given_up


def test_the_end_comes_before_the_frame() -> None:
    film = Film("auto")
    film.frame(Told())
    for _ in range(2):
        film.tell(FrameBegun(1, 0))
        assert film.tell(Over()) == ()
    assert film.tell(Finishing()) == ()


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_writer_that_draws_the_figure_invalidates(elsewhere: bool) -> None:
    film = Film("auto")
    for _ in range(3):
        film.frame(Told())
    assert film.tell(HandedOver(elsewhere)) == ((Do.INVALIDATE,) if elsewhere else ())
    assert (film.tell(Finishing()) == ()) == elsewhere


def test_none_of_the_frames_that_somebody_else_compares_is_compared() -> None:
    film = Film("auto", limits=Limits(sure_checks=2, spared=3, check_share=0.0))
    assert [film.frame(Told()).compared for _ in range(7)] == [False] * 3 + [True] * 2 + [False] * 2
    film = Film("auto", limits=Limits(spared=3))
    assert film.frame(Told(manner="check")).compared, "who asks for it, gets it"


@pytest.mark.parametrize("resting", [False, True])
def test_where_composing_is_given_up_everything_is_drawn_from_there_on(resting: bool) -> None:
    film = Film("auto", limits=Limits(rest=2))
    for _ in range(2):
        film.frame(Told(pays=not resting))
    assert film.tell(GivenUp()) == (Do.INVALIDATE,)
    for _ in range(8):
        seen = film.frame(Told())
        assert (seen.how, seen.compared) == (Do.DRAW_FULL, False)
    assert film.tell(GivenUp()) == ()
    assert film.tell(Finishing()) == ()


def test_savefig_may_go_another_way_than_composing() -> None:
    film = Film("auto", limits=Limits(check_share=1.0))
    film.frame(Told())
    film.tell(FrameBegun(1, 0))
    assert film.tell(Updated()) == (Do.COMPOSE,)
    assert film.tell(Drawn(5.0, CHECK)) == ()
    assert film.tell(Finishing()) == ()


# ---- what cannot happen


def at_every_phase() -> Iterator[tuple[RedrawPolicy, set[type]]]:
    """A policy in each of its phases, and the events that may come."""
    policy = RedrawPolicy("auto", limits=Limits(sure_checks=9))
    yield policy, {Opened}
    policy.handle(Opened(0.0))
    between = {FrameBegun, HandedOver, GivenUp, Finishing}
    yield policy, between
    policy.handle(FrameBegun(0, -1))
    yield policy, {Primed, Passed, Updated, Over}
    policy.handle(Updated())
    yield policy, {Composed, Drawn}
    policy.handle(Composed(pays=True, at=1.0, seconds=CHECK))
    yield policy, between
    policy.handle(FrameBegun(1, 0))
    policy.handle(Updated())
    policy.handle(Composed(pays=True, at=1.0, seconds=CHECK))
    yield policy, {Compared}
    full = RedrawPolicy("full")
    for event in (Opened(0.0), FrameBegun(0, -1), Updated()):
        full.handle(event)
    yield full, {Drawn}


EVENTS: list[Event] = [
    Opened(0.0), FrameBegun(0, -1), Primed(), Passed(), Updated(), Composed(True, 0.0, CHECK),
    Drawn(0.0, CHECK),
    Compared(0.0), Over(), HandedOver(False), GivenUp(), Finishing(),
]  # fmt: skip


def test_the_list_of_events_is_whole() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event))


def test_events_out_of_order_are_refused_with_the_story() -> None:
    phases = 0
    for policy, may in at_every_phase():
        phases += 1
        before = policy.story()
        for event in EVENTS:
            if type(event) not in may:
                with pytest.raises(PolicyError) as caught:
                    policy.handle(event)
                assert type(event).__name__ in str(caught.value)
                assert before in str(caught.value)
        assert policy.story() == before
    assert phases == 7


def test_the_story_can_be_read_and_is_bounded() -> None:
    film = Film("auto", limits=Limits(log=10))
    for _ in range(20):
        film.frame(Told())
    story = film.policy.story().splitlines()
    assert len(story) == 10
    assert "FrameBegun(frame=19, position=18" in film.policy.story()
    assert any(line.endswith("-> compose") for line in story)
