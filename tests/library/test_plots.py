"""The shared figures: one color, line style and marker for each estimator, and the numbers that they are given."""

from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.testing import assert_allclose, assert_array_equal

from rpt_helpers import Trajectory, plots

KINDS = list(plots.COLORS)
T = np.array([0.0, 1.0, 2.0])


@pytest.fixture
def ax() -> Iterator[Axes]:
    with mpl.rc_context({"backend": "Agg"}):
        yield plt.figure().add_subplot()
        plt.close("all")


def test_every_kind_has_everything_once() -> None:
    for table in (plots.COLORS, plots.LINE_STYLES, plots.MARKERS, plots.LABELS):
        assert list(table) == KINDS
    for table in (plots.COLORS, plots.MARKERS, plots.LABELS):
        assert len(set(table.values())) == len(KINDS)
    # Data are drawn as marks; all that is drawn as a line differs in its dashes.
    assert len({str(style) for kind, style in plots.LINE_STYLES.items() if kind != "data"}) == len(KINDS) - 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_color_stands_out_from_white(kind: str) -> None:
    """A contrast of at least 3, as WCAG asks of graphics."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(plots.COLORS[kind])]
    luminance = np.dot(channels, [0.2126, 0.7152, 0.0722])
    assert 1.05 / (luminance + 0.05) >= 3


def test_the_style_is_set_on_request_only() -> None:
    with mpl.rc_context():
        mpl.rcdefaults()
        assert plt.rcParams["axes.grid"] is False
        plots.use_style()
        assert plt.rcParams["axes.grid"] is True
        assert plt.rcParams["figure.facecolor"] == "white"


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_shows_its_numbers_in_the_look_of_its_kind(ax: Axes, kind: str) -> None:
    assert plots.line(ax, T, T**2, kind) is ax
    (drawn,) = ax.lines
    assert_array_equal(drawn.get_xydata(), np.array([T, T**2]).T)
    assert (drawn.get_color(), drawn.get_label()) == (plots.COLORS[kind], plots.LABELS[kind])
    (same,) = ax.plot(T, T, linestyle=plots.LINE_STYLES[kind])
    assert drawn.get_linestyle() == same.get_linestyle()


def test_a_line_takes_a_label_and_options(ax: Axes) -> None:
    plots.line(ax, T, T, "exact", "the truth", linewidth=5, color="red")
    (drawn,) = ax.lines
    assert (drawn.get_label(), drawn.get_linewidth(), drawn.get_color()) == ("the truth", 5, "red")


@pytest.mark.parametrize("kind", KINDS)
def test_points_have_error_bars_and_no_line(ax: Axes, kind: str) -> None:
    assert plots.points(ax, T, T**2, [0.1, 0.2, 0.3], kind) is ax
    container: Any = ax.containers[0]
    drawn, _, (bars,) = container.lines
    assert_array_equal(drawn.get_xydata(), np.array([T, T**2]).T)
    look = drawn.get_color(), drawn.get_marker(), drawn.get_linestyle()
    assert look == (plots.COLORS[kind], plots.MARKERS[kind], "None")
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    assert_allclose(ends, np.array([T**2 - [0.1, 0.2, 0.3], T**2 + [0.1, 0.2, 0.3]]).T)
    assert container.get_label() == f"{plots.LABELS[kind]}, simulated"


def test_points_take_a_label(ax: Axes) -> None:
    plots.points(ax, T, T, T, "pathwise", "runs")
    assert ax.containers[0].get_label() == "runs"


def test_a_level_is_a_horizontal_line(ax: Axes) -> None:
    assert plots.level(ax, 5.5, "ratio at the optimum") is ax
    (drawn,) = ax.lines
    assert_array_equal(drawn.get_ydata(), [5.5, 5.5])
    assert (drawn.get_label(), drawn.get_color()) == ("ratio at the optimum", plots.COLORS["exact"])


def test_a_histogram_is_the_outline_of_a_density(ax: Axes) -> None:
    samples = np.random.default_rng(1).standard_normal(1000)
    assert plots.histogram(ax, samples, "score_function") is ax
    stairs: Any = ax.patches[0]
    values, edges, _ = stairs.get_data()
    assert_array_equal(values, np.histogram(samples, 60, density=True)[0])
    assert np.sum(values * np.diff(edges)) == pytest.approx(1)
    assert stairs.get_label() == "score function"
    plots.histogram(ax, samples, "pathwise", bins=[-1, 0, 1], label="two")
    assert_array_equal(ax.patches[1].get_data()[1], [-1, 0, 1])  # type: ignore[attr-defined]


def test_a_trajectory_has_a_panel_for_each_parameter() -> None:
    with mpl.rc_context({"backend": "Agg"}):
        figure, (left, right) = plt.subplots(1, 2)
        assert plots.trajectory(left, right, Trajectory(T + 3, T + 1), "pathwise", "run") == (left, right)
        for ax, values, name in ((left, T + 3, "mu"), (right, T + 1, "sigma")):
            assert_array_equal(ax.lines[0].get_xydata(), np.array([T, values]).T)
            assert (ax.get_xlabel(), ax.get_ylabel(), ax.lines[0].get_label()) == ("step", name, "run")
        plt.close(figure)
