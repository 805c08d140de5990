"""A layout engine need not run where it would leave everything where it is, and must elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framepipe.drawing.rendering.canvas import living_on_agg
from framepipe.drawing.retained.items import parts_of
from framepipe.drawing.retained.layout import StaticLayout


class Laid:
    """A figure whose layout has settled."""

    def __init__(self, figure: Any) -> None:
        self.figure = figure
        self.axes = figure.axes[0]
        self.line, self.text = self.axes.lines[0], self.axes.texts[0]
        self.layout = StaticLayout(figure)
        for _ in range(30):  # a tight layout comes ever nearer to where it ends
            self.run()
            if self.layout.is_static([]):
                break

    def run(self) -> None:
        """Draw, with the layout, as a frame does."""
        self.layout.note_places()
        self.figure.draw(self.figure.canvas.get_renderer())
        for axes in self.figure.axes:
            for part in parts_of(axes, set()):
                part.stale = False
        self.layout.record()


@contextmanager
def laid(engine: Any = "constrained") -> Iterator[Laid]:
    figure: Any = Figure(figsize=(3, 2), dpi=60, layout=engine)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(title="title", xlabel="x")
    axes.plot([0, 1], [0, 1], label="line")
    axes.text(0.5, 0.5, "12")
    axes.legend(loc="upper left")
    with living_on_agg(figure, idle_draws=True):
        yield Laid(figure)


def test_a_layout_is_not_known_before_it_ran() -> None:
    with laid() as stage:
        assert not StaticLayout(stage.figure).is_static([])
        assert stage.layout.is_static([])
        stage.layout.invalidate()
        assert not stage.layout.is_static([])


WITHOUT_INFLUENCE: dict[str, Callable[[Laid], Any]] = {
    "a clipped line": lambda s: s.line.set_ydata([0.2, 0.8]),
    "a text inside its axes": lambda s: s.text.set_text("13"),
}


def replaced(stage: Laid) -> None:
    """Another legend, that nothing says has changed."""
    stage.axes.legend(loc="upper left")
    for part in parts_of(stage.axes.get_legend(), set()):
        part.stale = False


WITH_INFLUENCE: dict[str, Callable[[Laid], Any]] = {
    "a title": lambda s: s.axes.set_title("two\nlines"),
    "a label": lambda s: s.axes.set_xlabel(""),
    "limits": lambda s: s.axes.set_ylim(0, 10000),
    "a tick label": lambda s: s.axes.yaxis.get_major_ticks()[0].label1.set_fontsize(30),
    "a text that leaves its axes": lambda s: s.text.set_position((1.2, 0.5)),
    "a line that is not clipped": lambda s: s.line.set_clip_on(False),
    "the legend": lambda s: s.axes.get_legend().set_bbox_to_anchor((1.5, 1)),
    "another axes": lambda s: s.figure.add_axes((0.8, 0.8, 0.1, 0.1)),
    "another text": lambda s: s.figure.suptitle("above"),
    "the size": lambda s: s.figure.set_size_inches(4, 2),
    "the engine": lambda s: s.figure.set_layout_engine("tight"),
    "its pads": lambda s: s.figure.get_layout_engine().set(w_pad=0.3),
    "a legend removed": lambda s: s.axes.get_legend().remove(),
    "a legend replaced": replaced,
    "the place before aspects": lambda s: s.axes.set_position((0.4, 0.4, 0.2, 0.2), "original"),
    "the place of an axes": lambda s: s.axes.set_position((0.4, 0.4, 0.2, 0.2)),
}


@pytest.mark.parametrize("engine", ["constrained", "tight"])
@pytest.mark.parametrize("name", WITHOUT_INFLUENCE)
def test_what_has_no_influence(name: str, engine: str) -> None:
    with laid(engine) as stage:
        for _ in range(2):  # a text must have lain inside before, too
            WITHOUT_INFLUENCE[name](stage)
            stage.layout.is_static([])
        before = stage.axes.get_position().bounds
        assert stage.layout.is_static([])
        stage.run()
        assert stage.axes.get_position().bounds == before  # and so it is


@pytest.mark.parametrize("name", WITH_INFLUENCE)
def test_what_has_influence(name: str) -> None:
    with laid() as stage:
        WITH_INFLUENCE[name](stage)
        assert not stage.layout.is_static([])


def test_a_text_that_lay_outside_its_axes_had_influence() -> None:
    with laid() as stage:
        stage.text.set_position((1.2, 0.5))
        stage.run()
        stage.run()
        assert not stage.layout.is_static([stage.text])
        stage.text.set_position((0.5, 0.5))
        assert not stage.layout.is_static([])


def test_what_the_update_returned_counts_as_changed() -> None:
    with laid() as stage:
        assert stage.layout.is_static([stage.line])
        assert not stage.layout.is_static([stage.axes.title])


def test_settings_have_influence() -> None:
    with laid() as stage:
        assert stage.layout.is_static([])
        with rc_context({"font.size": 20}):
            assert not stage.layout.is_static([])


def test_a_layout_that_moved_something_is_not_static() -> None:
    with laid() as stage:
        stage.axes.set_title("two\nlines")
        stage.run()
        assert not stage.layout.is_static([])
        stage.run()
        assert stage.layout.is_static([])
