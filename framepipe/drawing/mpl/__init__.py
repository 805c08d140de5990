"""The wall around matplotlib's private names.

Everything of matplotlib's that begins with an underscore is used here, under a name that says what
it means, or overridden in `framepipe.drawing.rendering`; nowhere else.  Each module lists its
private names by class, and ``tests/drawing/mpl/test_wall.py`` holds the lists against the code and
against the matplotlib that is installed: a release that renames one fails there first.
"""
