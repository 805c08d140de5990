"""Where segments stop scaling, on paper: ``python -m benchmarks --machines``.

What a block costs is measured here: starting a worker, replaying and drawing a frame, beginning
and ending a block, joining.  Then the blocks that framepipe itself would plan are handed to 1 to
1,000 imagined machines, each with one worker, by the rule that the engine follows: the next block
to whoever is free first.  Segments come home over one wire, one after the other.
"""

from __future__ import annotations

import heapq
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..cases import CASES

CASE = "pendulum"
TOTAL = 100_000
MACHINES = (1, 2, 4, 8, 16, 32, 64, 125, 250, 500, 1000)
#: Bytes a second that come home over one wire: 1 Gbit/s, less what the network itself needs.
WIRE = 110e6
#: Frames of the two movies from whose difference the costs are taken.
SMALL, LARGE = 100, 500


@dataclass(frozen=True)
class BlockCosts:
    """What things cost, in seconds unless it is said.

    Parameters
    ----------
    start : float
        Until a worker that had nothing can draw.
    update : float
        A frame that is replayed and not drawn.
    frame : float
        A frame of a block, drawn and encoded.
    block : float
        A block, besides its frames: an encoder begun and ended, the last look.
    size : float
        Bytes of a frame in a segment.
    join, join_block, join_frame : float
        Joining: once, for each block, for each frame.
    task : float
        The main process's own work for each block.
    """

    start: float
    update: float
    frame: float
    block: float
    size: float
    join: float
    join_block: float
    join_frame: float
    task: float


def measure() -> BlockCosts:
    """Measure the costs on this machine, one block at a time."""
    from concurrent.futures import ProcessPoolExecutor

    import framepipe
    from framepipe.drawing.factory import open_animation
    from framepipe.drawing.settings import frame_settings
    from framepipe.encoding.command import Encoding
    from framepipe.encoding.stitching.stitch import SegmentList, join_by_copying

    from ..measuring.ffmpeg import ffmpeg_path

    case = CASES[CASE]

    def seconds(frames: int, blocks: int, executor: Any = None) -> float:
        mode = framepipe.Segments(blocks=blocks, executor=executor)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "m.mp4")
            options: dict[str, Any] = {} if executor is not None else {"workers": 1}
            begin = time.perf_counter()
            framepipe.encode(case.build(frames), path, mode=mode, **case.save, **options)
            return time.perf_counter() - begin

    def best(frames: int, blocks: int) -> float:
        return min(seconds(frames, blocks) for _ in range(3))

    one, many, large = best(SMALL, 1), best(SMALL, 11), best(LARGE, 1)
    frame = (large - one) / (LARGE - SMALL)
    with ProcessPoolExecutor(1) as pool:
        pool.submit(int).result()
        started = min(seconds(SMALL, 1, pool) for _ in range(2)) - one

    with open_animation(case.build(LARGE)) as opened:
        settings = frame_settings(
            opened.figure, dpi=None, codec="h264", suffix=".mp4", even=True, savefig_kwargs=None
        )
        painter = opened.painter_factory(settings, redraw="auto")()
        painter.open()
        slot = memoryview(bytearray(painter.settings.nbytes))
        painter.paint(0, slot)
        cost = painter.paint(LARGE - 1, slot)
        painter.close()
        update = cost.update / (LARGE - 1) if cost is not None else 0.0

    with tempfile.TemporaryDirectory() as folder:
        made = framepipe.encode(
            case.build(LARGE),
            Path(folder, "m.mp4"),
            mode=framepipe.Segments(blocks=10, keep=True),
            **case.save,
        )
        names = [path.name for path in made.segments]
        size = sum(path.stat().st_size for path in made.segments) / LARGE
        whole = framepipe.encode(case.build(LARGE), Path(folder, "whole.mp4"), **case.save)

        def join(segments: list[str], frames: int) -> float:
            recorded = SegmentList(folder, segments, [frames] * len(segments))
            encoding = Encoding(case.save["fps"], "h264", 0, (), {})
            begin = time.perf_counter()
            join_by_copying(ffmpeg_path(), recorded, encoding, ".mp4", f"{folder}/out.mp4")
            return time.perf_counter() - begin

        few = join([whole.path.name] * 2, LARGE)
        frames = join([whole.path.name] * 20, LARGE)
        blocks = join(names * 20, LARGE // 10)
    # 20 and 200 segments of 10,000 frames; 2 segments of 1,000.
    join_block = (blocks - frames) / 180
    join_frame = max(0.0, (frames - few - 18 * join_block) / 9000)
    return BlockCosts(
        start=started,
        update=update,
        frame=frame,
        block=(many - one) / 10,
        size=size,
        join=max(0.0, few - 2 * join_block - 1000 * join_frame),
        join_block=join_block,
        join_frame=join_frame,
        task=0.001,
    )


def simulate(costs: BlockCosts, total: int, machines: int) -> dict[str, float]:
    """Work out how long a movie takes, and what for.

    Parameters
    ----------
    costs : BlockCosts
        What things cost.
    total : int
        Number of frames.
    machines : int
        Workers, one block each at a time.

    Returns
    -------
    dict
        Seconds until the movie is whole (``wall``), until the last block is recorded
        (``recorded``), of joining (``join``); and what all workers together spent on starting,
        replaying, beginning and ending blocks (``edges``), drawing and waiting.
    """
    from framepipe.engines.scheduling.blocks import cut_into_blocks

    blocks = list(cut_into_blocks(None, total, machines))
    free = [(costs.start, 0, number) for number in range(machines)]
    spent = {"start": costs.start * machines, "replay": 0.0, "edges": 0.0, "drawing": 0.0}
    ready = 0.0  # when the main process can hand out the next block
    ends = []
    for block in blocks:
        begin, position, number = heapq.heappop(free)
        ready += costs.task
        begin = max(begin, ready)
        replay = (block.start - position) * costs.update
        drawing = (block.stop - block.start) * costs.frame
        end = begin + replay + costs.block + drawing
        spent["replay"] += replay
        spent["edges"] += costs.block
        spent["drawing"] += drawing
        ends.append((end, (block.stop - block.start) * costs.size / WIRE))
        heapq.heappush(free, (end, block.stop, number))
    home = 0.0
    for end, transfer in sorted(ends):
        home = max(home, end) + transfer
    recorded = max(end for end, _ in ends)
    join = costs.join + len(blocks) * costs.join_block + total * costs.join_frame
    waiting = recorded * machines - sum(spent.values())
    return {
        "machines": machines,
        "blocks": len(blocks),
        "wall": home + join,
        "recorded": recorded,
        "transfer": home - recorded,
        "join": join,
        **spent,
        "waiting": waiting,
    }


def run() -> dict[str, Any]:
    """Measure and simulate."""
    costs = measure()
    return {
        "case": CASE,
        "frames": TOTAL,
        "wire": WIRE,
        "costs": asdict(costs),
        "simulated": [simulate(costs, TOTAL, machines) for machines in MACHINES],
    }
