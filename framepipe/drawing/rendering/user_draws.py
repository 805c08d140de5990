"""Whether anything of the user's runs when a figure is drawn.

Two draws of a figure by matplotlib alone leave what one of them leaves, so of the two that
`Animation.save` makes of each frame, one will do.  Not where user code runs in a draw: a listener
to ``draw_event`` that corrects something for the next draw, an artist that ages, a formatter that
counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.colors import FuncNorm
from matplotlib.ticker import FuncFormatter

from ..mpl.artists import has_axis

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Packages whose code is no user's.
_KNOWN = ("matplotlib", "mpl_toolkits", "framepipe")

#: Scales made of functions that the user gave.
_FUNCTION_SCALES = ("function", "functionlog")


def user_listens(figure: Figure) -> bool:
    """Tell whether code that is not matplotlib's listens to the draws of a figure."""
    return any(not is_known(listener) for listener in draw_listeners(figure))


def draw_listeners(figure: Figure) -> Iterator[Callable[..., object]]:
    """Yield whoever is told of the draws of a figure."""
    for reference in figure.canvas.callbacks.callbacks.get("draw_event", {}).values():
        listener = reference()
        if listener is not None:
            yield listener


def runs_user_code(figure: Figure) -> bool:
    """Tell whether anything of the user's runs when a figure is drawn, as far as can be seen.

    Notes
    -----
    Takes some 2 us an artist.  Not looked for: transforms, unit converters and colormaps of the
    user's own, and callbacks of axes and norms, which a second draw does not call again.
    """
    if user_listens(figure) or any(map(_is_users, (figure.canvas, figure.get_layout_engine()))):
        return True
    return any(map(_runs_user_code, _artists(figure)))


def _artists(figure: Artist) -> Iterator[Artist]:
    """Yield a figure and all that is in it, but ticks."""
    waiting = [figure]
    while waiting:
        artist = waiting.pop()
        yield artist
        if not isinstance(artist, Axis):
            waiting.extend(artist.get_children())


def _runs_user_code(artist: Any) -> bool:
    """Tell whether anything of the user's runs when one artist is drawn."""
    if _is_users(artist) or "draw" in vars(artist) or artist.get_agg_filter() is not None:
        return True
    if any(map(_is_users, artist.get_path_effects() or ())):
        return True
    if isinstance(artist, Axis):
        if artist.get_scale() in _FUNCTION_SCALES:
            return True
        return any(
            _is_users(one) or isinstance(one, FuncFormatter)
            for ticker in (artist.major, artist.minor)
            for one in (ticker.locator, ticker.formatter)
        )
    if has_axis(artist):
        return not is_known(artist.get_axes_locator())
    norm = getattr(artist, "norm", None)
    return _is_users(norm) or isinstance(norm, FuncNorm)


#: Whether a class is the user's, for each that was met.
_USERS: dict[type, bool] = {type(None): False}


def _is_users(thing: object) -> bool:
    """Tell whether the class of a thing is not matplotlib's."""
    kind = type(thing)
    try:
        return _USERS[kind]
    except KeyError:
        users = _USERS[kind] = kind.__module__.partition(".")[0] not in _KNOWN
        return users


def is_known(code: object) -> bool:
    """Tell whether a function, method or callable object, if any, is matplotlib's or ours."""
    if code is None:
        return True
    code = getattr(code, "__func__", code)
    module = getattr(code, "__module__", None) or type(code).__module__
    return module.partition(".")[0] in _KNOWN
