"""How images are made, as far as that is private.

Looked at in matplotlib 3.9.0 and 3.11.2:

- ``matplotlib.image.AxesImage``: ``_make_image``
- ``matplotlib.image``: ``_resample``
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FunctionType
from typing import Any

from matplotlib import image as images
from matplotlib.image import AxesImage
from numpy.typing import NDArray

#: Makes an image's pixels: is given the image and what ``_make_image`` is given.
Maker = Callable[..., tuple[object, float, float, object]]


def resample(
    image: AxesImage, data: NDArray[Any], shape: tuple[int, int], transform: Any, **options: Any
) -> NDArray[Any]:
    """Resample data to the shape of a part of the canvas, as matplotlib does."""
    called: Any = images
    return called._resample(image, data, shape, transform, **options)  # type: ignore[no-any-return]


def make(image: AxesImage, *arguments: Any, **options: Any) -> tuple[Any, float, float, Any]:
    """Make an image's pixels, as matplotlib does."""
    kind: Any = AxesImage
    return kind._make_image(image, *arguments, **options)  # type: ignore[no-any-return]


def make_with(
    resampling: Callable[..., NDArray[Any]], image: AxesImage, *arguments: Any, **options: Any
) -> tuple[Any, float, float, Any]:
    """Make an image's pixels by matplotlib's own code, but for the function that resamples.

    The code runs with names of its own: nobody else's images see the other function.
    """
    kind: Any = AxesImage
    function: FunctionType = kind._make_image
    names = {**function.__globals__, "_resample": resampling}
    made = FunctionType(function.__code__, names, None, function.__defaults__, function.__closure__)
    made.__kwdefaults__ = function.__kwdefaults__
    return made(image, *arguments, **options)  # type: ignore[no-any-return]


def is_made_plainly(image: AxesImage) -> bool:
    """Tell whether an image's pixels are made by matplotlib's own code."""
    function = getattr(type(image), "_make_image", None)
    return (
        isinstance(function, FunctionType)
        and function.__module__ == images.__name__
        and "_make_image" not in vars(image)
        and "to_rgba" not in vars(image)
    )


@contextmanager
def made_by(
    maker: Maker, mapper: Callable[..., NDArray[Any]], of: Iterable[AxesImage]
) -> Iterator[None]:
    """Let other functions make the pixels of some images for a while.

    Parameters
    ----------
    maker : callable
        In the place of ``_make_image``.
    mapper : callable
        In the place of ``to_rgba``; is given the image, too.
    of : iterable of AxesImage
        The images; left alone are those that are not made by matplotlib's own code.
    """
    changed = [image for image in of if is_made_plainly(image)]
    for image in changed:
        image.__dict__["_make_image"] = partial(maker, image)
        image.__dict__["to_rgba"] = partial(mapper, image)
    try:
        yield
    finally:
        for image in changed:
            image.__dict__.pop("_make_image", None)
            image.__dict__.pop("to_rgba", None)
