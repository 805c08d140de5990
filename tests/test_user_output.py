"""What the user's code prints and warns is shown once, in order, in this process."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from clips import RAW, clip, numbers_in

import framepipe
from framepipe import FrameError, Segments, encode
from framepipe.user_output import MOST_CHARACTERS

FRAMES = 12

#: Every way in which frames are drawn elsewhere, and here.
WAYS: dict[str, dict[str, Any]] = {
    "here": {"workers": 0},
    "pipe": {"workers": 2},
    "three": {"workers": 3},
    "segments": {"workers": 2, "mode": Segments(blocks=5)},
    "segments here": {"workers": 0, "mode": Segments(blocks=3)},
    "spawn": {"workers": 2, "start_method": "spawn"},
}


@pytest.mark.parametrize("way", WAYS)
def test_prints_of_all_frames_come_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    def tell(i: int) -> None:
        print("frame", i)
        print(f"error {i}", file=sys.stderr)

    encode(clip(FRAMES, tell), tmp_path / "m.rgba", **WAYS[way], **RAW)
    out, err = capsys.readouterr()
    assert out == "".join(f"frame {i}\n" for i in range(FRAMES))
    assert err == "".join(f"error {i}\n" for i in range(FRAMES))


def test_prints_come_home_from_an_executor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProcessPoolExecutor(2) as executor:
        encode(
            clip(FRAMES, lambda i: print("frame", i)), tmp_path / "m.rgba", **RAW,
            mode=Segments(blocks=4, executor=executor),
        )  # fmt: skip
    assert capsys.readouterr().out == "".join(f"frame {i}\n" for i in range(FRAMES))


def test_what_is_put_in_the_place_of_standard_output_gets_it(tmp_path: Path) -> None:
    """As in a notebook; and between two frames the callback has its turn."""
    out, err = io.StringIO(), io.StringIO()

    def tell(i: int) -> None:
        sys.stdout.write(f"<{i}>")
        sys.stderr.buffer.write(b"!")

    with redirect_stdout(out), redirect_stderr(err):
        encode(
            clip(4, tell), tmp_path / "m.rgba", workers=2, **RAW,
            progress_callback=lambda i, n: out.write(f"({i})"),
        )  # fmt: skip
    assert out.getvalue() == "<0>(0)<1>(1)<2>(2)<3>(3)"
    assert err.getvalue() == "!!!!"


def test_the_initial_draw_belongs_to_the_first_frame(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an init_func it runs the first update, which so is told of twice, as in a save."""
    animation = clip(5, lambda i: print(i), init_func=None)
    encode(animation, tmp_path / "m.rgba", workers=2, **RAW)
    assert capsys.readouterr().out.split() == ["0", "0", "1", "2", "3", "4"]


class Odd(UserWarning):
    """The user's own."""


def test_warnings_go_through_the_filters_of_this_process(tmp_path: Path) -> None:
    def warn(i: int) -> None:
        warnings.warn(f"same {i // 100}", Odd, stacklevel=1)
        warnings.warn(f"number {i}", UserWarning, stacklevel=1)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        warnings.filterwarnings("ignore", "number [^3]")
        encode(clip(FRAMES, warn), tmp_path / "m.rgba", workers=2, **RAW)
    said = [
        (one.category, str(one.message), one.filename)
        for one in caught
        # Another test's animation may be collected just now, and says that nobody has drawn it.
        if "Animation was deleted" not in str(one.message)
    ]
    assert said == [(Odd, "same 0", __file__), (UserWarning, "number 3", __file__)]


def test_pytest_sees_each_warning_of_each_frame_once(tmp_path: Path) -> None:
    with pytest.warns(Odd) as caught:
        encode(
            clip(FRAMES, lambda i: warnings.warn(Odd(i), stacklevel=1)), tmp_path / "m.rgba",
            workers=3, **RAW,
        )  # fmt: skip
    # Another test's animation may be collected just now, and says that nobody has drawn it.
    odd = [one.message for one in caught if one.category is Odd]
    assert [message.args for message in odd] == [(i,) for i in range(FRAMES)]  # type: ignore[union-attr]


def test_a_warning_that_is_an_error_is_one(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Odd)
        with pytest.raises(FrameError) as caught:
            encode(
                clip(FRAMES, lambda i: i == 7 and warnings.warn("seven", Odd, stacklevel=1)),
                tmp_path / "m.rgba", workers=2, **RAW,
            )  # fmt: skip
    assert caught.value.frame == 7
    assert isinstance(caught.value.__cause__, Odd)


@pytest.mark.parametrize("way", WAYS)
def test_what_was_printed_before_an_error_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    def fail(i: int) -> None:
        print("frame", i)
        if i == 7:
            raise ZeroDivisionError

    with pytest.raises(FrameError):
        encode(clip(FRAMES, fail), tmp_path / "m.rgba", **WAYS[way], **RAW)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "frame 7"
    assert lines == sorted(set(lines)), "in order, and none of them twice"


@pytest.mark.slow
def test_a_movie_begun_again_says_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Because what changed in place was missed, late."""
    from animations import CORPUS
    from reference import run_framepipe

    again = 0
    for case in (case for case in CORPUS.values() if case.in_place):
        build = case.make

        def telling(build: Callable[[], Any] = build) -> Any:
            animation = build()
            update = animation._func

            def tell(i: Any, *given: Any) -> Any:
                print("frame", i)
                return update(i, *given)

            animation._func = tell
            return animation

        told = replace(case, make=telling)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            run_framepipe(told, tmp_path, workers=2)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == len(set(lines)) + lines.count("frame 0") - 1
        assert len(set(lines)) == case.frames
        again += any(one.category is framepipe.RetainedWarning for one in caught)
        if again:
            break
    assert again


def test_too_much_is_cut_and_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def shout(i: int) -> None:
        for _ in range(30 if i == 3 else 1):
            print(f"{i}" * (MOST_CHARACTERS // 20))

    encode(clip(6, shout), tmp_path / "m.rgba", workers=2, **RAW)
    out, err = capsys.readouterr()
    assert err == (
        "[framepipe: frame 3 has more to say than is carried home: the rest is left out]\n"
    )
    assert out.count("3") == MOST_CHARACTERS - (MOST_CHARACTERS // (MOST_CHARACTERS // 20 + 1))
    assert out.count("4") == out.count("5") == MOST_CHARACTERS // 20


def test_log_lines_come_home_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("users")
    handler = logging.StreamHandler(sys.stderr)
    log.addHandler(handler)
    log.propagate = False
    try:
        encode(
            clip(FRAMES, lambda i: log.error("frame %d", i)), tmp_path / "m.rgba", workers=2, **RAW
        )
    finally:
        log.removeHandler(handler)
        log.propagate = True
    assert capsys.readouterr().err == "".join(f"frame {i}\n" for i in range(FRAMES))


def test_frames_that_are_independent_tell_of_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    movie = encode(
        clip(FRAMES, lambda i: print("frame", i)), tmp_path / "m.rgba", workers=2,
        independent=True, **RAW,
    )  # fmt: skip
    assert numbers_in(movie) == list(range(FRAMES))
    assert capsys.readouterr().out == "".join(f"frame {i}\n" for i in range(FRAMES))
