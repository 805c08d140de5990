"""Images mapped before they are enlarged: the pixels that matplotlib gives, whatever the image.

``FRAMEPIPE_EXAMPLES=20000`` runs so many examples, other ones each time; without it a hundred and
fifty are run, always the same.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib import colors
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.transforms import Affine2D

from framepipe.drawing.rendering import image as making
from framepipe.drawing.rendering.image import ImageMaker

EXAMPLES = int(os.environ.get("FRAMEPIPE_EXAMPLES", "0"))
STAGES = ["data", "rgba"] if mpl.__version_info__ < (3, 10) else ["data", "rgba", "auto"]


def norm(rng: Any) -> colors.Normalize | None:
    norms: list[colors.Normalize | None] = [
        None,
        colors.Normalize(-1, 2),
        colors.Normalize(-1, 1, clip=True),
        colors.Normalize(0.5, 0.5),
        colors.NoNorm(0, 255),
        colors.LogNorm(0.1, 3),
        colors.TwoSlopeNorm(0.2, -1, 2),
        colors.CenteredNorm(0.1, 2),
        colors.BoundaryNorm([-1, 0, 0.5, 1.5], 256, extend="both"),
        colors.PowerNorm(0.5, 0, 2),
        colors.SymLogNorm(0.1, vmin=-2, vmax=2),
    ]
    chosen: int = rng.integers(11)
    return norms[chosen]


def data(rng: Any) -> Any:
    """Numbers of all kinds, some masked or not a number; RGB and RGBA, opaque or not."""
    rows, columns = rng.integers(1, 30, 2)
    channels = rng.choice([1, 3, 4], p=[0.7, 0.1, 0.2])
    if channels == 1:
        values = rng.normal(size=(rows, columns))
        kind = rng.choice(["f8", "f4", "i4", "u1", "i8", "?", "u2", "f2"])
        made = (values * (30 if kind[0] in "iu" else 1)).astype(kind)
        if rng.random() < 0.2:
            made = np.ma.masked_where(rng.random(made.shape) < 0.3, made)
        elif kind[0] == "f" and rng.random() < 0.2:
            made[rng.random(made.shape) < 0.2] = rng.choice([np.nan, np.inf])
        return made
    pixels = rng.random((rows, columns, channels))
    if channels == 4 and rng.random() < 0.7:
        pixels[..., 3] = 1
        if rng.random() < 0.4:
            pixels[rng.random((rows, columns)) < 0.3] = 0
    return (255 * pixels).astype(np.uint8) if rng.random() < 0.5 else pixels


def shuffled(rng: Any, values: Any) -> Any:
    flat = np.ma.getdata(values).reshape(-1, *values.shape[2:])
    made = rng.permutation(flat).reshape(values.shape)
    if np.ma.isMaskedArray(values) and rng.random() < 0.7:
        made = np.ma.masked_where(rng.random(made.shape) < 0.3, made)
    return made


def show(rng: Any, ax: Any, values: Any) -> AxesImage:
    """Show data in one of the many ways there are."""
    options: dict[str, Any] = {
        "interpolation": rng.choice(
            ["nearest", "none", "antialiased", "bilinear", "hanning"], p=[0.4, 0.1, 0.3, 0.1, 0.1]
        ),
        "interpolation_stage": rng.choice(STAGES),
        "origin": rng.choice(["upper", "lower"]),
        "aspect": rng.choice(["auto", "equal"]),
        "cmap": rng.choice(["viridis", "Set1", "gray"]),
    }
    if values.ndim == 2:
        options["norm"] = norm(rng)
    if rng.random() < 0.3:
        options["alpha"] = rng.choice([0, 0.3, 1.0, 0.999])
    elif rng.random() < 0.2:
        options["alpha"] = rng.random(values.shape[:2])
    if rng.random() < 0.4:
        options["extent"] = tuple(rng.uniform(0, 10, 4))
    for name, value in (("clip_on", False), ("resample", True), ("filternorm", False)):
        if rng.random() < 0.2:
            options[name] = value
    image: AxesImage = ax.imshow(values, **options)
    if rng.random() < 0.3:
        image.cmap = image.cmap.with_extremes(bad="r", under=(0, 1, 0, 0.5), over="k")
    if rng.random() < 0.5:
        ax.set_xlim(*(np.array(ax.get_xlim()) + rng.normal(0, 1, 2)))
    if rng.random() < 0.2:
        ax.invert_yaxis()
    if rng.random() < 0.1:
        image.set_transform(Affine2D().rotate_deg(20) + ax.transData)
    if rng.random() < 0.05:
        ax.set_yscale("log")
    ax.apply_aspect()
    return image


def drawn(image: Any) -> Any:
    """The pixels that drawing an image gives, and what it leaves; or how it fails."""
    width, height = map(int, image.figure.bbox.size)
    new: Any = RendererAgg
    renderer = new(width, height, image.figure.dpi)
    image.stale = True
    try:
        image.draw(renderer)
        pixels = np.array(renderer.buffer_rgba()).tobytes()
    except Exception as error:
        pixels = repr(type(error)).encode()
    left = image.norm.vmin, image.norm.vmax, image.stale, image._imcache is None
    return pixels, left, set(vars(image))


@given(st.integers(0, 2**32 - 1))
@settings(
    max_examples=EXAMPLES or 150,
    deadline=None,
    derandomize=not EXAMPLES,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_any_image(seed: int) -> None:
    """Frame after frame: the third one and those that follow are made from the data."""
    rng = np.random.default_rng(seed)
    figure = Figure(figsize=(rng.uniform(1.4, 2), rng.uniform(1.4, 2)), dpi=rng.choice([72, 100]))
    FigureCanvasAgg(figure)
    maker = ImageMaker()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of norms that divide by zero, of colours cut off
        values = data(rng)
        try:
            image: Any = show(rng, figure.add_subplot(), values)
        except (TypeError, ValueError):
            return  # matplotlib shows no such thing
        for frame in range(4):
            if frame:
                image.set_data(shuffled(rng, values))
            if frame == 3 and rng.random() < 0.2 and values.ndim == 2 and values.dtype.kind == "f":
                image.get_array()[0, 0] = np.nan  # in place, where nobody looks
            limits = image.norm.vmin, image.norm.vmax
            truth = drawn(image)
            image.norm.vmin, image.norm.vmax = limits
            with maker.making([image]), pytest.MonkeyPatch.context() as patch:
                patch.setattr(making, "BLOCK_VALUES", int(rng.choice([2**15, 16, 1])))
                ours = drawn(image)
            ours[2].difference_update({"_make_image", "to_rgba"})
            assert ours == truth


class Counting(colors.ListedColormap):
    """A colour map that knows how many values it was asked for."""


def sizes(monkeypatch: pytest.MonkeyPatch, **options: Any) -> list[int]:
    """How many values the norm is asked for in each of four frames."""
    seen: list[int] = []
    plain = colors.Normalize.__call__

    def counted(self: Any, value: Any, clip: Any = None) -> Any:
        seen.append(np.size(value))
        return plain(self, value, clip)

    monkeypatch.setattr(colors.Normalize, "__call__", counted)
    figure = Figure(figsize=(2, 2), dpi=72)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    image = ax.imshow(np.arange(600.0).reshape(20, 30), aspect="auto", **options)
    maker = ImageMaker()
    for _ in range(4):
        with maker.making([image]):
            drawn(image)
    return seen


def test_the_norm_sees_the_data_once_they_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, *rest = sizes(monkeypatch, interpolation="nearest", interpolation_stage="data")
    assert first == second > 10_000
    assert all(size < 1200 for size in rest)  # 600 data, and what the edges show


@pytest.mark.parametrize(
    "options",
    [
        {"interpolation": "bilinear"},
        {"cmap": Counting(["r", "g", "b"])},
        {"norm": type("Mine", (colors.Normalize,), {})(0, 600)},
    ],
    ids=lambda options: next(iter(options)),
)
def test_what_is_not_plain_is_left_to_matplotlib(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    seen = sizes(monkeypatch, interpolation_stage="data", **{"interpolation": "nearest", **options})
    assert min(seen) > 10_000


@pytest.mark.parametrize(("opacity", "few"), [(1.0, True), (0.9, False)])
def test_opaque_colours_are_rounded_by_us_once_that_is_known(
    monkeypatch: pytest.MonkeyPatch, opacity: float, few: bool
) -> None:
    seen: list[int] = []
    plain = AxesImage.to_rgba

    def counted(self: Any, values: Any, *arguments: Any, **options: Any) -> Any:
        seen.append(np.size(values))
        return plain(self, values, *arguments, **options)

    monkeypatch.setattr(AxesImage, "to_rgba", counted, raising=False)
    figure = Figure(figsize=(2, 2), dpi=72)
    FigureCanvasAgg(figure)
    pixels = np.full((20, 30, 4), opacity)
    image = figure.add_subplot().imshow(pixels, aspect="auto", interpolation="bilinear")
    maker = ImageMaker()
    for _ in range(4):
        with maker.making([image]):
            drawn(image)
    first, second, *rest = seen
    assert first == second > 20_000
    if mpl.__version_info__ < (3, 11):
        return  # which resamples colours and alpha one after the other
    assert all((size == 4) == few for size in rest)


def test_other_images_do_not_see_the_other_resampling() -> None:
    """Only those that were named, and only meanwhile."""
    figure = Figure(figsize=(2, 2), dpi=72)
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    one, other = ax.imshow([[1.0, 2.0]]), ax.imshow([[1.0, 2.0]])
    with ImageMaker().making([one]):
        assert {"_make_image", "to_rgba"} <= vars(one).keys()
        assert not {"_make_image", "to_rgba"} & vars(other).keys()
    assert not {"_make_image", "to_rgba"} & vars(one).keys()


def test_large_arrays_are_mapped_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    plain = colors.Normalize.__call__

    def counted(self: Any, value: Any, clip: Any = None) -> Any:
        seen.append(np.size(value))
        return plain(self, value, clip)

    monkeypatch.setattr(colors.Normalize, "__call__", counted)
    figure = Figure(figsize=(2, 2), dpi=72)
    FigureCanvasAgg(figure)
    image = figure.add_subplot().imshow(
        np.arange(120_000.0).reshape(300, 400), interpolation_stage="rgba"
    )
    truth = drawn(image)
    with ImageMaker().making([image]):
        assert drawn(image)[:2] == truth[:2]
    assert seen[0] == 120_000 > 3 * max(seen[1:])
