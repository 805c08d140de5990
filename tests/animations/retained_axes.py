"""Made to break retained drawing: axes, axis, ticks and limits that change now and then."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.ticker import AutoMinorLocator, MaxNLocator, PercentFormatter

from .case import animation

SIZE = (3, 2)


@animation(frames=8, independent=True)
def twin_one_moving() -> Animation:
    """Twin axes; only the lower one's line moves, under the upper one's filled still line."""
    fig, ax = plt.subplots(figsize=SIZE)
    fig.subplots_adjust(right=0.8)
    x = np.linspace(0, 6, 40)
    (line,) = ax.plot(x, np.sin(x), lw=4)
    ax.twinx().fill_between(x, 10 * np.cos(x), alpha=0.5, color="C1")

    def update(i):
        line.set_ydata(np.sin(x + i / 3))
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def twin_limits_move() -> Animation:
    """Only the upper twin's y limits move; at frame 4 the shared x limits too."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 1], [0, 1], lw=4)
    upper = ax.twinx()
    upper.plot([0, 1], [5, 3], "r")

    def update(i):
        upper.set_ylim(0, 5 + i)
        if i == 4:
            upper.set_xlim(-1, 2)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def shared_limits() -> Animation:
    """sharex: the second axes' limits are set, the first, untouched, must move as well."""
    fig, (top, bottom) = plt.subplots(2, 1, figsize=SIZE, sharex=True)
    top.plot([0, 5, 10], [0, 1, 0])
    (line,) = bottom.plot([0, 10], [0, 1])

    def update(i):
        bottom.set_xlim(i, 8 + i)
        line.set_ydata([0, 1 - i / 10])
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def shared_autoscale() -> Animation:
    """sharex and sharey with lazy autoscale: data added to one axes settles the limits of all."""
    fig, axs = plt.subplots(1, 2, figsize=SIZE, sharex=True, sharey=True)
    axs[0].plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: axs[1].plot([i], [i**2], "o"), frames=8)


@animation(frames=8, independent=True)
def inset_under_a_line() -> Animation:
    """The host's line moves above and beside a still inset with lines of connection."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 40)
    (line,) = ax.plot(x, np.sin(x), lw=3)
    inset = ax.inset_axes([0.5, 0.5, 0.45, 0.45], xlim=(1, 2), ylim=(0, 1))
    inset.plot(x, np.sin(x))
    ax.indicate_inset_zoom(inset)

    return FuncAnimation(fig, lambda i: line.set_ydata(np.sin(x + i / 4)), frames=8)


@animation(frames=8, independent=True, follows=True)
def inset_zoom_moves() -> Animation:
    """The inset's limits change; a fresh indicator is drawn, the old one removed."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 6], [0, 6])
    inset = ax.inset_axes([0.55, 0.1, 0.4, 0.4])
    inset.plot([0, 6], [0, 6], "o-")
    shown = []

    def update(i):
        inset.set(xlim=(i / 2, 2 + i / 2), ylim=(i / 2, 2 + i / 2))
        for artist in shown:
            artist.remove()
        made = ax.indicate_inset_zoom(inset)
        shown[:] = [made[0], *made[1]] if isinstance(made, tuple) else [made]

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def axes_added_and_removed() -> Animation:
    """A second axes appears at frame 2, under the first at 4, and is gone at 6."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])
    extra = []

    def update(i):
        line.set_ydata([i / 8, 1])
        if i == 2:
            extra.append(fig.add_axes((0.5, 0.3, 0.4, 0.4)))
        elif i == 4:
            extra[0].set_zorder(-1)
            ax.patch.set_alpha(0.6)
        elif i == 6:
            extra.pop().remove()

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def axes_moved() -> Animation:
    """The axes' position changes now and then, its contents do not."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 1], [0, 1], "o-")

    def update(i):
        if i % 2:
            ax.set_position([0.15, 0.15, 0.3 + i / 16, 0.5 + i / 20])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def axis_off_midway() -> Animation:
    """set_axis_off at frame 3, on again at 6; a line moves all the while."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        line.set_ydata([i / 8, 1])
        if i == 3:
            ax.set_axis_off()
        elif i == 6:
            ax.set_axis_on()
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def ticks_set_midway() -> Animation:
    """Ticks given by hand, locators replaced, labels replaced."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 10], [0, 1])

    def update(i):
        line.set_ydata([i / 8, 1])
        if i == 2:
            ax.set_xticks([0, 5, 10], ["a", "b", "c"])
        elif i == 4:
            ax.xaxis.set_major_locator(MaxNLocator(8))
            ax.xaxis.set_major_formatter("{x:.0f} m")
        elif i == 5:
            ax.yaxis.set_major_formatter(PercentFormatter(1))
        elif i == 6:
            ax.set_yticks([])
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def grid_toggled() -> Animation:
    """The grid comes, changes its look, and goes."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 1], [0, 1], lw=6)

    def update(i):
        if i == 5:
            ax.grid(False)
        elif i % 2:
            ax.grid(True, axis="xy"[i // 4], color=f"C{i}", ls="--")

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def tick_params_change() -> Animation:
    """Direction, length, colour and sides of ticks."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 1], [0, 1])

    def update(i):
        if i < 4:
            ax.tick_params(direction=["in", "out", "inout"][i % 3], length=4 + 2 * i)
        else:
            ax.tick_params(axis="x", colors=f"C{i}", top=True, labeltop=i > 5)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def minor_ticks() -> Animation:
    """Minor ticks are switched on, counted otherwise, labelled, switched off."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        line.set_ydata([0, 1 - i / 10])
        if i == 1:
            ax.minorticks_on()
        elif i == 3:
            ax.xaxis.set_minor_locator(AutoMinorLocator(2))
            ax.grid(True, which="minor")
        elif i == 5:
            ax.xaxis.set_minor_formatter("{x:.2f}")
        elif i == 7:
            ax.minorticks_off()

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def axis_on_the_other_side() -> Animation:
    """Ticks and labels go to the top and the right; the title gives way."""
    fig, ax = plt.subplots(figsize=SIZE)
    fig.subplots_adjust(0.15, 0.15, 0.8, 0.7)
    ax.set_title("title")
    ax.set_xlabel("x")
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        line.set_ydata([0, 1 - i / 10])
        if i == 2:
            ax.xaxis.tick_top()
        elif i == 4:
            ax.xaxis.set_label_position("top")
        elif i == 6:
            ax.yaxis.tick_right()

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def label_set_once() -> Animation:
    """The axis label is set at frame 4 only; a line moves in every frame."""
    fig, ax = plt.subplots(figsize=SIZE)
    fig.subplots_adjust(bottom=0.25)
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        line.set_ydata([i / 8, 1])
        if i == 4:
            ax.xaxis.set_label_text("distance")
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def title_set_midway() -> Animation:
    """The title changes at times, beside an image that changes always."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    fig.subplots_adjust(top=0.8)
    image = left.imshow(np.eye(4))
    right.plot([0, 1])
    right.set_title("0")

    def update(i):
        image.set_data(np.roll(np.eye(4), i, 0))
        if i % 3 == 0:
            right.set_title(f"title {i}")
            fig.suptitle(f"{i // 3}", x=0.5 + i / 20)
        return (image,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def scale_changed_midway() -> Animation:
    """Linear, then logarithmic, then inverted."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([1, 10, 100], [1, 100, 10], "o-")

    def update(i):
        if i == 2:
            ax.set_yscale("log")
        elif i == 4:
            ax.set_xscale("log")
        elif i == 6:
            ax.invert_yaxis()

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def limits_widened_once() -> Animation:
    """The limits jump at frame 5: a background kept from before has the old ticks."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 10), ylim=(0, 10))
    (line,) = ax.plot([], [], "o-")

    def update(i):
        line.set_data(range(i + 1), range(i + 1))
        if i >= 5:
            ax.set_xlim(0, 20)
        return (line,)

    return FuncAnimation(fig, update, frames=8, blit=True)


@animation(frames=8)
def equal_aspect_data() -> Animation:
    """Equal aspect by datalim and data that widen under autoscale, in every frame."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set_aspect("equal", adjustable="datalim")
    (line,) = ax.plot([0, 1], [0, 1], "o-")

    def update(i):
        line.set_data([0, 1 + i], [0, 1 + (i % 3) * 4])
        ax.relim()
        ax.autoscale_view()

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def aspect_changed_midway() -> Animation:
    """Aspect, box aspect and anchor change at times."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 2], [0, 1], "o-")

    def update(i):
        if i == 2:
            ax.set_aspect(1)
        elif i == 4:
            ax.set_anchor("W")
        elif i == 6:
            ax.set_aspect("auto")
            ax.set_box_aspect(1)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def still_polar_beside_a_line() -> Animation:
    """A polar axes and a subfigure stand still, with text on top, beside a moving line."""
    fig = plt.figure(figsize=SIZE)
    left, right = fig.subfigures(1, 2)
    right.add_subplot(projection="polar").plot([0, 3], [0, 1])
    ax = left.subplots()
    fig.text(0.4, 0.5, "over all", fontsize=14)
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([i / 8, 1]), frames=8)


@animation(frames=10)
def limits_set_to_what_they_are() -> Animation:
    """`set_xlim`, `relim` and labels in each update, mostly to no effect; some frames change one.

    An axis' flag is raised each time, and nothing but its flag tells of it.
    """
    fig, (ax, scaled) = plt.subplots(1, 2, figsize=SIZE)
    x = np.linspace(0.1, 6, 40)
    (line,) = ax.plot(x, np.sin(x))
    ax.plot([0, 6], [-2, 2])
    (curve,) = scaled.loglog(x, x)

    def update(i):
        line.set_ydata(np.sin(x + i / 3))
        curve.set_ydata(x ** (1 + i / 20))
        ax.relim()
        ax.autoscale_view()
        ax.set_xlabel("time" if i < 7 else "later")
        scaled.set(xlim=(0.1, 6), ylim=(0.01, 100 if i != 5 else 50))
        if i == 3:
            ax.yaxis.get_major_locator().set_params(steps=[1, 5, 10])
        if i == 4:
            ax.locator_params(axis="x", nbins=3)
        if i == 6:
            scaled.yaxis.get_major_locator().set_params(subs=[1, 3])
        if i == 8:
            ax.xaxis.majorTicks[0].label1.get_fontproperties().set_size(18)

    return FuncAnimation(fig, update, frames=10)


@animation(frames=8)
def categories_between_those_there() -> Animation:
    """A category is numbered within limits that stand: of its axis the flag alone tells."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(-0.5, 7.5), ylim=(0, 9))

    def update(i):
        return ax.bar([f"day {i}"], [i + 1], color="C0")

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def contours_anew() -> Animation:
    """Filled contours removed and made again, under a colour bar that is told of them."""
    fig, (ax, beside) = plt.subplots(1, 2, figsize=SIZE, width_ratios=(5, 1))
    y, x = np.mgrid[0:3:12j, 0:4:14j]
    made = [ax.contourf(x, y, np.sin(x) * np.cos(y), 5)]
    fig.colorbar(made[0], cax=beside)

    def update(i):
        made.pop().remove()
        made.append(ax.contourf(x, y, np.sin(x + i / 3) * np.cos(y), 5))
        if i == 5:
            ax.set_ylim(0, 2)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=12)
def titles_above_offset_text() -> Animation:
    """A title on the left, other words in each frame, stands clear of the y axis' offset text.

    That is there in some frames only; the other axes are cleared every third frame.
    """
    fig, axs = plt.subplots(1, 2, figsize=SIZE)
    for ax in axs:
        ax.plot([0, 1], [0, 1])

    def update(i):
        if i % 3 == 0:
            axs[1].cla()
            axs[1].plot([0, 1], [0, 1e7 if i in (3, 6) else 1])
            axs[1].set_ylim(0, 1e7 if i in (3, 6) else 1)
        if i in (2, 6, 8):
            axs[0].set_ylim(0, 1e8 if i == 2 else 1 if i == 6 else 3e-9)
        for ax in axs:
            ax.set_title("title" if i % 4 else "Another", loc="left", fontsize=8)

    return FuncAnimation(fig, update, frames=12)


@animation(frames=10)
def scales_dates_and_names_anew() -> Animation:
    """Axes cleared in each frame: logarithmic ones, dates, categories; now and then others.

    Axis are known again by their values, those of these kinds, too.
    """
    fig, ((log, days), (names, both)) = plt.subplots(2, 2, figsize=SIZE)
    x = np.linspace(0.1, 6, 40)
    first = np.datetime64("2024-01-01")

    def update(i):
        for ax in fig.axes:
            ax.cla()
        height = np.exp(np.sin(x + i / 3)) * (1e-3 if i == 5 else 1)
        log.semilogy(x, height, base=2 if i == 7 else 10)
        log.set_ylim(-1 if i > 7 else 0.1, 10)
        days.plot(first + np.arange(40), np.sin(x + i / 3))
        days.set_xlim(first, first + 40 + (i == 4))
        order = ["a", "b", "c"] if i % 4 else ["b", "a", "d"]
        names.bar(order, 1 + np.sin(np.arange(3) + i))
        names.set_ylim(0, 2)
        both.set(xscale="symlog", yscale="logit", xlim=(-9, 9), ylim=(0.01, 0.98))
        both.plot(x, 0.5 + 0.4 * np.sin(x + i / 3))

    return FuncAnimation(fig, update, frames=10)


@animation(frames=9)
def the_figure_cleared() -> Animation:
    """`Figure.clear` and axes made anew in each frame, one or two of them, at the same places."""
    fig = plt.figure(figsize=SIZE)
    x = np.linspace(0, 6, 40)

    def update(i):
        fig.clear()
        ax = fig.add_subplot(121)
        ax.plot(x, np.sin(x + i / 3))
        ax.set_ylim(-1, 1 if i < 6 else 1e6)
        ax.set_title(f"frame {i}", loc="left", fontsize=8)
        if i % 3:
            other = fig.add_subplot(122)
            other.plot(x, np.cos(x + i / 3))
            other.set(ylim=(-1, 1), xlabel="time" if i % 2 else "")

    return FuncAnimation(fig, update, frames=9)


@animation(frames=8)
def titles_of_twins_at_other_places() -> Animation:
    """Twins, one with an aspect: both take its place; titles that count, above an offset text."""
    fig, ax = plt.subplots(figsize=SIZE)
    twin = ax.twinx()
    ax.plot([0, 1], [0, 1])
    (line,) = twin.plot([0, 1], [0, 1e7], "C1")
    ax.set(xlim=(0, 1), ylim=(0, 3e7), aspect=3e-8)
    twin.set_ylim(0, 1e7)

    def update(i):
        line.set_ydata([0, 1e6 * i])
        ax.set_title(f"title {i}", loc="left", fontsize=8)
        twin.set_title(f"{i} of 8", loc="right", fontsize=8)
        if i == 5:
            ax.set_aspect(5e-8)

    return FuncAnimation(fig, update, frames=8)
