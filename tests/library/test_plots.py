"""The shared figures: a color, line style, marker for each kind, and the numbers they are given."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.testing import assert_allclose, assert_array_equal

from rpt_helpers import NegativeLogLikelihood, Normal, Trajectory, plots

KINDS = list(plots.STYLES)
STYLES = plots.STYLES
T = np.array([0.0, 1.0, 2.0])
PATH = Trajectory(Normal(3, 1), np.array([T + 3, T + 1]).T)
GROUNDS = {"white": "#ffffff", "the dark page": "#121212", "GitHub's dark page": "#0d1117"}


@pytest.fixture
def ax() -> Iterator[Axes]:
    with mpl.rc_context({"backend": "Agg"}):
        yield plt.figure().add_subplot()
        plt.close("all")


def test_every_kind_has_everything_once() -> None:
    for each in zip(*(style for style in STYLES.values()), strict=True):
        assert len(set(map(str, each))) >= len(KINDS) - 1
    # Data are drawn as marks; all that is drawn as a line differs in its dashes.
    assert STYLES["data"].line == STYLES["pathwise"].line
    assert list(plots.COLORS.values()) == [style.color for style in STYLES.values()]
    assert list(plots.MARKERS.values()) == [style.marker for style in STYLES.values()]
    for table in (plots.COLORS, plots.MARKERS):
        assert len(set(table.values())) == len(KINDS)


# Colors


def linear(color: str) -> Any:
    channels = np.array(to_rgb(color))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """As WCAG defines it."""
    weights = [0.2126, 0.7152, 0.0722]
    low, high = sorted(float(linear(color) @ weights) + 0.05 for color in (one, other))
    return high / low


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_color_stands_out_from(ground: str) -> None:
    assert min(contrast(color, GROUNDS[ground]) for color in plots.COLORS.values()) >= 3


def test_text_is_as_far_from_white_as_from_the_dark_page() -> None:
    with mpl.rc_context({"backend": "Agg"}):
        plots.use_style()
        names = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "grid.color")
        assert {mpl.rcParams[name] for name in names} == {plots.GRAY}
    contrasts = [contrast(plots.GRAY, ground) for ground in ("#ffffff", "#121212")]
    assert_allclose(contrasts, 4.33, atol=0.05)  # no gray has 4.5 on both


# What a reader sees who lacks one kind of cone, in linear RGB (Machado, Oliveira, Fernandes 2009).
VISION = {
    "all cones": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]


def lab(rgb: Any) -> Any:
    """CIELAB of a linear color: equal distances look about equally different."""
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
def test_colors_differ_for_a_reader_with(vision: str) -> None:
    seen = {kind: lab(VISION[vision] @ linear(color)) for kind, color in plots.COLORS.items()}
    nearest = min(
        (float(np.linalg.norm(seen[one] - seen[other])), one, other)
        for one, other in combinations(seen, 2)
    )
    assert nearest[0] > (20 if vision == "all cones" else 11)


# The style


def test_the_style_is_set_on_request_only() -> None:
    with mpl.rc_context({"backend": "Agg"}):
        assert plt.rcParams["axes.grid"] is False
        plots.use_style()
        assert plt.rcParams["axes.grid"] is True
        assert plt.rcParams["figure.facecolor"] == plt.rcParams["axes.facecolor"] == "none"


def drawn() -> Figure:
    with mpl.rc_context({"backend": "Agg"}):
        plots.use_style()
        figure, ax = plt.subplots()
        plots.points(ax, T / 3, T, T, "pathwise")
        plots.half_plane(ax, lambda node: node.mu**2 + node.sigma, T, T + 1)
        ax.set_title(r"$\sigma^{2}$ falls")
        plt.close(figure)
    return figure


SAVE = """
import sys
sys.path.insert(0, sys.argv[1])
from test_plots import drawn, plots
print(plots.svg(drawn()))
"""


def test_an_svg_is_the_same_in_another_process_and_at_another_time() -> None:
    command = [sys.executable, "-c", SAVE, str(__file__).rpartition("/")[0]]
    other = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert plots.svg(drawn()) + "\n" == other


def test_an_svg_is_of_the_figures_size_and_holds_nothing_of_its_making() -> None:
    text = plots.svg(drawn())
    root = ElementTree.fromstring(text)
    assert (root.get("width"), root.get("height")) == ("360pt", "230.4pt")
    assert not any(
        word in text for word in ("metadata", "Matplotlib", "DOCTYPE", "<text", "#ffffff")
    )


def test_an_svg_has_two_decimals_and_every_name_that_it_refers_to() -> None:
    text = plots.svg(drawn())
    root = ElementTree.fromstring(text)
    numbers = [float(n) for d in root.iter() for n in d.get("d", "").split() if "." in n]
    assert numbers and all(round(number, 2) == number for number in numbers)
    names = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(names) == len(set(names))
    href = "{http://www.w3.org/1999/xlink}href"
    links = {str(element.get(href))[1:] for element in root.iter() if element.get(href)}
    clips = {
        str(element.get("clip-path"))[5:-1] for element in root.iter() if element.get("clip-path")
    }
    assert links and clips and links | clips <= set(names)
    assert "scale(0.077" in text or "scale(0.7)" in text, "a factor keeps its decimals"


NOTEBOOK = """
import sys
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure
shell = InteractiveShell.instance()
cell = "import matplotlib.pyplot as plt; from rpt_helpers import plots"
assert shell.run_cell(cell + sys.argv[1]).success
assert shell.run_cell("figure = plt.figure(); figure.add_subplot(); plt.close(figure)").success
formatters = shell.display_formatter.formatters
print(sorted(kind for kind, one in formatters.items() if Figure in one.type_printers))
"""


@pytest.mark.parametrize(
    ("backend", "style", "kinds"),
    [
        ("module://matplotlib_inline.backend_inline", "; plots.use_style()", ["image/svg+xml"]),
        ("module://matplotlib_inline.backend_inline", "", ["image/png"]),
        ("Agg", "; plots.use_style()", []),
    ],
)
def test_a_notebook_shows_svg_on_request_only(
    backend: str, style: str, kinds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", backend)
    command = [sys.executable, "-c", NOTEBOOK, style]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == [str(kinds)], done.stderr


# What is drawn


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_shows_its_numbers_in_the_look_of_its_kind(ax: Axes, kind: str) -> None:
    assert plots.line(ax, T, T**2, kind) is ax
    (drawn,) = ax.lines
    assert_array_equal(drawn.get_xydata(), np.array([T, T**2]).T)
    assert (drawn.get_color(), drawn.get_label()) == (plots.COLORS[kind], STYLES[kind].label)
    (same,) = ax.plot(T, T, linestyle=STYLES[kind].line)
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
    assert container.get_label() == f"{STYLES[kind].label}, simulated"


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
        assert plots.trajectory(left, right, PATH, "pathwise", "run") == (left, right)
        for ax, values, name in ((left, T + 3, r"$\mu$"), (right, T + 1, r"$\sigma$")):
            assert_array_equal(ax.lines[0].get_xydata(), np.array([T, values]).T)
            assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", name)
            assert ax.lines[0].get_label() == "run"
        plt.close(figure)


def test_a_label_stands_at_its_point_in_the_color_of_its_kind(ax: Axes) -> None:
    assert plots.label(ax, 1, 2, "here", "pathwise") is ax
    plots.label(ax, 1, 2, "there", "pathwise", ha="right", xytext=(-5, 0))
    here, there = ax.texts
    assert isinstance(here, mpl.text.Annotation) and isinstance(there, mpl.text.Annotation)
    assert (here.xy, here.get_text(), here.get_color()) == (
        (1, 2),
        "here",
        plots.COLORS["pathwise"],
    )
    assert (
        here.xyann,
        here.get_horizontalalignment(),
        there.xyann,
        there.get_horizontalalignment(),
    ) == (
        (5, 0),
        "left",
        (-5, 0),
        "right",
    )


def test_a_density_is_the_nodes(ax: Axes) -> None:
    assert plots.density(ax, Normal(3, 2), "likelihood") is ax
    y, values = ax.lines[0].get_xydata().T  # type: ignore[union-attr]
    assert (y[0], y[-1]) == (-5, 11)
    assert_allclose(values, np.exp(-((y - 3) ** 2) / 8) / np.sqrt(8 * np.pi))


def test_a_rug_has_a_mark_for_each_of_the_data(ax: Axes) -> None:
    assert plots.rug(ax, T) is ax
    (marks,) = ax.lines
    assert_array_equal(marks.get_xdata(), T)
    assert (marks.get_marker(), marks.get_linestyle()) == ("|", "None")
    assert marks.get_transform() == ax.get_xaxis_transform()


def test_the_half_plane_has_the_objectives_contours_and_its_edge(ax: Axes) -> None:
    objective = NegativeLogLikelihood(T)
    mu, sigma = np.linspace(-1, 3, 41), np.linspace(0.5, 2, 31)
    assert plots.half_plane(ax, objective.value, mu, sigma, contours=9) is ax
    contours: Any = ax.collections[0]
    assert len(contours.levels) == 9
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        for center, spread in path.vertices[::5]:
            assert objective.value(Normal(center, spread)) == pytest.approx(level, abs=0.05)
    (edge,) = ax.lines
    assert_array_equal(edge.get_ydata(), [0, 0])
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 3), (0, 2))
    assert (ax.get_xlabel(), ax.get_ylabel()) == (r"$\mu$", r"$\sigma$")


def test_a_path_lies_in_the_half_plane_and_marks_its_end(ax: Axes) -> None:
    assert plots.path_on(ax, PATH, "score_function", "run") is ax
    (path,) = ax.lines
    assert_array_equal(path.get_xydata(), np.array([T + 3, T + 1]).T)
    assert (path.get_marker(), path.get_markevery(), path.get_label()) == ("s", [-1], "run")


def test_under_ipython_the_formatter_of_svg_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    shell: Any = InteractiveShell.instance()
    monkeypatch.setattr(plt, "get_backend", lambda: "module://matplotlib_inline.backend_inline")
    try:
        with plt.rc_context():
            plots.use_style()
        formatters = shell.display_formatter.formatters
        assert formatters["image/svg+xml"].lookup_by_type(Figure) is plots.svg
        assert Figure not in formatters["image/png"]
    finally:
        InteractiveShell.clear_instance()
