r"""How long movies take: framepipe beside `Animation.save`, and both beside the machine's limit.

``python -m benchmarks`` draws the same animations by several *contenders*, in turn, a fresh process
a run, and shows medians.  A time is shown only after the movie was decoded, its frames counted and,
where the contender promises the frames of `Animation.save`, compared with those.

============  ==================================================================================
cases/        what is drawn, one function a case; any case with other frames: ``grid@12``
contenders/   who makes the movie, one file each
ceilings/     what nobody can be faster than: encoding alone, drawing alone, moving frames alone
growth/       how time and memory grow: a sweep, a cost model, many cores and machines
quality/      size and error of formats that lose something: GIFs
measuring/    what is measured around a run, in which process, and whether the movie is right
runner/       cases and contenders brought together
report/       medians, tables, pictures, comparisons
results/      runs that are kept
============  ==================================================================================

::

    __main__ -> runner.in_turn -> runner.single_run (a process a run) -> contenders.NAME.run(case)
                    |                                                \-> ceilings.drawing_alone
                    +-> measuring.decoded_movie -> report.medians -> report.text_tables, JSON
             -> growth.sweep -> growth.sweep_point (a process a run) -> report.sweep_text, JSON
    JSON -> report.compare_results, report.pictures, report.cores_table

::

    python -m benchmarks                        # a tour of all cases: serial, pipe
    python -m benchmarks --quick --case grid --contender pipe --contender seed
    python -m benchmarks --case pendulum@12 --case cla@20   # short movies
    python -m benchmarks --repeat 5 --json result.json
    python -m benchmarks --moving --memory      # the two special measurements
    python -m benchmarks --scaling --plot .     # how time grows; pictures
    python -m benchmarks --gifs                 # size and error of GIFs, by maker
    python -m benchmarks --list                 # cases and contenders
    python -m benchmarks compare a.json b.json  # what got slower
    python -m benchmarks plot a.json            # speed-ups, where time goes, how it grows
    python -m benchmarks cores a.json           # 1 to 64 cores, simulated

A contender is one file in ``contenders/``, a case one function in ``cases/``.
"""
