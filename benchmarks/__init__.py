r"""How long movies take: framepipe beside `Animation.save`, and both beside the machine's limit.

``python -m benchmarks`` draws the same animations by several *contenders*, in turn, a fresh process
a run, and shows medians.  A time is shown only after the movie was decoded, its frames counted and,
where the contender promises the frames of `Animation.save`, compared with those.

::

    __main__ -> runner -> one (a process a run) -> contenders/NAME.run(cases.CASES[...])
                   |                            \-> ceilings.draw
                   +-> check, ceilings.encode_alone -> summary -> table, JSON
             -> scaling -> point (a process a run) -> model -> meaning, JSON
    JSON -> compare, plot

::

    python -m benchmarks                        # the double pendulum: serial, pipe, pipe_full
    python -m benchmarks --quick --case grid --contender pipe --contender seed
    python -m benchmarks --repeat 5 --json result.json
    python -m benchmarks --moving --memory      # the two special measurements
    python -m benchmarks --scaling --plot .     # how time grows; pictures
    python -m benchmarks --list                 # cases and contenders
    python -m benchmarks compare a.json b.json  # what got slower
    python -m benchmarks plot a.json            # speed-ups, where time goes, how it grows

A contender is one file in ``contenders/``, a case one function in ``cases/``.
"""
