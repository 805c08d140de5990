"""Retained drawing from near: what is kept, what is found out, and what it may not be fooled by."""

from __future__ import annotations

import io
import re
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.animation import ArtistAnimation, FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import framepipe
from framepipe.drawing import policy
from framepipe.drawing.painter import Painter
from framepipe.drawing.policy import Limits, Redraw
from framepipe.drawing.settings import frame_settings
from framepipe.encoding.encoder import Encoder
from framepipe.errors import FrameMismatch
from framepipe.result import FrameStats

DPI = 60


def make_figure(**kwargs: Any) -> Any:
    figure = Figure(figsize=(3, 2), dpi=DPI, **kwargs)
    FigureCanvasAgg(figure)
    return figure


def animate(figure: Any, update: Callable[[int], Any], frames: int = 10) -> FuncAnimation:
    return FuncAnimation(figure, update, frames=frames, init_func=list)


#: Composes every frame, and compares none.
UNCHECKED = Limits(sure_checks=0, check_share=0.0, gives_up=False, looks_back=False)


def paint(
    animation: Any, redraw: Redraw = "verify", limits: Limits | None = None
) -> tuple[list[FrameStats], list[bytes]]:
    """Every frame of an animation, painted in this process."""
    given = frame_settings(
        animation._fig, dpi=DPI, codec="h264", suffix=".mp4", even=False, savefig_kwargs=None
    )
    painter = Painter([animation], given, redraw=redraw, limits=limits)
    costs: list[FrameStats] = []
    frames: list[bytes] = []
    painter.open()
    try:
        while cost := painter.paint(len(costs), memoryview(out := bytearray(given.nbytes))):
            costs.append(cost)
            frames.append(bytes(out))
        painter.finish()
    finally:
        painter.close()
    return costs, frames


def agree(make: Callable[[], Any]) -> list[FrameStats]:
    """Kept frames, checked or not, equal full ones."""
    _, full = paint(make(), "full")
    paint(make(), "verify")
    costs, got = paint(make(), "auto", UNCHECKED)
    assert [i for i, (a, b) in enumerate(zip(got, full, strict=True)) if a != b] == []
    return costs


@pytest.fixture(scope="module", autouse=True)
def open_fonts() -> None:
    """Let matplotlib open its fonts, which it keeps open."""
    figure = make_figure()
    for family in ("sans-serif", "serif"):
        for weight in ("normal", "bold"):
            figure.text(
                0, 0, "汉 $\\sqrt{\\frac{x^2_i}{2}} \\mathrm{x}$", family=family, weight=weight
            )
            figure.text(0, 0, "汉 text", family=family, weight=weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure.draw_without_rendering()


class Counted:
    """Counts the draws of everything of some class, without its objects knowing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.counts: Counter[Any] = Counter()
        self.patch = monkeypatch

    def watch(self, *artists: Any) -> None:
        for kind in {type(artist) for artist in artists}:
            original = kind.draw

            def draw(artist: Any, renderer: Any, *, original: Any = original) -> Any:
                self.counts[id(artist)] += 1
                return original(artist, renderer)

            self.patch.setattr(kind, "draw", draw)

    def of(self, artist: Any) -> int:
        return self.counts[id(artist)]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


# ---- what is drawn and what is kept


def moving_line(figure: Any, ax: Any = None, frames: int = 10) -> tuple[Any, FuncAnimation]:
    ax = figure.subplots() if ax is None else ax
    (line,) = ax.plot([0, 1], [0, 1])
    return line, animate(figure, lambda i: line.set_ydata([i / 10, 1 - i / 20]), frames)


def test_ticks_are_drawn_once(counted: Counted) -> None:
    figure = make_figure()
    line, animation = moving_line(figure)
    ax = figure.axes[0]
    counted.watch(line, ax.xaxis, ax.yaxis)
    costs, _ = paint(animation, "auto", UNCHECKED)
    assert counted.of(ax.xaxis) == counted.of(ax.yaxis) == 1
    assert counted.of(line) == 10
    assert costs[0].items_drawn > 8
    for cost in costs[2:]:
        assert cost.items_drawn == 1
        assert cost.items_drawn + cost.items_replayed + cost.items_skipped == costs[0].items_drawn
        assert cost.changed.startswith("Line2D")
        assert cost.pays
    assert costs[-1].items_skipped > 0


def test_artist_animation_keeps_the_ticks(counted: Counted) -> None:
    figure = make_figure()
    ax = figure.subplots()
    sets = [ax.plot([0, 1], [i, 8 - i]) for i in range(8)]
    counted.watch(ax.xaxis, ax.yaxis)
    costs, _ = paint(ArtistAnimation(figure, sets), "auto", UNCHECKED)
    assert len(costs) == 8
    assert counted.of(ax.xaxis) <= 2
    assert counted.of(ax.yaxis) <= 2


def test_contours_redrawn_keep_the_ticks(counted: Counted) -> None:
    figure = make_figure()
    ax = figure.subplots()
    x = np.linspace(0, 3, 12)
    ax.set(xlim=(0, 3), ylim=(0, 3))
    shown: list[Any] = []

    def update(i: int) -> None:
        while shown:
            shown.pop().remove()
        shown.append(ax.contourf(x, x, np.sin(x + i / 3) * np.cos(x[:, None])))

    counted.watch(ax.xaxis, ax.yaxis)
    paint(animate(figure, update), "auto", UNCHECKED)
    assert counted.of(ax.xaxis) <= 2
    assert counted.of(ax.yaxis) <= 2


def test_a_still_polar_axes_is_not_drawn_again(counted: Counted) -> None:
    figure = make_figure()
    polar = figure.add_subplot(122, projection="polar")
    polar.plot([0, 1, 2], [1, 2, 1])
    line, animation = moving_line(figure, figure.add_subplot(121))
    counted.watch(polar.xaxis, polar.yaxis, line)
    paint(animation, "auto", UNCHECKED)
    assert counted.of(polar.xaxis) == counted.of(polar.yaxis) == 1
    assert counted.of(line) == 10


def test_scrolling_leaves_the_other_axis_alone(counted: Counted) -> None:
    def make() -> FuncAnimation:
        figure = make_figure()
        ax = figure.subplots()
        ax.plot(range(30), np.sin(range(30)))
        return animate(figure, lambda i: ax.set_xlim(i, i + 10))

    agree(make)
    animation: Any = make()
    ax = animation._fig.axes[0]
    counted.watch(ax.xaxis, ax.yaxis)
    paint(animation, "auto", UNCHECKED)
    assert counted.of(ax.yaxis) == 1
    assert counted.of(ax.xaxis) == 10


def test_what_lies_below_changes_now_and_then() -> None:
    """A picture of what lies below must not be put back once that has changed."""

    def make() -> FuncAnimation:
        figure = make_figure()
        ax = figure.subplots()
        (low,) = ax.plot([0, 1], [0, 0.2], zorder=1, lw=5)
        (top,) = ax.plot([0, 1], [0, 1], zorder=9)

        def update(i: int) -> None:
            top.set_ydata([i / 20, 1])
            if i in (5, 6, 10):
                low.set_color(f"C{i}")

        return animate(figure, update, 16)

    assert all(cost.pays for cost in agree(make)[2:])


# ---- artists that lie


def liar(begin: int = 0, frames: int = 10) -> FuncAnimation:
    """A formatter that says something else in each frame, and tells nobody."""
    figure = make_figure()
    ax = figure.subplots()
    at = [0]
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.1f}:{at[0]}")
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i: int) -> None:
        line.set_ydata([0, i])
        if i >= begin:
            at[0] = i

    return animate(figure, update, frames)


def encode(animation: Any, path: Path, **options: Any) -> tuple[Any, list[bytes]]:
    """A movie of raw frames, by a worker."""
    file = path / "movie.rgba"
    raw = ["-f", "rawvideo", "-pix_fmt", "rgba"]
    given: dict[str, Any] = {"codec": "rawvideo", "extra_args": raw}
    movie = framepipe.encode(animation, file, dpi=DPI, workers=1, **given, **options)
    data, size = file.read_bytes(), 4 * movie.width * movie.height
    return movie, [data[i : i + size] for i in range(0, len(data), size)]


@pytest.mark.thinned(2)
@pytest.mark.parametrize("begin", [0, 25], ids=["at once", "after the first checks"])
def test_auto_finds_a_lie_out(begin: int, tmp_path: Path, monkeypatch: Any) -> None:
    # Only the first checks, and the look back.
    monkeypatch.setattr(policy, "LIMITS", Limits(check_share=0.0))
    _, full = encode(liar(begin, 40), tmp_path, redraw="full")
    with pytest.warns(framepipe.RetainedWarning) as caught:
        _, got = encode(liar(begin, 40), tmp_path, redraw="auto")
    assert got == full
    (warning,) = [w for w in caught if w.category is framepipe.RetainedWarning]
    said = str(warning.message)
    # Either is found first: that a kept frame is not a full draw, or not another worker's.
    assert "xaxis of axes 0" in said or "came out otherwise" in said
    assert "Return the artist from the update function" in said
    assert "set_...()" in said
    assert warning.filename == __file__


class Hesitant(Line2D):
    """A line that is drawn twice in its last frame: then it waits for a file to appear."""

    def __init__(self, until: Path, seen: Path) -> None:
        super().__init__([0, 1], [0, 1])
        self.until, self.seen = until, seen
        self.draws = 0

    def draw(self, renderer: Any) -> None:
        self.draws += 1
        super().draw(renderer)
        begin = time.monotonic()
        while self.draws == 2 and not self.until.exists() and time.monotonic() - begin < 20:
            time.sleep(0.01)
        if self.draws == 2:
            self.seen.write_text(str(self.until.exists()))


@pytest.mark.slow
def test_the_encoder_goes_on_while_workers_look_back(tmp_path: Path, monkeypatch: Any) -> None:
    told, looked = tmp_path / "told", tmp_path / "looked"
    end = Encoder.end

    def ending(self: Encoder) -> None:
        end(self)
        told.write_text("")

    monkeypatch.setattr(Encoder, "end", ending)
    monkeypatch.setattr(policy, "LIMITS", Limits(sure_checks=0, check_share=0.0))
    figure = make_figure()
    (line,) = figure.subplots().plot([0, 1], [0, 1])
    hesitant = line.axes.add_line(Hesitant(told, looked))

    def update(i: int) -> Any:
        line.set_ydata([i / 10, 1 - i / 20])
        hesitant.set_color(f"C{i}")
        hesitant.draws = 0
        return line

    movie, frames = encode(animate(figure, update), tmp_path)
    assert looked.read_text() == "True"
    assert movie.frames == len(frames) == 10


def test_auto_says_nothing_of_the_honest(tmp_path: Path) -> None:
    _, full = encode(moving_line(make_figure())[1], tmp_path, redraw="full")
    with warnings.catch_warnings():
        warnings.simplefilter("error", framepipe.RetainedWarning)
        _, got = encode(moving_line(make_figure())[1], tmp_path, redraw="auto")
    assert got == full


def test_later_checks_find_a_lie_before_the_end() -> None:
    animation = liar(20, 200)
    with pytest.raises(framepipe.FrameMismatch) as caught:
        paint(animation, "auto", Limits(check_share=0.3))
    assert 20 <= caught.value.frame < 199


def test_verify_names_artist_and_place() -> None:
    _, full = paint(liar(3), "full")
    with pytest.raises(framepipe.FrameMismatch) as caught:
        paint(liar(3), "verify")
    error = caught.value
    assert error.frame == 3
    assert error.artist == "xaxis of axes 0"
    assert error.artist in str(error)
    left, top, right, bottom = error.bbox
    # The tick labels lie below the axes, 22 % of 120 pixels at most.
    assert 0 <= left < right <= 180
    assert 100 <= top < bottom <= 120
    shape = (120, 180, 4)
    before, now = (np.frombuffer(full[i], np.uint8).reshape(shape)[109:] for i in (2, 3))
    rows, columns = np.nonzero((before != now).any(axis=2))
    assert (columns.min(), rows.min() + 109, columns.max() + 1, rows.max() + 110) == error.bbox


# ---- where keeping does not pay


def test_a_quiver_key_without_its_arrows_fails_as_ever() -> None:
    """What `Animation.save` cannot draw must not be shown from memory."""
    fig = make_figure()
    ax = fig.subplots()
    arrows = ax.quiver([0, 1], [0, 1], [1, 1], [0, 1])
    ax.quiverkey(arrows, 0.8, 0.8, 1, "key")

    def update(i: int) -> None:
        if i == 5:
            arrows.remove()

    with pytest.raises(framepipe.FrameError, match="drawing frame 5 failed"):
        paint(animate(fig, update), "auto", UNCHECKED)


def test_what_does_not_pay_is_given_up() -> None:
    figure = make_figure()
    ax = figure.subplots()

    def update(i: int) -> None:
        ax.cla()
        ax.plot([0, i], [0, i])  # both axis have other limits in every frame

    costs, _ = paint(animate(figure, update, 40), "auto")
    tried = [i for i, cost in enumerate(costs) if cost.composed]
    assert tried[:2] == [0, 1]
    assert set(range(4, 8)).isdisjoint(tried)
    assert 4 <= len(tried) <= 6  # two for each try, ever rarer
    assert np.diff(tried).max() >= 16


def test_axis_that_are_made_anew_as_they_were_are_replayed() -> None:
    """`Axes.cla` makes all of them anew, to the same limits, ticks and labels mostly."""

    def make() -> Any:
        figure = make_figure()
        ax = figure.subplots()

        def update(i: int) -> None:
            ax.cla()
            ax.plot([0, 1, 2], [0, 1, i % 2])
            ax.set(xlabel="x", title=f"frame {i}")
            if i >= 15:
                ax.tick_params(axis="x", labelrotation=30)
            if i >= 20:
                ax.set_ylim(0, 1e-9 * i)  # with an offset text, from which the title keeps clear

        return animate(figure, update, 30)

    costs = agree(make)
    assert all(cost.items_replayed >= 2 for cost in costs[4:15])
    assert any(cost.items_replayed < 2 for cost in costs[15:17])
    assert all(cost.items_replayed >= 1 for cost in costs[17:])
    assert any(cost.items_replayed == 1 for cost in costs[20:])


def test_axes_left_alone_after_they_were_made_anew_are_kept() -> None:
    def make() -> Any:
        figure = make_figure()
        ax = figure.subplots()
        lines: list[Any] = []

        def update(i: int) -> None:
            if i % 10 == 0:
                ax.cla()
                lines[:] = ax.plot([0, 1], [0, 1])
                ax.set_ylim(0, 10)
            lines[0].set_ydata([0, i % 10])

        return animate(figure, update, 30)

    costs = agree(make)
    assert all(cost.items_drawn <= 2 for i, cost in enumerate(costs) if i % 10 > 3)


def test_what_pays_is_never_given_up() -> None:
    costs, _ = paint(moving_line(make_figure(), frames=40)[1], "auto")
    assert all(cost.composed for cost in costs)


# ---- the report


def test_report_of_a_movie_that_was_kept(tmp_path: Path) -> None:
    movie, _ = encode(moving_line(make_figure(), frames=20)[1], tmp_path, redraw="auto")
    report = movie.report
    assert report.frames_kept == 19  # all but the first
    assert report.frames_drawn == 1
    items = (report.items_drawn + report.items_replayed + report.items_skipped) / 20
    assert items == int(items) > 8
    assert 20 <= report.items_drawn < 3 * items
    assert report.items_skipped > report.items_replayed > 0  # labels lie clear of the line
    assert report.drawing > report.replaying > 0
    assert report.changed.startswith("Line2D")
    assert "in 19 of 20 frames what did not change" in str(report)
    assert f"most often: {report.changed}" in str(report)


def test_report_says_why_nothing_was_kept(tmp_path: Path) -> None:
    figure = make_figure()
    ax = figure.add_subplot(projection="3d")
    grid = np.mgrid[0:1:40j, 0:1:40j]
    ax.plot_surface(*grid, grid[0])  # beside which no moment's delay in drawing the rest counts
    animation = animate(figure, lambda i: ax.view_init(azim=10 * i))
    movie, _ = encode(animation, tmp_path, redraw="auto")
    assert movie.report.frames_kept == 0
    assert movie.report.frames_drawn == 10
    assert re.search("nothing could be kept\nredrawn .* of axes 0", str(movie.report))


def test_report_of_full_drawing(tmp_path: Path) -> None:
    movie, _ = encode(moving_line(make_figure())[1], tmp_path, redraw="full")
    assert "10 frames drawn as a whole" in str(movie.report)
    assert movie.report.items_drawn == 0


# ---- what it may not be fooled by


def drawing_by_themselves() -> Iterator[Any]:
    def whole(figure: Any, line: Any) -> None:
        figure.canvas.draw()

    def artist(figure: Any, line: Any) -> None:
        line.axes.draw_artist(line)

    def nothing(figure: Any, line: Any) -> None:
        figure.draw_without_rendering()

    def save(figure: Any, line: Any) -> None:
        figure.savefig(io.BytesIO(), format="png", dpi=30)

    def vector(figure: Any, line: Any) -> None:
        figure.savefig(io.BytesIO(), format="svg")

    def box(figure: Any, line: Any) -> None:
        line.axes.get_tightbbox()

    for way in (whole, artist, nothing, save, vector, box):
        yield pytest.param(way, id=way.__name__)


@pytest.mark.thinned(5)
@pytest.mark.parametrize("when", ["after", "before"])
@pytest.mark.parametrize("way", list(drawing_by_themselves()))
def test_drawing_inside_the_update(way: Callable[[Any, Any], None], when: str) -> None:
    def make() -> FuncAnimation:
        figure = make_figure()
        ax = figure.subplots()
        (line,) = ax.plot([0, 1], [0, 1])
        (other,) = ax.plot([0, 1], [1, 0])

        def update(i: int) -> None:
            line.set_ydata([i / 10, 1 - i / 20])
            if i % 3 == 2 and when == "before":
                way(figure, line)
            if i > 3:
                other.set_color(f"C{i}")
                ax.set_title(f"{i // 2}")
            if i % 3 == 2 and when == "after":
                way(figure, line)

        return animate(figure, update)

    costs = agree(make)
    assert sum(cost.pays for cost in costs[1:]) > 4


def test_a_listener_to_draws_switches_it_off() -> None:
    heard: list[Any] = []
    _, animation = moving_line(figure := make_figure())
    figure.canvas.mpl_connect("draw_event", heard.append)
    costs, _ = paint(animation, "auto")
    assert not any(cost.composed for cost in costs)
    assert len(heard) >= 10


def test_images_not_to_be_drawn_apart_switch_it_off() -> None:
    def make() -> FuncAnimation:
        line, animation = moving_line(figure := make_figure())
        line.axes.imshow(np.eye(3), alpha=0.5, aspect="auto")
        line.axes.imshow(np.eye(4), alpha=0.5, aspect="auto")
        figure.suppressComposite = False
        return animation

    costs, got = paint(make(), "auto")
    assert not any(cost.composed for cost in costs)
    assert got == paint(make(), "full")[1]


class Flickering(Line2D):
    """A line that comes out otherwise each time it is drawn."""

    def draw(self, renderer: Any) -> None:
        self.set_alpha(1.0 if self.get_alpha() == 0.2 else 0.2)
        super().draw(renderer)


def test_frames_drawn_because_keeping_does_not_pay_are_compared_too() -> None:
    figure = make_figure()
    ax = figure.add_subplot()

    def update(i: int) -> None:
        ax.cla()
        ax.plot([0, 1], [0, i])
        if i >= 6:  # keeping has been given up by then
            ax.add_line(Flickering([0, 1], [1, 0], lw=9))

    with pytest.raises(FrameMismatch) as caught:
        paint(animate(figure, update, 10), "auto", Limits(check_share=1.0, rest=20))
    assert caught.value.frame == 6
