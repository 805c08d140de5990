"""Processes, memory and order: who draws which frame where, and which bytes go out next.

Nothing here knows matplotlib or ffmpeg.  An engine is given something that can *paint* (draw
frame i into this memory, see `framepipe.engines.protocols.Painter`) and something that can *take
bytes in order* (see `framepipe.engines.protocols.Sink`).
"""
