"""The look that all figures share: a color, line style and marker for each estimator and objective.

Every color has a contrast of at least 3 to a white and to a dark page. Color-blind readers can tell
the colors apart, and line styles and markers carry the same distinction in gray.
"""

import io
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ._arguments import draws, one_of, sample_array
from .descent import Trajectory
from .nodes import Normal


class Style(NamedTuple):
    """How one kind of curve is drawn everywhere."""

    color: str
    line: Any
    marker: str
    label: str


GRAY = "#797979"  # of text and axes: as far from white as from a dark page
STYLES = {
    "pathwise": Style("#0072b2", "-", "o", "pathwise"),
    "score_function": Style("#d55e00", "--", "s", "score function"),
    "score_function_mean": Style("#ab279f", ":", "v", "score function, mean baseline"),
    "score_function_optimal": Style("#7b5e1c", "-.", "D", "score function, optimal baseline"),
    "measure_valued": Style("#456c3e", (0, (5, 1, 1, 1, 1, 1)), "^", "measure-valued"),
    "exact": Style(GRAY, (0, (6, 2)), "x", "exact"),
    "data": Style("#a88d73", "-", "|", "data"),
    "likelihood": Style("#9857e8", (0, (12, 2)), "P", "likelihood (NLL)"),
    "moment_matching": Style("#b54564", (0, (4, 2)), "X", "moment matching"),
    "reverse_kl": Style("#24a3a3", (0, (1, 2)), "p", "reverse KL"),
    "energy_score": Style("#e61049", (0, (7, 2, 1, 2)), "h", "energy score"),
    "entropy": Style("#cd7f44", (0, (3, 1, 1, 1)), "*", "squared error and entropy"),
}
COLORS = {kind: style.color for kind, style in STYLES.items()}
MARKERS = {kind: style.marker for kind, style in STYLES.items()}

# In an SVG: factors, which keep their decimals; names that are hashes; numbers.
LONG = re.compile(
    r"(?:scale|matrix)\([^)]*\)|(?P<name>\b[a-zA-Z][0-9a-f]{10}\b)|(?P<number>-?\d+\.\d{3,})"
)


def use_style() -> None:
    """Set matplotlib's defaults for every figure of the book, which a notebook shows as SVG."""
    plt.rcParams.update(
        {
            "figure.figsize": (5, 3.2),  # a phone shows it at 7 tenths, with letters of 10 pixels
            "figure.dpi": 144,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "font.size": 11,
            "mathtext.fontset": "cm",  # the letters of the page's formulas
            "text.color": GRAY,
            "axes.labelcolor": GRAY,
            "axes.edgecolor": GRAY,
            "xtick.color": GRAY,
            "ytick.color": GRAY,
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": GRAY,
            "grid.alpha": 0.3,
            "grid.linewidth": 0.6,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "lines.markersize": 5,
            "svg.fonttype": "path",  # the same letters in the same places on every machine
            "svg.hashsalt": "rpt_helpers",
        }
    )
    if plt.get_backend().endswith("inline"):
        _show_svg()


def _show_svg() -> None:
    # Here, because they come with a notebook and not with this library.
    from IPython import get_ipython
    from IPython.core.pylabtools import select_figure_formats
    from matplotlib_inline.backend_inline import configure_inline_support

    shell = get_ipython()
    # First, because it would choose PNG again after the first cell.
    configure_inline_support(shell, "inline")  # type: ignore[no-untyped-call]
    select_figure_formats(shell, "svg")  # type: ignore[no-untyped-call]
    shell.display_formatter.formatters["image/svg+xml"].for_type(Figure, svg)


def svg(figure: Figure) -> str:
    """Return a figure as SVG that is the same, byte by byte, in every run and on every machine.

    What differs is left out: date and version, decimals that nobody sees, and names made from them.
    """
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing)
    text = buffer.getvalue().replace(" \n", " ")  # one line for each path, not for each point
    names: dict[str, str] = {}

    def shorter(match: re.Match[str]) -> str:
        if match["name"]:
            return names.setdefault(match[0], f"{match[0][0]}{len(names)}")
        return f"{round(float(match[0]), 2) + 0.0:g}" if match["number"] else match[0]

    return LONG.sub(shorter, text[text.index("<svg") :])


def _style(kind: str) -> Style:
    one_of("kind", kind, STYLES)
    return STYLES[kind]


def _stroke(kind: str, label: str | None) -> dict[str, Any]:
    style = _style(kind)
    return {"color": style.color, "linestyle": style.line, "label": label or style.label}


def line(
    ax: Axes, x: ArrayLike, y: ArrayLike, kind: str, label: str | None = None, **options: Any
) -> Axes:
    """Draw a curve in the color and line style of `kind`, a key of `STYLES`.

    `x` and `y` have shape (n,); `label` is shown in the legend instead of the kind's own; `options`
    go to ``ax.plot``: thousands of marks are lighter with ``rasterized=True``.
    """
    ax.plot(x, y, **(_stroke(kind, label) | options))
    return ax


def points(
    ax: Axes, x: ArrayLike, y: ArrayLike, errors: ArrayLike, kind: str, label: str | None = None
) -> Axes:
    """Draw simulated values with their error bars in the color and marker of `kind`; see `line`."""
    style = _style(kind)
    name = label or f"{style.label}, simulated"
    ax.errorbar(
        x,
        y,
        yerr=errors,
        color=style.color,
        marker=style.marker,
        linestyle="none",
        capsize=3,
        label=name,
    )
    return ax


def level(ax: Axes, value: float, label: str, kind: str = "exact") -> Axes:
    """Draw a horizontal line at `value` in the color and line style of `kind`; see `line`."""
    ax.axhline(value, linewidth=1.4, **_stroke(kind, label))
    return ax


def label(ax: Axes, x: float, y: float, text: str, kind: str, **options: Any) -> Axes:
    """Write `text` beside the point (x, y) in the color of `kind`: a curve needs no legend then.

    It stands to the right of the point; `options` go to ``ax.annotate``, and ``ha="right",
    xytext=(-5, 0)`` puts it to the left.
    """
    beside = {"xytext": (5, 0), "textcoords": "offset points", "va": "center"}
    ax.annotate(text, (x, y), color=_style(kind).color, **(beside | options))
    return ax


def histogram(
    ax: Axes, samples: ArrayLike, kind: str, bins: Any = 60, label: str | None = None
) -> Axes:
    """Draw the outline of a histogram (density) in the color and line style of `kind`; see `line`.

    `samples` has shape (n_samples,) and is finite; `bins` is what numpy.histogram takes.
    """
    density, edges = np.histogram(sample_array("samples", samples), bins=bins, density=True)
    ax.stairs(density, edges, linewidth=1.8, **_stroke(kind, label))
    return ax


def density(ax: Axes, node: Normal, kind: str, label: str | None = None, **options: Any) -> Axes:
    """Draw the density of a Normal, four sigma to each side, in the look of `kind`; see `line`."""
    y = node.mu + node.sigma * np.linspace(-4, 4, 200)
    return line(ax, y, np.exp(node.log_prob(y)), kind, label, **options)


def rug(ax: Axes, x: ArrayLike, kind: str = "data") -> Axes:
    """Draw a mark for each of the data at the bottom of the panel; see `line`."""
    bottom, color = ax.get_xaxis_transform(), _style(kind).color
    ax.plot(x, np.zeros(np.shape(x)), "|", color=color, markersize=12, transform=bottom)
    return ax


def trajectory(
    ax_mu: Axes, ax_sigma: Axes, path: Trajectory[Normal], kind: str, label: str | None = None
) -> tuple[Axes, Axes]:
    """Draw mu and sigma of a descent against the step in the look of `kind`; see `line`."""
    for ax, values, name in ((ax_mu, path["mu"], r"$\mu$"), (ax_sigma, path["sigma"], r"$\sigma$")):
        line(ax, np.arange(values.size), values, kind, label)
        ax.set(xlabel="step", ylabel=name)
    return ax_mu, ax_sigma


def half_plane(
    ax: Axes,
    objective: Callable[[Normal], float],
    mu: ArrayLike,
    sigma: ArrayLike,
    kind: str = "exact",
    contours: int = 12,
) -> Axes:
    """Draw contours of an objective over the Normals (mu, sigma), and the edge, sigma = 0.

    `objective` is called with a Normal for each mu, shape (n,), and sigma, shape (m,), all > 0.
    Between two contours lies the same share of the picture.
    """
    mu, sigma = sample_array("mu", mu), sample_array("sigma", sigma)
    rows = [[objective(Normal(center, spread)) for center in mu] for spread in sigma]
    values = draws("objective", rows)
    levels = np.unique(np.quantile(values, np.arange(1, contours + 1) / (contours + 1)))
    color = _style(kind).color
    ax.contour(mu, sigma, values, levels=levels, colors=color, linewidths=0.9, alpha=0.8)
    ax.axhline(0, color=color, linewidth=2.5)
    ax.set(xlabel=r"$\mu$", ylabel=r"$\sigma$", xlim=(mu.min(), mu.max()), ylim=(0, sigma.max()))
    ax.grid(False)
    return ax


def path_on(
    ax: Axes, path: Trajectory[Normal], kind: str, label: str | None = None, **options: Any
) -> Axes:
    """Draw a descent in the half-plane, with a mark where it ends; see `line` and `half_plane`."""
    end = {"marker": _style(kind).marker, "markevery": [-1]}
    return line(ax, path["mu"], path["sigma"], kind, label, **(end | options))
