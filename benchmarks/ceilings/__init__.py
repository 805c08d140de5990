"""What nobody can be faster than: the encoding alone, the drawing alone, frames moved by nobody.

The limit of a movie is ``max(encode alone, (drawing CPU + encode CPU) / cores)``: the encoder is
one process and has to take every frame, and all work has to be done by the cores there are.
"""
