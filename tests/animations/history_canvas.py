"""User code that knows its canvas: keeps it, reads its pixels, blits by hand."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .case import animation

SIZE = (3, 2)


def _axes() -> Any:
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 10), ylim=(0, 10))
    (line,) = ax.plot([0, 10], [0, 10])
    return fig, ax, line


@animation(frames=8, history="canvas")
def blitted_by_hand() -> Animation:
    """The canvas is kept from before; its draw_event must tell of that very canvas."""
    fig, _, line = _axes()
    canvas: Any = fig.canvas
    back = None

    def drawn(event):
        nonlocal back
        assert event.canvas is canvas
        back = canvas.copy_from_bbox(fig.bbox)

    canvas.mpl_connect("draw_event", drawn)
    canvas.draw()

    def update(i):
        canvas.restore_region(back)
        line.set_ydata([0, i])
        fig.draw_artist(line)
        canvas.blit(fig.bbox)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, history="canvas")
def background_kept_from_before() -> Animation:
    """The background is copied once, before the movie, and restored by `figure.canvas`."""
    fig, ax, line = _axes()
    line.set_animated(True)
    fig.canvas.draw()
    back = fig.canvas.copy_from_bbox(ax.bbox)

    def update(i):
        fig.canvas.restore_region(back)
        line.set_ydata([i, 10 - i])
        ax.draw_artist(line)
        fig.canvas.blit(ax.bbox)
        return (line,)

    return FuncAnimation(fig, update, frames=8, init_func=lambda: (line,))


@animation(frames=8, history="canvas")
def feedback_of_pixels() -> Animation:
    """A picture of the last frame is shown in this one."""
    fig, ax, line = _axes()
    fig.canvas.draw()
    canvas: Any = fig.canvas
    image = ax.imshow(np.asarray(canvas.buffer_rgba()), extent=(5, 10, 0, 5))
    ax.set(xlim=(0, 10), ylim=(0, 10), aspect="auto")

    def update(i):
        image.set_data(np.asarray(canvas.buffer_rgba()).copy())
        line.set_ydata([i, 10 - i])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, history="canvas")
def mean_color_of_the_last_frame() -> Animation:
    """`figure.canvas` is asked anew each time."""
    fig, ax, line = _axes()
    fig.canvas.draw()
    said = ax.text(1, 8, "")

    def update(i):
        pixels = np.asarray(fig.canvas.buffer_rgba())
        said.set_text(f"{pixels[..., :3].mean():.4f}")
        line.set(ydata=[i, 10 - i], linewidth=1 + i)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, history="canvas")
def renderer_of_the_canvas() -> Animation:
    """The renderer that has drawn last is used for measuring, and its size is told."""
    fig, ax, line = _axes()
    canvas: Any = fig.canvas
    canvas.draw()
    said = ax.text(1, 8, "", fontsize=8)

    def update(i):
        renderer = canvas.renderer
        box = ax.xaxis.get_tightbbox(renderer)
        said.set_text(f"{renderer.width:.0f} x {renderer.height:.0f}, {box.width:.2f}")
        line.set_ydata([i, 10 - i])
        ax.set_xlim(0, 10 + 100 * i)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, history="canvas")
def update_draws_the_canvas() -> Animation:
    """The update draws the kept canvas and looks at a pixel."""
    fig, ax, line = _axes()
    canvas: Any = fig.canvas
    said = ax.text(1, 8, "")

    def update(i):
        line.set(ydata=[5, 5], linewidth=20 - 2 * i)
        canvas.draw()
        column = np.asarray(canvas.buffer_rgba())[:, 120, 0]
        said.set_text(f"{int((column < 100).sum())}")

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, history="canvas")
def attributes_on_the_canvas() -> Animation:
    """The canvas is a place to keep things."""
    fig, ax, line = _axes()
    canvas: Any = fig.canvas
    canvas.seen = []

    def update(i):
        canvas.seen.append(i)
        fig.canvas.total = sum(fig.canvas.seen)
        line.set_ydata([0, canvas.total / 3])
        ax.set_title(f"{len(fig.canvas.seen)} {canvas is fig.canvas}")

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, history="canvas")
def canvas_with_methods_of_its_own() -> Animation:
    """A subclass, as toolkits have one: its methods are there while the movie is made."""

    class Stamping(FigureCanvasAgg):
        stamps = 0

        def stamp(self, text):
            self.stamps += 1
            return f"{text}: {self.stamps}, {self.get_width_height()}"

    fig = Figure(figsize=SIZE)
    Stamping(fig)
    ax = fig.subplots()
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        ax.set_title(fig.canvas.stamp(f"frame {i}"))
        line.set_ydata([0, i])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, history="canvas")
def events_of_the_users_own() -> Animation:
    """The canvas' callbacks carry what the user makes up; listeners come and go."""
    fig, ax, line = _axes()
    canvas: Any = fig.canvas
    heard: list[int] = []
    number = [canvas.mpl_connect("pick_event", heard.append)]

    def update(i):
        canvas.callbacks.process("pick_event", i)
        if i == 4:
            fig.canvas.mpl_disconnect(number[0])
            number[0] = fig.canvas.mpl_connect("pick_event", lambda i: heard.extend([i, i]))
        ax.set_title(f"{heard}")
        line.set_ydata([0, i])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, history="canvas")
def listener_added_by_the_update() -> Animation:
    """Whoever listens to draws comes in the middle of the movie."""
    fig, ax, line = _axes()
    drawn: list[bool] = []

    def update(i):
        if i == 3:
            fig.canvas.mpl_connect("draw_event", lambda e: drawn.append(e.canvas is fig.canvas))
        ax.set_title(f"{drawn}")
        line.set_ydata([0, i])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, history="canvas")
def saves_a_picture_of_itself() -> Animation:
    """The update saves the figure, smaller, and shows that."""
    fig, ax, line = _axes()
    image = ax.imshow(np.zeros((2, 2, 3)), extent=(5, 10, 0, 5))
    ax.set(xlim=(0, 10), ylim=(0, 10), aspect="auto")

    def update(i):
        import io

        line.set_ydata([i, 10 - i])
        file = io.BytesIO()
        fig.savefig(file, format="png", dpi=20)
        file.seek(0)
        image.set_data(plt.imread(file))

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, history="canvas")
def title_of_the_window() -> Animation:
    """The manager is there, and keeps what it is told."""
    fig, ax, line = _axes()
    manager: Any = fig.canvas.manager

    def update(i):
        manager.set_window_title(f"frame {i}")
        line.set_ydata([0, i])
        ax.set_title(f"{fig.canvas.manager is manager} {fig.number}")

    return FuncAnimation(fig, update, frames=8)
