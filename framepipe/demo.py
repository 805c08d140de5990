"""The classic example: a double pendulum, integrated with numpy alone."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation
from numpy.typing import NDArray

G = 9.81  #: acceleration due to gravity, m/s²
L1, L2 = 1.0, 1.0  #: lengths of the rods, m
M1, M2 = 1.0, 1.0  #: masses of the bobs, kg


def derivatives(state: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the time derivative of a double pendulum's state.

    Parameters
    ----------
    state : ndarray, shape (4,), float64
        Angle (rad, from hanging) and angular velocity (rad/s) of the first and second rod.

    Returns
    -------
    ndarray, shape (4,), float64
        Their derivatives.

    Notes
    -----
    The equations of motion of two point masses on rigid massless rods, solved for the angular
    accelerations: Landau and Lifshitz, Mechanics, section 5, problem 1.
    """
    th1, w1, th2, w2 = state
    delta = th2 - th1
    sin, cos = np.sin(delta), np.cos(delta)
    den = (M1 + M2) * L1 - M2 * L1 * cos**2
    a1 = (
        M2 * L1 * w1**2 * sin * cos
        + M2 * G * np.sin(th2) * cos
        + M2 * L2 * w2**2 * sin
        - (M1 + M2) * G * np.sin(th1)
    ) / den
    a2 = (
        -M2 * L2 * w2**2 * sin * cos
        + (M1 + M2) * (G * np.sin(th1) * cos - L1 * w1**2 * sin - G * np.sin(th2))
    ) / (den * L2 / L1)
    return np.array([w1, a1, w2, a2])


def trajectory(frames: int, dt: float = 1 / 30, steps: int = 8) -> NDArray[np.float64]:
    """Integrate the pendulum by the classical fourth-order Runge-Kutta method.

    Parameters
    ----------
    frames : int
        Number of states.
    dt : float, default: 1/30
        Seconds between two of them.
    steps : int, default: 8
        Integration steps between two of them.

    Returns
    -------
    ndarray, shape (frames, 4), float64
        The states; see `derivatives`.
    """
    state = np.radians([120.0, 0.0, -10.0, 0.0])
    states = np.empty((frames, 4))
    h = dt / steps
    for frame in range(frames):
        states[frame] = state
        for _ in range(steps):
            k1 = derivatives(state)
            k2 = derivatives(state + h / 2 * k1)
            k3 = derivatives(state + h / 2 * k2)
            k4 = derivatives(state + h * k3)
            state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return states


def double_pendulum(frames: int = 300) -> FuncAnimation:
    """Make the animation of a double pendulum: 640x480 pixels, 30 frames a second.

    Parameters
    ----------
    frames : int, default: 300
        Number of frames.

    Returns
    -------
    FuncAnimation
        Rods, a trace of the last second, and the time.
    """
    th1, _, th2, _ = trajectory(frames).T
    x1, y1 = L1 * np.sin(th1), -L1 * np.cos(th1)
    x2, y2 = x1 + L2 * np.sin(th2), y1 - L2 * np.cos(th2)

    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    reach = L1 + L2
    ax.set(xlim=(-reach, reach), ylim=(-reach, 1.0), xlabel="x (m)", ylabel="y (m)")
    ax.set_title("Double pendulum")
    ax.set_aspect("equal")
    ax.grid()
    (trace,) = ax.plot([], [], ".-", lw=1, ms=2)
    (rods,) = ax.plot([], [], "o-", lw=2)
    clock = ax.text(0.05, 0.9, "", transform=ax.transAxes)

    def update(i: int) -> tuple[Any, ...]:
        begin = max(0, i - 30)
        trace.set_data(x2[begin:i], y2[begin:i])
        rods.set_data([0, x1[i], x2[i]], [0, y1[i], y2[i]])
        clock.set_text(f"time = {i / 30:.1f} s")
        return trace, rods, clock

    return FuncAnimation(fig, update, frames=frames, interval=1000 / 30, blit=True)
