"""The only room that knows ffmpeg: its arguments, its process, its words, and its output file.

`ffmpeg` finds the program and is the door to the rest of it: `command` says what to ask of it
(pure), `sizes` which frames it takes (pure), `encoder` runs it (`process` is the program, `feed`
the pipe into it), `explain` puts its failures in plain words (pure). `output` lets a movie appear
under its name only when it is whole. Nothing here knows matplotlib, what the frames show, or who
draws them.
"""
