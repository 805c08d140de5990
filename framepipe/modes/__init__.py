"""Ways to carry out a plan: by the pipe or in segments; and again, where one turns out wrong."""

from .attempt import Made
from .make import make_movie

__all__ = ["Made", "make_movie"]
