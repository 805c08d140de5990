"""Text, legends, annotations, tables and tick labels."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.offsetbox import AnchoredText, AnnotationBbox, OffsetImage

from .case import animation

SIZE = (3, 2)


@animation(frames=8, core=True, independent=True)
def text_moves() -> Animation:
    """A text that changes words, place, size and angle."""
    fig, ax = plt.subplots(figsize=SIZE)
    label = ax.text(0.1, 0.5, "", color="C3")

    def update(i):
        label.set(text=f"frame {i}", x=0.1 + i / 12, rotation=20 * i, fontsize=8 + i)
        return (label,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def text_with_box() -> Animation:
    """The box around a text grows with it, on several lines."""
    fig, ax = plt.subplots(figsize=SIZE)
    box = {"boxstyle": "round", "fc": "wheat", "alpha": 0.6}
    label = ax.text(0.5, 0.5, "", bbox=box, ha="center", va="center", multialignment="right")

    def update(i):
        label.set_text("\n".join(["so", "it goes", "on and on"][: 1 + i % 3]) + "!" * i)
        label.get_bbox_patch().set_facecolor("wheat" if i < 5 else "pink")
        return (label,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, independent=True)
def mathtext() -> Animation:
    """Formulas, which have a parser and a cache of their own."""
    fig, ax = plt.subplots(figsize=SIZE)
    title = ax.set_title("")
    formula = ax.text(0.1, 0.4, "", fontsize=14)

    def update(i):
        title.set_text(rf"$\alpha_{{{i}}} > \sqrt{{{i + 1}}}$")
        formula.set_text(rf"$\frac{{x^{i}}}{{{i}!}} \quad \sum_{{k=0}}^{{{i}}} k$")

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def wrapped_text() -> Animation:
    """A text that wraps at the figure's edge."""
    fig, ax = plt.subplots(figsize=SIZE)
    words = ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog", "again"]
    label = ax.text(0.4, 0.3, "", wrap=True, fontsize=8)

    return FuncAnimation(fig, lambda i: label.set_text(" ".join(words[: 3 + i])), frames=6)


@animation(frames=8, core=True, follows=True, independent=True)
def legend_best() -> Animation:
    """A legend at the best place: where that is depends on the data, and is found when drawn."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 10), ylim=(0, 10))
    (line,) = ax.plot([], [], "o", label="cloud")
    ax.legend(loc="best")
    angle = np.linspace(0, 1.5, 20)

    def update(i):
        turn = angle + i * np.pi / 4
        line.set_data(5 + 4.5 * np.cos(turn), 5 + 4.5 * np.sin(turn))
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, independent=True)
def legend_fixed() -> Animation:
    """A legend that stands over a moving line, its entries' text and colour changing."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 40)
    (line,) = ax.plot(x, np.sin(x), label="sine")
    ax.plot(x, np.cos(x), "--", label="cosine")
    legend = ax.legend(loc="upper right", fontsize=7)

    def update(i):
        line.set_ydata(np.sin(x + i))
        line.set_color(f"C{i}")
        legend.get_texts()[0].set_text(f"sine {i}")
        legend.get_lines()[0].set_color(f"C{i}")
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def legend_moves() -> Animation:
    """A legend that is pushed about, framed and faded; a second one stays."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1], label="up")
    ax.add_artist(ax.legend([line], ["fixed"], loc="lower right", fontsize=7))
    legend = ax.legend(loc="upper left", fontsize=7)

    def update(i):
        legend.set_bbox_to_anchor((0, 0.2, 0.4 + i / 12, 0.8 - i / 20), transform=ax.transAxes)
        legend.get_frame().set_alpha(0.2 + i / 10)
        line.set_linewidth(1 + i / 2)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, independent=True)
def annotation_with_arrow() -> Animation:
    """The point, the text and the arrow's bend all move."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 50)
    ax.plot(x, np.sin(x))
    arrow = {"arrowstyle": "->", "connectionstyle": "arc3,rad=0.3"}
    note = ax.annotate("here", (0, 0), (3, 0.7), arrowprops=arrow)

    def update(i):
        note.xy = i / 2, np.sin(i / 2)
        note.set_position((3 + i / 5, 0.7))
        note.set_text(f"{i / 2:.1f}")
        return (note,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, in_place=True, independent=True)
def annotation_point_only() -> Animation:
    """Only `xy` of an annotation is assigned: no flag is set, nothing is returned."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 8), ylim=(-1, 1))
    note = ax.annotate("here", (0, 0), (4, 0.7), arrowprops={"width": 2})

    def update(i):
        note.xy = i, np.sin(i)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, follows=True, independent=True)
def annotation_of_an_artist() -> Animation:
    """An annotation in another artist's coordinates follows when that moves."""
    fig, ax = plt.subplots(figsize=SIZE)
    mark = ax.text(0.1, 0.1, "mark", bbox={"fc": "C1"})
    ax.annotate("note", (1, 1), (20, 20), xycoords=mark, textcoords="offset points",
                arrowprops={"arrowstyle": "-"})  # fmt: skip

    def update(i):
        mark.set_position((0.1 + i / 15, 0.1 + i / 20))
        return (mark,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def anchored_text() -> Animation:
    """Text deep inside an offset box: its flag does not reach the axes."""
    fig, ax = plt.subplots(figsize=SIZE)
    box = AnchoredText("0", loc="upper left")
    ax.add_artist(box)
    ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: box.txt.set_text(f"{10**i}"), frames=8)


@animation(frames=8, independent=True)
def image_in_a_box() -> Animation:
    """AnnotationBbox with an OffsetImage that moves, zooms and gets new data."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 8), ylim=(0, 4))
    picture = np.arange(100.0).reshape(10, 10)
    image = OffsetImage(picture, zoom=2)
    box = AnnotationBbox(image, (1, 1), xybox=(20, 20), boxcoords="offset points",
                         arrowprops={"arrowstyle": "->"})  # fmt: skip
    ax.add_artist(box)

    def update(i):
        box.xy = 1 + i / 2, 1 + i / 4
        image.set_data(np.roll(picture, 10 * i))
        image.set_zoom(1 + i / 4)
        return (box,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, independent=True)
def table() -> Animation:
    """A table whose cells change words and colours."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set_axis_off()
    cells = ax.table([["a", "b"], ["c", "d"]], loc="center", colLabels=["x", "y"])

    def update(i):
        cells[1, 0].get_text().set_text(f"{i * i}")
        cells[2, 1].set_facecolor(f"C{i}")

    return FuncAnimation(fig, update, frames=6)


@animation(frames=8, independent=True)
def title_and_labels() -> Animation:
    """Titles left and centre, axis labels and their padding change."""
    fig, ax = plt.subplots(figsize=SIZE)
    fig.subplots_adjust(0.25, 0.25, 0.95, 0.8)
    ax.plot([0, 1], [0, 1])

    def update(i):
        ax.set_title(f"frame {i}")
        ax.set_title("left", loc="left", fontsize=6 + i)
        ax.set_xlabel(f"x in {10**i} m", labelpad=i / 2)
        ax.set_ylabel("y" * (i + 1))

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, drawing_matters=True)
def reads_window_extent() -> Animation:
    """The update measures one text to place another beside it."""
    fig, ax = plt.subplots(figsize=SIZE)
    first = ax.text(0.05, 0.5, "", fontsize=12)
    second = ax.text(0.5, 0.5, "|next", fontsize=12)

    def update(i):
        first.set_text("w" * (i + 1))
        end = first.get_window_extent().transformed(ax.transAxes.inverted()).x1
        second.set_x(end)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def figure_text_and_suptitle() -> Animation:
    """Text of the figure itself, over and under the axes."""
    fig, ax = plt.subplots(figsize=SIZE)
    fig.subplots_adjust(top=0.75)
    heading = fig.suptitle("")
    note = fig.text(0.2, 0.4, "under", zorder=-1, fontsize=20, color="C1")
    ax.patch.set_alpha(0.5)
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        heading.set_text(f"heading {i}")
        if i > 2:
            note.set_x(0.2 + i / 20)
        line.set_ydata([0, i])
        return (line,)

    return FuncAnimation(fig, update, frames=6)


def _font_set_later(**options) -> Animation:
    """At frame 4 "sans-serif" becomes another font; only the line has a setter called."""
    fig, ax = plt.subplots(figsize=SIZE, **options)
    ax.set(title="title", xlabel="label")
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        if i == 4:
            plt.rcParams["font.sans-serif"] = ["DejaVu Serif"]
        line.set_ydata([0, 1 - i / 10])
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def font_set_later() -> Animation:
    """rcParams change what a font family stands for, between two frames."""
    return _font_set_later()


@animation(frames=8)
def font_set_later_in_a_layout() -> Animation:
    """The same, with a layout that makes room for the labels."""
    return _font_set_later(layout="constrained")
