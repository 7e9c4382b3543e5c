"""The look that all figures share: one color, one line style and one marker for each estimator and objective.

Colors are those of Okabe and Ito for estimators and of Tol's muted scheme for objectives: color-blind readers can
tell them apart, and line styles and markers carry the same distinction in gray.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ._arguments import one_of, sample_array
from .descent import Trajectory

COLORS: dict[str, str] = {
    "pathwise": "#0072B2",
    "score_function": "#D55E00",
    "score_function_mean": "#CC79A7",
    "score_function_optimal": "#B98500",
    "measure_valued": "#009E73",
    "exact": "#000000",
    "data": "#707070",
    "likelihood": "#332288",
    "moment_matching": "#882255",
    "reverse_kl": "#2C8577",
    "energy_score": "#CC6677",
    "entropy": "#999933",
}
LINE_STYLES: dict[str, Any] = {
    "pathwise": "-",
    "score_function": "--",
    "score_function_mean": ":",
    "score_function_optimal": "-.",
    "measure_valued": (0, (5, 1, 1, 1, 1, 1)),
    "exact": (0, (6, 2)),
    "data": "-",
    "likelihood": (0, (12, 2)),
    "moment_matching": (0, (4, 2)),
    "reverse_kl": (0, (1, 2)),
    "energy_score": (0, (7, 2, 1, 2)),
    "entropy": (0, (3, 1, 1, 1)),
}
MARKERS: dict[str, str] = {
    "pathwise": "o",
    "score_function": "s",
    "score_function_mean": "v",
    "score_function_optimal": "D",
    "measure_valued": "^",
    "exact": "x",
    "data": "|",
    "likelihood": "P",
    "moment_matching": "X",
    "reverse_kl": "p",
    "energy_score": "h",
    "entropy": "*",
}
LABELS: dict[str, str] = {
    "pathwise": "pathwise",
    "score_function": "score function",
    "score_function_mean": "score function, mean baseline",
    "score_function_optimal": "score function, optimal baseline",
    "measure_valued": "measure-valued",
    "exact": "exact",
    "data": "data",
    "likelihood": "likelihood (NLL)",
    "moment_matching": "moment matching",
    "reverse_kl": "reverse KL",
    "energy_score": "energy score",
    "entropy": "squared error and entropy",
}


def use_style() -> None:
    """Set matplotlib's defaults for every figure of the book."""
    plt.rcParams.update(
        {
            "figure.figsize": (5.6, 3.4),
            "figure.dpi": 144,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "white",  # stays readable when the page is dark
            "font.size": 11,  # readable where a phone shows the figure at half its width
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#dddddd",
            "grid.linewidth": 0.6,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "lines.markersize": 5,
        }
    )


def _stroke(kind: str, label: str | None) -> dict[str, Any]:
    one_of("kind", kind, COLORS)
    return {"color": COLORS[kind], "linestyle": LINE_STYLES[kind], "label": label or LABELS[kind]}


def line(ax: Axes, x: ArrayLike, y: ArrayLike, kind: str, label: str | None = None, **options: Any) -> Axes:
    """Draw a curve in the color and line style of `kind`, a key of `COLORS`.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    x, y : array_like, shape (n,)
        The curve.
    kind : str
        A key of `COLORS`.
    label : str, optional
        In the legend; the name of the kind if omitted.
    **options
        Passed to ``ax.plot``.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `kind` is unknown.
    """
    ax.plot(x, y, **(_stroke(kind, label) | options))
    return ax


def points(ax: Axes, x: ArrayLike, y: ArrayLike, errors: ArrayLike, kind: str, label: str | None = None) -> Axes:
    """Draw simulated values with their error bars in the color and marker of `kind`; see `line`."""
    one_of("kind", kind, COLORS)
    name = label or f"{LABELS[kind]}, simulated"
    ax.errorbar(x, y, yerr=errors, color=COLORS[kind], marker=MARKERS[kind], linestyle="none", capsize=3, label=name)
    return ax


def level(ax: Axes, value: float, label: str, kind: str = "exact") -> Axes:
    """Draw a horizontal line at `value` in the color and line style of `kind`; see `line`."""
    ax.axhline(value, linewidth=1.4, **_stroke(kind, label))
    return ax


def histogram(ax: Axes, samples: ArrayLike, kind: str, bins: Any = 60, label: str | None = None) -> Axes:
    """Draw the outline of a histogram (density) in the color and line style of `kind`; see `line`.

    `samples` has shape (n_samples,) and is finite; `bins` is what numpy.histogram takes.
    """
    density, edges = np.histogram(sample_array("samples", samples), bins=bins, density=True)
    ax.stairs(density, edges, linewidth=1.8, **_stroke(kind, label))
    return ax


def trajectory(ax_mu: Axes, ax_sigma: Axes, path: Trajectory, kind: str, label: str | None = None) -> tuple[Axes, Axes]:
    """Draw mu and sigma of a descent against the step in the color and line style of `kind`; see `line`."""
    for ax, values, name in ((ax_mu, path.mu, "mu"), (ax_sigma, path.sigma, "sigma")):
        line(ax, np.arange(values.size), values, kind, label)
        ax.set(xlabel="step", ylabel=name)
    return ax_mu, ax_sigma
