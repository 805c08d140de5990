"""What is drawn: each case builds, has so many frames, and changes from frame to frame."""

from __future__ import annotations

import io
import sys
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.animation import AbstractMovieWriter, Animation
from matplotlib.figure import Figure

from benchmarks.cases import CASES, find


class Frames(AbstractMovieWriter):
    """Keeps what is saved, as arrays of height, width, 4."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Any] = []

    def setup(self, fig: Figure, outfile: Any, dpi: float | None = None) -> None:
        super().setup(fig, outfile, dpi)

    def grab_frame(self, **_: Any) -> None:
        raw = io.BytesIO()
        self.fig.savefig(raw, format="rgba")
        width, height = self.frame_size
        self.seen.append(np.frombuffer(raw.getbuffer(), np.uint8).reshape(height, width, 4))

    def finish(self) -> None:
        pass


@pytest.mark.thinned(7)
@pytest.mark.parametrize("name", CASES)
def test_a_case_moves_in_every_frame_and_is_of_even_size(name: str) -> None:
    case = CASES[name]
    if case.available() is not None:
        assert case.needs  # what is missing is said, and how to install it
        assert "pip install 'framepipe[bench-packages]'" in str(case.available())
        return
    animation = case.build(2)
    try:
        assert isinstance(animation, Animation)
        frames = Frames()
        animation.save("nowhere", writer=frames)
        one, two = frames.seen
    finally:
        plt.close("all")
    height, width = one.shape[:2]
    assert (height % 2, width % 2) == (0, 0)
    assert (one != two).any()
    size = f"{width}x{height}"
    assert size in case.about or "x" not in case.about, f"{name} is of {size}"


def test_any_case_can_have_another_number_of_frames() -> None:
    case = find("grid@12")
    assert (case.name, case.frames, case.tour) == ("grid@12", 12, 12)
    assert case.build is CASES["grid"].build
    assert find("grid") is CASES["grid"]


@pytest.mark.parametrize("name", ["none", "grid@", "grid@0", "grid@-3", "grid@x", "@12"])
def test_what_is_no_case_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"no case is called|a number of frames"):
        find(name)


def test_a_case_whose_package_is_missing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "seaborn", None)
    assert CASES["seaborn"].available() == ("no seaborn: pip install 'framepipe[bench-packages]'")
