"""Which memory is flat."""

from __future__ import annotations

from benchmarks.growth.memory_growth import ALLOWED, ALLOWED_FFMPEG, growth


def test_memory_that_grows_is_not_flat() -> None:
    def flat(name: str, *looks: tuple[int, int]) -> bool:
        samples = [{"processes": {name: {"rss": rss, "fds": fds}}} for rss, fds in looks]
        return bool(growth(samples)[name]["flat"])

    assert flat("main", (100, 5), (90, 5), (100 + ALLOWED - 1, 5))
    assert not flat("main", (100, 5), (100 + ALLOWED, 5), (100, 5))
    assert not flat("main", (100, 5), (100, 6))
    # What ffmpeg's queues hold comes and goes; a trend is another matter.
    assert flat("ffmpeg 1", (100, 5), (100 + ALLOWED, 5), (100, 5))
    assert not flat("ffmpeg 1", *((100 + ALLOWED_FFMPEG * k // 4, 5) for k in range(5)))
    assert not flat("ffmpeg 1", (100, 5), (100, 6))
