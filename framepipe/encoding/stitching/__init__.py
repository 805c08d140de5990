"""Segments joined into one movie, which is then probed.

`containers` says which segments can be joined by copying packets (pure), `folder` is where they
lie, `stitch` joins them, `probe` reads a movie's time stamps.
"""
