"""The answer, on its page and in the first screen of the book: each line as the library has it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from reader import ROOTS, WEIGHTS, Case
from reader import value as read

from rpt_helpers import (
    Cosine,
    EnergyScore,
    MeanAbsoluteError,
    MomentMatching,
    NegativeLogLikelihood,
    Normal,
    ReverseKL,
    SquaredErrorWithEntropy,
    closed_form,
    datasets,
    pathwise,
    quadrature,
    score_function,
)

ROOT = Path(__file__).parents[2]
ANSWER, LANDING = (
    (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8") for name in ("answer", "index")
)
TAU = 0.8
DATA = np.array([0.3, -1.0, 2.5, 1.1])


def place(mu: float, sigma: float, x: NDArray[np.float64] = DATA) -> Case:
    return Case(x, mu, sigma, {"tau": TAU})


def value(tex: str, case: Case) -> NDArray[np.float64]:
    """A number, or the numbers of all draws of the noise, with their components if it has some."""
    return np.squeeze(read(tex, case))


CASES = [place(0.4, 1.3), place(2.0, 0.5), place(-3.0, 2.0, -DATA)]
each_case = pytest.mark.parametrize("case", CASES)

# What the first side of each displayed formula stands for; the other sides are computed.
DISPLAYED: dict[str, Callable[[Case], Any]] = {
    r"f(y)": lambda c: c.f(c.node.path(ROOTS)),
    r"E[f(y)]": lambda c: closed_form.expected_loss(c.f, c.node),
    r"\nabla E[f(y)]": lambda c: closed_form.gradient(c.f, c.node),
    r"\nabla f(\mu + \sigma\epsilon)": lambda c: pathwise(c.f, c.node, ROOTS),
    r"E[\nabla f(\mu + \sigma\epsilon)]": lambda c: closed_form.gradient(c.f, c.node),
    r"J": lambda c: ReverseKL(c.x).value(c.node) + 0.5 - np.log(c.x.std()),
    r"\nabla J_\epsilon": lambda c: ReverseKL(c.x).pathwise(c.node, ROOTS),
    r"\nabla J": lambda c: ReverseKL(c.x).gradient(c.node),
    r"J_\tau": lambda c: SquaredErrorWithEntropy(c.x, TAU).value(c.node),
    r"\nabla J_\tau": lambda c: SquaredErrorWithEntropy(c.x, TAU).gradient(c.node),
    r"\sigma^2": lambda c: SquaredErrorWithEntropy(c.x, TAU).optimum().sigma ** 2,
    r"f(y)\nabla\log p(y)": lambda c: score_function(c.f, c.node, ROOTS),
    r"V_{\text{with}}": lambda c: closed_form.variance(pathwise, c.f, c.node),
    r"V_{\text{without}}": lambda c: closed_form.variance(score_function, c.f, c.node),
}
FORMULAS = [
    re.split(r"\s+=\s+", formula.strip(" ,"))
    for display in re.findall(r"\$\$(.+?)\$\$", ANSWER, re.DOTALL)
    for formula in display.split(r"\qquad")
]


def test_every_displayed_formula_is_known() -> None:
    assert [first for first, *_ in FORMULAS] == list(DISPLAYED)


@each_case
@pytest.mark.parametrize("formula", FORMULAS, ids=[first for first, *_ in FORMULAS])
def test_displayed_formula(formula: list[str], case: Case) -> None:
    first, *sides = formula
    assert sides
    for side in sides:
        np.testing.assert_allclose(value(side, case), DISPLAYED[first](case), rtol=1e-9, atol=1e-9)


def ratio(case: Case) -> NDArray[np.float64]:
    without = closed_form.variance(score_function, case.f, case.node)
    return without / closed_form.variance(pathwise, case.f, case.node)


AT_THE_DATA = place(DATA.mean(), DATA.std())
MICHELSON = datasets.michelson()
FLAT = ratio(place(DATA.mean(), 1e6))  # sigma far beyond the data
BASELINE = closed_form.optimal_baseline(AT_THE_DATA.f, AT_THE_DATA.node)
LEAST = closed_form.variance(
    score_function, AT_THE_DATA.f, AT_THE_DATA.node, baseline=BASELINE
) / closed_form.variance(pathwise, AT_THE_DATA.f, AT_THE_DATA.node)
OSCILLATING = [
    quadrature.variance(estimator, Cosine(5), Normal(1, 1))
    for estimator in (pathwise, score_function)
]
NUMBERS: dict[str, tuple[str, list[float]]] = {
    "the ratios": (r"by \*\*(.+?)\*\* in \$\\mu\$ and by \*\*(.+?)\*\*", [*ratio(AT_THE_DATA)]),
    "the bounds": (r"the factors are at least (\S+) and (\S+), because", [*FLAT]),
    "the bounds with a baseline": (r"at least (\S+) and (\S+)\.\n", [*LEAST]),
    "the data's spread": (r"where \$s = (.+?)\$ km/s", [MICHELSON.std()]),
    "the energy score": (
        r"best \$\\sigma\$ is (\S+) km/s",
        [EnergyScore(MICHELSON).optimum().sigma],
    ),
    "the cosine with the trick": (r"the trick has variance (\S+) in both", [OSCILLATING[0][0]]),
    "the cosine without": (
        r"function (\S+) in \$\\mu\$ and (\S+) in \$\\sigma\$",
        [*OSCILLATING[1]],
    ),
}


def shown(words: str) -> tuple[float, float]:
    """A number as printed, and by how much it may have been rounded."""
    top, _, bottom = words.partition("/")
    digits = len(words.partition(".")[2])
    return float(top) / float(bottom or 1), 0.5 * 10**-digits if digits else 1e-4


@pytest.mark.parametrize(("pattern", "values"), NUMBERS.values(), ids=NUMBERS)
def test_number_in_the_text(pattern: str, values: list[float]) -> None:
    [match] = re.finditer(pattern, ANSWER)
    for words, value in zip(match.groups(), values, strict=True):
        printed, rounding = shown(words)
        assert abs(printed - value) <= rounding * 1.01


def test_no_other_number_is_in_the_text() -> None:
    text = ANSWER.split("# The answer")[1]
    for pattern, _ in NUMBERS.values():
        text = re.sub(pattern, "", text)
    text = re.sub(r"\$\$.+?\$\$|\$.+?\$", "x", text, flags=re.DOTALL)
    assert re.findall(r".*\d.*", text.replace("sigma²", "")) == [
        # The step of 1 that a unit of mu makes, and the only count.
        "**Right-hand side: differentiate, then average.** Hold the noise. Then x moves by 1 for "
        "each unit of x, but by x for each unit",
        "| squared error | one draw with the data | 0, not attained |",
    ]


INLINE: dict[str, tuple[str, Callable[[Case], Any]]] = {
    "s squared": (r"and \$s\^2 = (.+?)\$\. The node", lambda c: c.x.var()),
    "the mean without the trick": (
        r"the same mean, \$(.+?)\$",
        lambda c: closed_form.gradient(c.f, c.node),
    ),
    "sigma squared's factor": (
        r"d\\sigma/d\\sigma\^2 = (.+?)\$",
        lambda c: c.node.by("variance").scale_derivative,
    ),
    "the derivative in sigma squared": (
        r"which makes it \$(.+?)\$",
        lambda c: closed_form.gradient(c.f, c.node.by("variance"))[1],
    ),
    "what a spread costs": (
        r"the expected loss contains \$(.+?)\$",
        lambda c: closed_form.expected_loss(c.f, c.node) - c.f(c.node.mu),
    ),
    "the square of y": (
        r"\$E y\^2 = (.+?)\$",
        lambda c: WEIGHTS @ c.node.path(ROOTS) ** 2,
    ),
}


@each_case
@pytest.mark.parametrize(("pattern", "exact"), INLINE.values(), ids=INLINE)
def test_formula_in_the_text(pattern: str, exact: Callable[[Case], Any], case: Case) -> None:
    [tex] = re.findall(pattern, ANSWER)
    np.testing.assert_allclose(value(tex, case), exact(case))


def test_guess_of_the_question_is_the_spread_at_the_mean() -> None:
    [tex] = re.findall(r"Your guess \$(.+?)\$", ANSWER)
    np.testing.assert_allclose(value(tex, AT_THE_DATA), DATA.var())


@pytest.mark.parametrize("estimator", [pathwise, score_function])
def test_variances_at_the_data(estimator: Callable[..., Any]) -> None:
    found = re.findall(r"they are \$(.+?)\$ and \$(.+?)\$", ANSWER)[0]
    tex = found[estimator is score_function]
    exact = closed_form.variance(estimator, AT_THE_DATA.f, AT_THE_DATA.node)
    np.testing.assert_allclose(value(tex, AT_THE_DATA), exact)


def test_best_spread_of_each_objective() -> None:
    rows = re.findall(r"^\| (.+?) \| .+ \| (.+?) \|$", ANSWER, re.MULTILINE)[1:]
    table = dict(rows)
    assert table.pop("squared error") == "0, not attained"
    assert table.pop("energy score") == "near $s^2$"
    names = ["squared error$/(2\\tau^2)$ minus $\\log\\sigma$"]
    names += ["reverse Kullback-Leibler divergence", "moment matching", "negative log-likelihood"]
    assert list(table) == names
    objectives: list[Any] = [
        SquaredErrorWithEntropy(DATA, TAU),
        ReverseKL(DATA),
        MomentMatching(DATA),
    ]
    objectives += [NegativeLogLikelihood(DATA)]
    for tex, objective in zip(table.values(), objectives, strict=True):
        best = objective.optimum().sigma ** 2
        np.testing.assert_allclose(value(tex.strip("$"), AT_THE_DATA), best)
    assert abs(EnergyScore(MICHELSON).optimum().sigma / MICHELSON.std() - 1) < 0.05


@each_case
def test_energy_score_is_what_the_formula_says(case: Case) -> None:
    assert r"$\frac{1}{n}\sum_i E|y - x_i| - \frac{1}{2}E|y - y'|$" in ANSWER
    apart = Normal(0, 2**0.5 * case.node.sigma)
    distance = closed_form.expected_loss(MeanAbsoluteError([0.0]), apart)
    to_data = closed_form.expected_loss(EnergyScore(case.x).loss, case.node)
    value = EnergyScore(case.x).value(case.node)
    np.testing.assert_allclose(to_data - distance / 2, value)


@each_case
@pytest.mark.parametrize("baseline", [False, True])
def test_factors_are_bounds(case: Case, baseline: bool) -> None:
    options: dict[str, Any] = {}
    if baseline:
        options["baseline"] = closed_form.optimal_baseline(case.f, case.node)
    for scale in (1e-3, 0.1, 1, 10, 1e3):
        node = Normal(case.node.mu, case.node.sigma * scale)
        without = closed_form.variance(score_function, case.f, node, **options)
        factor = without / closed_form.variance(pathwise, case.f, node)
        assert np.all(factor > ([1.5, 3] if baseline else [15 / 4, 37 / 4]) - 1e-9 * np.ones(2))


ROWS = {
    name: [cell.split(" = ") for cell in re.findall(r"\$([^$]+)\$", row)]
    for name, row in re.findall(r"^\| (loss|in \$\\\w+\$) (.+)$", LANDING, re.MULTILINE)
}


@each_case
def test_table_of_the_first_screen(case: Case) -> None:
    (_, expected), (_, sample) = ROWS["loss"]
    exact = closed_form.expected_loss(case.f, case.node)
    np.testing.assert_allclose(value(expected, case), exact)
    np.testing.assert_allclose(value(sample, case), case.f(case.node.path(ROOTS)))
    gradient = closed_form.gradient(case.f, case.node)
    for name, component in zip((r"in $\mu$", r"in $\sigma$"), gradient, strict=True):
        sides = [side for cell in ROWS[name] for side in cell]
        assert len(sides) == 3
        for side in sides:
            np.testing.assert_allclose(value(side, case), component, atol=1e-9)


def test_numbers_of_the_first_screen() -> None:
    [found] = re.findall(
        r"variance is (\S+) times as large in \$\\mu\$ and (\S+) times in \$\\sigma\$, .+\n"
        r".+ never less than (\S+) and (\S+) times",
        LANDING,
    )
    np.testing.assert_allclose([float(each) for each in found], [*ratio(AT_THE_DATA), *FLAT])
    [times] = re.findall(r"cos\(5y\)\$ the trick has (\S+) times", LANDING)
    trick, score = (
        closed_form.variance(each, Cosine(5), Normal(1, 1))[0]
        for each in (pathwise, score_function)
    )
    assert float(times) == pytest.approx(trick / score, rel=1e-3)
    assert r"$E[(y - \bar x)^2]/(2s^2) - \log\sigma$" in LANDING  # the J of the answer's page


def test_landing_page_cites_what_the_citation_file_says() -> None:
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    [author] = [each["name"] for each in said["authors"]]
    assert f"{author}. *{said['title']}.* Version {said['version']}." in LANDING
    assert said["license"] == ["BSD-3-Clause", "CC-BY-4.0"]
    assert "BSD 3-Clause" in LANDING and "CC BY 4.0" in LANDING
