"""All that knows ffmpeg: its arguments, its process, its errors, and its output file.

`find` finds the program, `command` builds its arguments (pure), `sizes` knows which frames it takes
(pure), `encoder` runs it (`process` is the program, `pipe_writer` the pipe into it), `factory`
makes encoders where segments are recorded, `diagnosis` says why it failed (pure). `output` lets a
movie appear under its name only when it is whole; `stitching` joins segments. Nothing here knows
matplotlib, what the frames show, or who draws them.
"""
