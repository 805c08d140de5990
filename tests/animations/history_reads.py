"""The update reads what the last draw left behind.

`Animation.save` draws between any two updates, so all of this has a meaning there; a process that
leaves draws out finds what an older draw left, or nothing.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.colors import Normalize
from matplotlib.offsetbox import AnchoredText
from mpl_toolkits.axes_grid1.inset_locator import inset_axes
from mpl_toolkits.mplot3d import proj3d

from .case import animation

SIZE = (3, 2)


def _plain(**limits: Any) -> Any:
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(**{"xlim": (0, 10), "ylim": (0, 10), **limits})
    return fig, ax


@animation(frames=10, history="reads")
def label_beside_a_3d_point() -> Animation:
    """A flat label is placed by the axes' last projection, `M`."""
    fig = plt.figure(figsize=SIZE)
    ax: Any = fig.add_subplot(projection="3d")
    t = np.linspace(0, 6, 10)
    (dot,) = ax.plot([0], [1], [0], "o")
    ax.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(0, 6))
    tag = ax.annotate("", (0, 0))
    tag.set_transform(ax.transData)
    fig.canvas.draw()  # there is no projection before

    def update(i):
        x, y, z = np.cos(t[i]), np.sin(t[i]), t[i]
        dot.set_data_3d([x], [y], [z])
        ax.view_init(25, 15 * i)
        u, v, _ = proj3d.proj_transform(x, y, z, ax.M)
        tag.set_position((u, v))
        tag.set_text(f"{i}")

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def cells_as_large_as_the_axes_allow() -> Animation:
    """Sizes follow the extent of axes whose aspect a draw applies."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set_aspect("equal")
    cells = ax.scatter(*np.meshgrid(range(3), range(3)), marker="s", s=10)

    def update(i):
        right = 3 + i % 7
        ax.set(xlim=(-0.5, right + 0.5), ylim=(-0.5, 2.5))
        width = ax.get_window_extent().width / (right + 1)
        cells.set_sizes([(width * 72 / fig.dpi) ** 2])

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def line_under_a_text_box() -> Animation:
    """A text's box is fitted to it by a draw; a line takes its width."""
    fig, ax = _plain()
    text = ax.text(1, 5, "", bbox={"fc": "y"}, fontsize=8)
    (line,) = ax.plot([0, 0], [1, 1], lw=3)

    def update(i):
        box = text.get_bbox_patch()
        line.set_xdata([0, box.get_width() / 20])
        text.set_text("word " * (1 + i * 3 % 11))

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def offset_text_in_the_title() -> Animation:
    """The power of ten at the axis is found out by a draw."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1, 2], [0, 1, 2])

    def update(i):
        ax.set_title("was " + ax.yaxis.get_offset_text().get_text())
        line.set_ydata(np.arange(3) * 10.0 ** (4 + i))
        ax.relim()
        ax.autoscale_view()

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def tick_label_in_a_text() -> Animation:
    """A tick has the label that the last draw gave it."""
    fig, ax = _plain()
    said = ax.text(1, 5, "")

    def update(i):
        ticks = ax.xaxis.get_major_ticks()
        said.set_text(" ".join(tick.label1.get_text() for tick in ticks[:4]))
        ax.set_xlim(i * 3, i * 4 + 5)

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def rings_around_projected_points() -> Animation:
    """A scatter in space has flat offsets, which a draw projects."""
    fig = plt.figure(figsize=SIZE)
    ax: Any = fig.add_subplot(projection="3d")
    ax.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1))
    angle = np.arange(5)
    points = ax.scatter(np.cos(angle), np.sin(angle), angle / 5)
    said = fig.text(0, 0, "", fontsize=7)

    def update(i):
        said.set_text(np.array2string(points.get_offsets()[:2], precision=3))
        ax.view_init(20 + i, 20 * i)

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def line_in_a_mapped_color() -> Animation:
    """Colours are mapped by a draw."""
    fig, ax = _plain()
    points = ax.scatter(range(5), range(5), c=np.arange(5.0), vmin=0, vmax=9)
    (line,) = ax.plot([0, 9], [9, 0], lw=4)
    fig.canvas.draw()  # there is but one colour before

    def update(i):
        line.set_color(points.get_facecolor()[2])
        points.set_array((np.arange(5) * 3.0 + i * 2) % 10)

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def limits_of_a_new_norm() -> Animation:
    """A norm without limits takes them from the data in its first draw."""
    fig, ax = _plain()
    points = ax.scatter(range(5), range(5), c=np.arange(5.0))
    said = ax.text(1, 8, "")

    def update(i):
        said.set_text(f"{points.norm.vmin} to {points.norm.vmax}")
        points.set_array(np.arange(5.0) + i)
        if i % 3 == 0:
            points.set_norm(Normalize())

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def note_beside_the_legend() -> Animation:
    """The best place for a legend, and its frame's size, are found by a draw."""
    fig, ax = _plain()
    (line,) = ax.plot(range(10), range(10), label="line")
    legend = ax.legend(loc="best")
    note = fig.text(0, 0, "<", transform=None)

    def update(i):
        frame = legend.get_frame()
        note.set_position((frame.get_x() + frame.get_width(), frame.get_y()))
        line.set_ydata(np.arange(10) if i % 4 < 2 else 9 - np.arange(10))
        legend.get_texts()[0].set_text("line" * (1 + i % 3))

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def mark_at_the_corner_of_the_axes() -> Animation:
    """`transAxes` goes to where a draw has put axes of fixed aspect."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set_aspect("equal", adjustable="box")
    ax.plot([0, 1], [0, 1])
    mark = fig.text(0, 0, "+", transform=None)

    def update(i):
        mark.set_position(ax.transAxes.transform((1, 1)))
        ax.set(xlim=(0, 1 + i % 4), ylim=(0, 1 + i % 3))

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def mark_at_an_inset() -> Animation:
    """A draw puts the inset where its locator says."""
    fig, ax = _plain()
    ax.set_aspect("equal")
    inset = inset_axes(ax, width="30%", height="40%", loc="upper right")
    mark = fig.text(0, 0, "+", transform=None, color="r")

    def update(i):
        mark.set_position(inset.bbox.p0)
        ax.set_xlim(0, 10 + 2 * i)

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def note_above_the_title() -> Animation:
    """A draw lifts the title above tick labels at the top."""
    fig, ax = _plain(title="title")
    fig.subplots_adjust(top=0.6)
    ax.xaxis.tick_top()
    note = ax.text(0, 1, "note", transform=ax.transAxes)

    def update(i):
        note.set_y(ax.title.get_position()[1])
        ax.tick_params(axis="x", labelsize=5 + 2 * (i % 5))

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def note_beside_the_axis_label() -> Animation:
    """A draw moves the label as far out as the tick labels reach."""
    fig, ax = _plain(ylabel="label")
    fig.subplots_adjust(left=0.4)
    note = fig.text(0, 0.1, "|", transform=None)

    def update(i):
        note.set_position((ax.yaxis.label.get_position()[0], 10))
        ax.set_ylim(0, 10 ** (i % 6))

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def position_by_constrained_layout() -> Animation:
    """The layout engine runs in a draw; the update reads where it has put the axes."""
    fig, ax = plt.subplots(figsize=SIZE, layout="constrained")
    said = fig.text(0, 0, "", fontsize=7)
    said.set_in_layout(False)

    def update(i):
        said.set_text(f"{ax.get_position().bounds}")
        ax.set_ylabel("\n".join("label" for _ in range(i % 4)))

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def scale_of_a_quiver() -> Animation:
    """A quiver without a scale gets one in a draw."""
    fig, ax = _plain()
    quiver = ax.quiver([1, 5, 9], [1, 5, 9], [1, 1, 1], [0, 1, 2])
    said = ax.text(1, 8, "")

    def update(i):
        said.set_text(f"{quiver.scale:.6}" if quiver.scale else "none")
        quiver.scale = None
        quiver.set_UVC([1 + i, 1, 1], [0, 1 + i, 2])

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def anchored_text_and_its_patch() -> Animation:
    """The box around an anchored text is made to fit by a draw."""
    fig, ax = _plain()
    box = ax.add_artist(AnchoredText("", loc="upper left"))
    (line,) = ax.plot([0, 0], [1, 1], lw=3)

    def update(i):
        line.set_xdata([0, box.patch.get_bbox().width / 10])
        box.txt.set_text("word" * (1 + i * 3 % 5))

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def font_that_a_table_has_chosen() -> Animation:
    """A table makes its font smaller in a draw until its text fits, and never larger again."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set_axis_off()
    table: Any = ax.table([["a", "b"], ["c", "d"]], loc="center")
    table.auto_set_font_size(True)
    said = ax.text(0, 0, "")

    def update(i):
        said.set_text(f"{table[0, 0].get_fontsize():.3f}")
        table[0, 0].get_text().set_text("wide " * (1 + i % 4 * 3))

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def flat_data_of_a_3d_line() -> Animation:
    """A draw gives a line in space its data on the screen."""
    fig = plt.figure(figsize=SIZE)
    ax: Any = fig.add_subplot(projection="3d")
    t = np.linspace(0, 6, 20)
    (line,) = ax.plot(np.cos(t), np.sin(t), t)
    said = fig.text(0, 0, "", fontsize=7)

    def update(i):
        said.set_text(f"{np.asarray(line.get_xdata(orig=False))[-1]:.6f}")
        ax.view_init(20, 10 * i)

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def nearest_face_of_a_surface() -> Animation:
    """Faces in space are sorted by depth in a draw; the nearest one's colour goes into a line."""
    fig = plt.figure(figsize=SIZE)
    ax: Any = fig.add_subplot(projection="3d")
    turn, height = np.meshgrid(np.linspace(0, 2 * np.pi, 19), [-1.0, 1.0])
    colors = plt.get_cmap("viridis")(turn[:, :-1] / 7)  # each of the 18 faces has its own
    surface = ax.plot_surface(np.cos(turn), np.sin(turn), height, facecolors=colors, shade=False)
    bar = fig.add_artist(plt.Rectangle((0, 0), 1, 0.1))

    def update(i):
        bar.set_facecolor(surface.get_facecolor()[-1])
        ax.view_init(30, 40 * i)

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="reads")
def arrow_of_an_annotation() -> Animation:
    """An arrow has its ends, in pixels, from a draw."""
    fig, ax = _plain()
    note = ax.annotate(
        "note", (1, 1), (5, 8), arrowprops={"arrowstyle": "->", "shrinkB": 0}, fontsize=8
    )
    (line,) = ax.plot([0, 0], [0, 0], "r", transform=None)

    def update(i):
        line.set_data(*note.arrow_patch.get_path().vertices[[0, -1]].T * fig.dpi / 72)
        note.set_position((5, 8 - i / 2))
        note.xy = (i, 1)

    return FuncAnimation(fig, update, frames=10)


@animation(frames=12, history="reads")
def relaxes_towards_what_was_drawn() -> Animation:
    """Each draw's result feeds the next update, which goes half of the way there."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set_aspect("equal")
    (line,) = ax.plot([0, 1], [0, 1])
    at = [1.0]

    def update(i):
        at[0] += (ax.bbox.width / 50 - at[0]) / 2
        ax.set(xlim=(0, at[0]), ylim=(0, 1 + i / 10))
        line.set_linewidth(at[0])

    return FuncAnimation(fig, update, frames=12)
