"""The look that all figures share: one color, one line style and one marker for each estimator and objective.

Colors are those of Okabe and Ito for estimators and of Tol's muted scheme for objectives: color-blind readers can
tell them apart, and line styles and markers carry the same distinction in gray.
"""

from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ._arguments import one_of, sample_array
from .descent import Trajectory
from .nodes import Normal


class Style(NamedTuple):
    """How one kind of curve is drawn everywhere."""

    color: str
    line: Any
    marker: str
    label: str


STYLES = {
    "pathwise": Style("#0072B2", "-", "o", "pathwise"),
    "score_function": Style("#D55E00", "--", "s", "score function"),
    "score_function_mean": Style("#CC79A7", ":", "v", "score function, mean baseline"),
    "score_function_optimal": Style("#B98500", "-.", "D", "score function, optimal baseline"),
    "measure_valued": Style("#009E73", (0, (5, 1, 1, 1, 1, 1)), "^", "measure-valued"),
    "exact": Style("#000000", (0, (6, 2)), "x", "exact"),
    "data": Style("#707070", "-", "|", "data"),
    "likelihood": Style("#332288", (0, (12, 2)), "P", "likelihood (NLL)"),
    "moment_matching": Style("#882255", (0, (4, 2)), "X", "moment matching"),
    "reverse_kl": Style("#2C8577", (0, (1, 2)), "p", "reverse KL"),
    "energy_score": Style("#CC6677", (0, (7, 2, 1, 2)), "h", "energy score"),
    "entropy": Style("#999933", (0, (3, 1, 1, 1)), "*", "squared error and entropy"),
}
COLORS = {kind: style.color for kind, style in STYLES.items()}
MARKERS = {kind: style.marker for kind, style in STYLES.items()}


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


def _style(kind: str) -> Style:
    one_of("kind", kind, STYLES)
    return STYLES[kind]


def _stroke(kind: str, label: str | None) -> dict[str, Any]:
    style = _style(kind)
    return {"color": style.color, "linestyle": style.line, "label": label or style.label}


def line(ax: Axes, x: ArrayLike, y: ArrayLike, kind: str, label: str | None = None, **options: Any) -> Axes:
    """Draw a curve in the color and line style of `kind`, a key of `STYLES`.

    `x` and `y` have shape (n,); `label` is shown in the legend instead of the kind's own; `options` go to ``ax.plot``.
    """
    ax.plot(x, y, **(_stroke(kind, label) | options))
    return ax


def points(ax: Axes, x: ArrayLike, y: ArrayLike, errors: ArrayLike, kind: str, label: str | None = None) -> Axes:
    """Draw simulated values with their error bars in the color and marker of `kind`; see `line`."""
    style = _style(kind)
    name = label or f"{style.label}, simulated"
    ax.errorbar(x, y, yerr=errors, color=style.color, marker=style.marker, linestyle="none", capsize=3, label=name)
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


def trajectory(ax_mu: Axes, ax_sigma: Axes, path: Trajectory[Normal], kind: str, label: str | None = None) -> tuple[Axes, Axes]:
    """Draw mu and sigma of a descent against the step in the color and line style of `kind`; see `line`."""
    for ax, values, name in ((ax_mu, path["mu"], "mu"), (ax_sigma, path["sigma"], "sigma")):
        line(ax, np.arange(values.size), values, kind, label)
        ax.set(xlabel="step", ylabel=name)
    return ax_mu, ax_sigma
