r"""How long movies take: framepipe beside `Animation.save`, and both beside the machine's limit.

``python -m benchmarks`` draws the same animations by several *contenders*, in turn, a fresh process
a run, and shows medians.  A time is shown only after the movie was decoded, its frames counted and,
where the contender promises the frames of `Animation.save`, compared with those.

::

    __main__ -> runner -> one (a process a run) -> contenders/NAME.run(cases.CASES[...])
                   |                            \-> ceilings.draw
                   +-> check, ceilings.encode_alone -> summary -> table, JSON

A contender is one file in ``contenders/``, a case one function in ``cases/``.
"""
