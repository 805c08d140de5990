"""matplotlib's movie writers, from within."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from clips import FFMPEG, nothing_starts
from matplotlib.animation import FFMpegFileWriter, FFMpegWriter, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framepipe.drawing.mpl.writers import (
    SizingWriter,
    process_of,
    registered_writers,
    supports_transparency,
    temporary_folder_of,
)


def make_figure() -> Figure:
    figure = Figure(figsize=(1.007, 2), dpi=50)
    FigureCanvasAgg(figure)
    return figure


def test_they_are_registered_whether_their_programs_are_there_or_not() -> None:
    assert registered_writers()["ffmpeg"] is FFMpegWriter
    assert registered_writers()["pillow"] is PillowWriter
    assert "imagemagick" in registered_writers()


def test_a_size_is_settled_and_nothing_started(tmp_path: Path) -> None:
    with nothing_starts():
        writer = SizingWriter(codec="h264")
        writer.setup(make_figure(), tmp_path / "m.mp4", 100)
    assert writer.frame_size == (100, 200)
    assert writer.size == (1.0, 2.0)


def test_what_a_running_one_holds(tmp_path: Path) -> None:
    with mpl.rc_context({"animation.ffmpeg_path": FFMPEG}):
        piped, filed = FFMpegWriter(), FFMpegFileWriter()
        assert process_of(piped) is None
        assert temporary_folder_of(piped) is None
        figure = make_figure()
        with piped.saving(figure, tmp_path / "m.mp4", 50):
            process = process_of(piped)
            assert process is not None
            assert process.poll() is None
            piped.grab_frame()
        filed.setup(figure, tmp_path / "n.mp4", 50)
        folder = temporary_folder_of(filed)
        assert folder is not None
        assert Path(folder.name).is_dir()
        folder.cleanup()


def test_transparency_is_a_matter_of_the_format() -> None:
    opaque, clear = FFMpegWriter(codec="h264"), FFMpegWriter(codec="h264")
    opaque.outfile, clear.outfile = "m.mp4", "m.webm"
    assert not supports_transparency(opaque)
    new = tuple(map(int, mpl.__version__.split(".")[:2])) >= (3, 10)
    assert supports_transparency(clear) is new
