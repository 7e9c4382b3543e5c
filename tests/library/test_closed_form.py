"""The formulas for sums of squares against sympy, Gauss-Hermite nodes and the book's theorems."""

import re
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from routes import (
    NORMAL,
    SQUARED_ERROR,
    X,
    assert_exact,
    data,
    derivatives,
    nodes,
    numbers,
    on_nodes,
    spread_data,
)

from rpt_helpers import (
    PARAMETERIZATIONS,
    MeanAbsoluteError,
    Normal,
    SquaredError,
    closed_form,
    datasets,
    leave_one_out,
    measure_valued,
    pathwise,
    quadratic,
    score_function,
    symbolic,
)

LOSSES = [SQUARED_ERROR, quadratic(-0.4)]
ESTIMATORS: list[Any] = [pathwise, score_function, measure_valued]
EACH = [NORMAL.by(parameterization) for parameterization in PARAMETERIZATIONS]


def at(expression: Any, loss: SquaredError, node: Normal) -> Any:
    """Evaluate a sympy expression with 30 digits."""
    exact = {
        symbolic.mu: node.mu,
        symbolic.sigma: node.sigma,
        symbolic.n: loss.n,
        symbolic.xbar: loss.mean,
        symbolic.s: sp.sqrt(sp.Rational(loss.mean_square_deviation)),
    }
    return np.array(expression.subs(exact).evalf(30), dtype=float).squeeze()


@cache
def derived_variance(name: str, parameterization: Any) -> Any:
    return symbolic.variance(getattr(symbolic, name)(parameterization))


derived_baseline = cache(symbolic.optimal_baseline)


@pytest.mark.parametrize("loss", LOSSES)
def test_expected_loss_is_what_sympy_derives(loss: SquaredError) -> None:
    expected = at(symbolic.expected_loss(), loss, NORMAL)
    assert_exact(closed_form.expected_loss(loss, NORMAL), expected)
    assert type(closed_form.expected_loss(loss, NORMAL)) is float


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("node", EACH)
def test_gradient_is_what_sympy_derives(loss: SquaredError, node: Normal) -> None:
    expected = at(symbolic.gradient(node.parameterization), loss, node)
    assert_exact(closed_form.gradient(loss, node), expected)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("node", EACH)
@pytest.mark.parametrize("name", ["pathwise", "score_function"])
def test_variance_is_what_sympy_derives(name: str, loss: SquaredError, node: Normal) -> None:
    estimator = {"pathwise": pathwise, "score_function": score_function}[name]
    expected = at(derived_variance(name, node.parameterization), loss, node)
    assert_exact(closed_form.variance(estimator, loss, node), expected)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("node", EACH)
def test_optimal_baseline_is_what_sympy_derives(loss: SquaredError, node: Normal) -> None:
    expected = at(derived_baseline(), loss, node)
    assert_exact(closed_form.optimal_baseline(loss, node), expected)


def test_the_score_function_has_no_baseline_unless_it_gets_one() -> None:
    default = closed_form.variance(score_function, SQUARED_ERROR, NORMAL)
    assert_exact(default, closed_form.variance(score_function, SQUARED_ERROR, NORMAL, baseline=0))


@given(data, nodes, st.one_of(st.just(0.0), numbers, st.tuples(numbers, numbers)))
def test_values_agree_with_gauss_hermite_nodes(x: Any, node: Normal, baseline: Any) -> None:
    loss, xs = SquaredError(x), np.array(x)
    b = np.zeros(2) + baseline
    sigma, scale = node.sigma, np.array([1, node.scale_derivative])

    def value(eps: Any) -> Any:
        return ((node.mu + sigma * eps[:, None] - xs) ** 2).sum(axis=1)[:, None]

    def by_path(eps: Any) -> Any:
        slope = 2 * (node.mu + sigma * eps[:, None] - xs).sum(axis=1)
        return np.array([slope, slope * eps]).T * scale

    def by_score(eps: Any) -> Any:
        return (value(eps) - b) * np.array([eps, eps**2 - 1]).T / sigma * scale

    mean, variance = on_nodes(by_path, 8)
    size = np.sqrt(mean**2 + variance)
    assert_allclose(closed_form.gradient(loss, node), mean, rtol=1e-11, atol=1e-11 * size.max())
    assert_allclose(closed_form.variance(pathwise, loss, node), variance, rtol=1e-10)
    _, variance = on_nodes(by_score, 8)
    found = closed_form.variance(score_function, loss, node, baseline=baseline)
    assert_allclose(found, variance, rtol=1e-10, atol=1e-12 * (b**2 / sigma**2 * scale**2).max())
    assert_allclose(closed_form.expected_loss(loss, node), on_nodes(value, 8)[0][0], rtol=1e-11)


@given(spread_data)
def test_ratio_at_the_optimum_is_11_halves_and_12_for_every_data_set(x: Any) -> None:
    loss = SquaredError(x)
    optimum = Normal(loss.mean, loss.mean_square_deviation**0.5)
    assert_exact(ratio(loss, optimum), [11 / 2, 12])


@given(data, nodes)
def test_ratio_is_never_below_15_quarters_and_37_quarters(x: Any, node: Normal) -> None:
    assert np.all(ratio(SquaredError(x), node) >= np.array([15 / 4, 37 / 4]) * (1 - EPS))


@given(numbers, st.floats(0.1, 10))
def test_the_bounds_are_reached_without_spread_and_offset(k: float, sigma: float) -> None:
    assert_exact(ratio(quadratic(k), Normal(k, sigma)), [15 / 4, 37 / 4])


@given(data, nodes)
def test_ratio_with_the_best_constant_baseline(x: Any, node: Normal) -> None:
    loss = SquaredError(x)
    delta, var = (node.mu - loss.mean) ** 2, node.sigma**2
    expected = [3 / 2 + 2 * delta / var, (6 * var + 10 * delta) / (2 * var + delta)]
    best = ratio(loss, node, closed_form.optimal_baseline(loss, node))
    assert_allclose(best, expected, rtol=1e-10)
    assert np.all(best >= np.array([3 / 2, 3]) * (1 - EPS))


EPS = 1e-12


def ratio(loss: SquaredError, node: Normal, baseline: Any = 0.0) -> Any:
    """Score-function variance over pathwise variance, which no parameterization changes."""
    ratios = [
        closed_form.variance(score_function, loss, node.by(each), baseline=baseline)
        / closed_form.variance(pathwise, loss, node.by(each))
        for each in PARAMETERIZATIONS
    ]
    assert_allclose(ratios[1:], [ratios[0]] * 2, rtol=1e-12)
    return ratios[0]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("step", [-1e-3, 1e-3])
def test_no_neighbor_of_the_optimal_baseline_varies_less(loss: SquaredError, step: float) -> None:
    best = closed_form.optimal_baseline(loss, NORMAL)
    least = closed_form.variance(score_function, loss, NORMAL, baseline=best)
    there = closed_form.variance(score_function, loss, NORMAL, baseline=best + step)
    assert np.all(least < there)


def test_the_expected_loss_as_a_baseline_stands_for_both_components() -> None:
    mean = closed_form.expected_loss(SQUARED_ERROR, NORMAL)
    found = closed_form.variance(score_function, SQUARED_ERROR, NORMAL, baseline=mean)
    pair = closed_form.variance(score_function, SQUARED_ERROR, NORMAL, baseline=[mean, mean])
    assert_exact(found, pair)


@given(data, nodes, numbers)
def test_moving_data_and_mu_together_changes_nothing(x: Any, node: Normal, shift: float) -> None:
    loss, moved = SquaredError(x), SquaredError(np.array(x) + shift)
    there = Normal(node.mu + shift, node.sigma, node.parameterization)
    for estimator in ESTIMATORS:
        here = closed_form.variance(estimator, loss, node)
        size = 1e-12 * node.sigma**2 * node.scale_derivative**2
        assert_allclose(closed_form.variance(estimator, moved, there), here, rtol=1e-9, atol=size)


@given(data, nodes, st.floats(0.1, 10))
def test_gradients_scale_with_the_unit_of_the_data(x: Any, node: Normal, unit: float) -> None:
    loss, scaled = SquaredError(x), SquaredError(np.array(x) * unit)
    there = Normal(node.mu * unit, node.sigma * unit)
    for estimator in ESTIMATORS:
        here = closed_form.variance(estimator, loss, node.by("sigma"))
        size = 1e-12 * there.sigma**2
        found = closed_form.variance(estimator, scaled, there)
        assert_allclose(found, here * unit**2, rtol=1e-9, atol=size)


def test_a_fresh_y_for_each_term_divides_the_pathwise_variance_by_n() -> None:
    shared = closed_form.variance(pathwise, SQUARED_ERROR, NORMAL)[0]
    fresh = sum(closed_form.variance(pathwise, quadratic(x), NORMAL)[0] for x in X)
    assert_exact(fresh, 4 * len(X) * NORMAL.sigma**2)
    assert_exact(fresh, shared / len(X))


@given(data, nodes, st.integers(2, 1000))
def test_leave_one_out_varies_like_a_sample_covariance(x: Any, node: Normal, n: int) -> None:
    loss, sigma = SquaredError(x), node.sigma
    mean, variance = on_nodes(lambda eps: loss(node.path(eps)), 8)
    scores = np.array([1, 2 * node.scale_derivative**2]) / sigma**2
    slope = closed_form.gradient(loss, node)
    alone = on_nodes(lambda eps: ((loss(node.path(eps)) - mean) * node.score(eps).T).T, 8)[1]
    expected = alone + (slope**2 + variance * scores) / (n - 1)
    leave: dict[str, Any] = {"baseline": leave_one_out, "n_samples": n}
    found = closed_form.variance(score_function, loss, node, **leave)
    assert_allclose(found, expected, rtol=1e-9)
    assert_exact(
        closed_form.variance(pathwise, loss, node, n_samples=n),
        closed_form.variance(pathwise, loss, node),
    )


# Where digits run out.


def exact_variance(x: Any, node: Normal, baseline: Any) -> Any:
    """The variance of the score function of these very floats, in exact fractions."""
    xs = [Fraction(float(value)) for value in x]
    n, mu, sigma2 = len(xs), Fraction(node.mu), Fraction(node.sigma) ** 2
    mean = sum(xs) / n
    delta2, s2 = (mu - mean) ** 2, sum((value - mean) ** 2 for value in xs) / n
    rows = [(1, 6, 8, 15), (2, 20, 40, 74)]
    result = []
    for b, (c0, c1, c2, c3) in zip(np.broadcast_to(baseline, 2).tolist(), rows, strict=True):
        a = delta2 + s2 - Fraction(b) / n
        terms = c0 * a**2 + c1 * a * sigma2 + c2 * delta2 * sigma2 + c3 * sigma2**2
        result.append(float(n**2 * terms / sigma2))
    return np.array(result)


@pytest.mark.parametrize(
    "exact_baseline", [closed_form.expected_loss, closed_form.optimal_baseline]
)
@pytest.mark.parametrize("x", [X, datasets.michelson(), X * 1e-6 + 1e3])
def test_a_cancelled_baseline_leaves_nine_digits_or_is_refused(exact_baseline: Any, x: Any) -> None:
    loss = SquaredError(x)
    s = loss.mean_square_deviation**0.5
    outcomes = []
    for sigma in s * np.geomspace(1e-2, 1e-7, 41):
        node = Normal(loss.mean, sigma)
        baseline = exact_baseline(loss, node)
        try:
            found = closed_form.variance(score_function, loss, node, baseline=baseline)
        except ValueError as refusal:
            assert re.match("baseline must be smaller: it takes away all digits", str(refusal))
            outcomes.append(False)
        else:
            assert_allclose(found, exact_variance(x, node, baseline), rtol=1e-9)
            outcomes.append(True)
    # Answered from 1e-2 to nearly 1e-3, refused in the end; near the optimum errors matter less.
    assert all(outcomes[:7]) and not any(outcomes[32:])
    assert outcomes == sorted(outcomes, reverse=True)


@pytest.mark.parametrize("sigma", [1e-7, 1e-3, 1e3])
@pytest.mark.parametrize("x", [X, datasets.michelson()])
def test_no_baseline_needs_no_digits(x: Any, sigma: float) -> None:
    node = Normal(float(np.mean(x)), sigma)
    found = closed_form.variance(score_function, SquaredError(x), node)
    assert_allclose(found, exact_variance(x, node, 0.0), rtol=1e-12)


@pytest.mark.parametrize("offset", [1e9, -1e12])
@pytest.mark.parametrize("spread", [1.0, 1e-3])
def test_all_values_are_exact_far_from_0(offset: float, spread: float) -> None:
    x = offset + spread * np.array([1.0, 2.0, 6.5, -3.0])
    node = Normal(float(x[1]), spread)
    near = Normal(0.0, spread)
    here, there = SquaredError(x), SquaredError(x - x[1])
    assert_exact(closed_form.expected_loss(here, node), closed_form.expected_loss(there, near))
    assert_exact(closed_form.gradient(here, node), closed_form.gradient(there, near))
    for estimator in ESTIMATORS:
        expected = closed_form.variance(estimator, there, near)
        assert_exact(closed_form.variance(estimator, here, node), expected)


HUGE = [
    Normal(1e200, 1),
    Normal(-1e200, 1),
    Normal(0, 1e200),
    Normal(0, 1e200, "log_sigma"),
    Normal(1e308, 1e308),
]
EXACT: list[Callable[..., Any]] = [
    closed_form.expected_loss,
    closed_form.optimal_baseline,
    *[lambda loss, node, e=e: closed_form.variance(e, loss, node) for e in ESTIMATORS],
]


@pytest.mark.parametrize("node", HUGE)
@pytest.mark.parametrize("exact", EXACT)
def test_a_result_too_large_for_a_float_is_refused(exact: Any, node: Normal) -> None:
    with pytest.raises(
        ValueError, match="^node must be nearer to the scale of SquaredError.*(too large|to 1:)"
    ):
        exact(SQUARED_ERROR, node)


@pytest.mark.parametrize(
    ("exact", "node"),
    [
        (closed_form.gradient, Normal(0, 1e200, "log_sigma")),
        (closed_form.gradient, Normal(1e308, 1)),
        (EXACT[2], Normal(0, 1e100, "log_sigma")),
        (EXACT[2], Normal(0, 1e-160, "variance")),
        (EXACT[3], Normal(0, 1e-200)),
        (EXACT[3], Normal(0, 1e-160)),
    ],
)
def test_a_chain_rule_that_overflows_is_refused(exact: Any, node: Normal) -> None:
    with pytest.raises(ValueError, match="^node must be nearer to the scale of"):
        exact(SQUARED_ERROR, node)


@pytest.mark.parametrize("node", [Normal(1e60, 1e-50), Normal(-1e-60, 1e60), Normal(1e70, 1e70)])
def test_extreme_nodes_cost_no_digits(node: Normal) -> None:
    loss, mu, sigma = quadratic(2), mp.mpf(node.mu), mp.mpf(node.sigma)
    assert_exact(closed_form.expected_loss(loss, node) / 1e100, ((mu - 2) ** 2 + sigma**2) / 1e100)
    assert_exact(closed_form.gradient(loss, node), [2 * (mu - 2), 2 * sigma])
    expected = [4 * sigma**2, 4 * ((mu - 2) ** 2 + 2 * sigma**2)]
    assert_exact(closed_form.variance(pathwise, loss, node), expected)


# The absolute error.


@pytest.mark.parametrize("node", EACH)
@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_the_absolute_error_has_the_mean_of_a_folded_normal(node: Normal, offset: float) -> None:
    xs = [mp.mpf(float(x)) for x in X]

    def formula(mu: Any, sigma: Any) -> Any:
        z = [(mu - x) / sigma for x in xs]
        return sum(sigma * (w * (2 * mp.ncdf(w) - 1) + 2 * mp.npdf(w)) for w in z) / len(xs)

    def integrand(e: Any) -> Any:
        return sum(abs(node.mu + node.sigma * e - x) for x in xs) / len(xs) * mp.npdf(e)

    kinks = sorted((float(x) - node.mu) / node.sigma for x in X)
    assert_exact(
        formula(mp.mpf(node.mu), mp.mpf(node.sigma)), mp.quad(integrand, [-14, *kinks, 14])
    )
    loss = MeanAbsoluteError(X + offset)
    there = Normal(2**-20 + offset, node.sigma, node.parameterization)
    here = Normal(2**-20, node.sigma, node.parameterization)
    assert there.mu - offset == here.mu
    expected = formula(mp.mpf(here.mu), mp.mpf(here.sigma))
    assert_exact(closed_form.expected_loss(loss, there), expected)
    assert type(closed_form.expected_loss(loss, there)) is float
    assert_exact(closed_form.gradient(loss, there), derivatives(formula, here))


# What has no formula.


class Half(SquaredError):
    """A subclass that is another function: its parent's formulas would be wrong."""

    def __call__(self, y: Any) -> Any:
        return super().__call__(y) / 2


@pytest.mark.parametrize("exact", [*EXACT, closed_form.gradient])
def test_a_subclass_may_be_another_function_and_is_refused(exact: Any) -> None:
    with pytest.raises(ValueError, match="^loss must be one of SquaredError"):
        exact(Half(X), NORMAL)


# Every formula that a docstring shows is read from there and evaluated.

TOKEN = re.compile(r"\\bar x|\\[a-z]+|[a-zA-Z]|\d+|\S")


def displayed(function: Any) -> list[str]:
    return re.findall(r":math:`([^`]+)`", function.__doc__)


def evaluate(formula: str, **values: Any) -> float:
    """Evaluate TeX that is made of sums, products, quotients and powers."""
    loss = SQUARED_ERROR
    known = values | {
        "n": loss.n,
        "delta": NORMAL.mu - loss.mean,
        "sigma": NORMAL.sigma,
        "s": loss.mean_square_deviation**0.5,
        "pi": np.pi,
        "barx": loss.mean,
        "mu": NORMAL.mu,
    }
    code, after_factor = "", False
    for token in TOKEN.findall(formula):
        starts_factor = token not in "+-*/^)]"
        code += "*" if after_factor and starts_factor else ""
        name = token.removeprefix("\\").replace(" ", "")
        code += {"^": "**", "[": "(", "]": ")"}.get(name, name)
        after_factor = token not in "+-*/^(["
    return float(eval(code, {}, known))


def test_the_reader_of_formulas_reads_them() -> None:
    assert evaluate(r"2n\sigma^2(4/\pi - 1)") == 10 * 1.3**2 * (4 / np.pi - 1)
    assert evaluate(r"[A^2 + 6A\sigma]/\bar x", A=3) == (9 + 18 * 1.3) / SQUARED_ERROR.mean


def test_the_module_shows_the_loss_and_the_offset() -> None:
    loss, offset = displayed(closed_form)
    left, right = loss.split(" = ")
    assert left == "f(y)"
    assert_exact(SQUARED_ERROR(2.2), evaluate(right, y=2.2))
    left, right = offset.split(" = ")
    assert_exact(evaluate(left), evaluate(right))


def test_the_expected_loss_is_the_displayed_formula() -> None:
    name, formula = displayed(closed_form.expected_loss)
    assert name == "E f(y)"
    assert_exact(closed_form.expected_loss(SQUARED_ERROR, NORMAL), evaluate(formula))


def test_the_gradient_is_the_displayed_formulas() -> None:
    gradients = [closed_form.gradient(SQUARED_ERROR, node) for node in EACH]
    expected = [gradients[0][0], *(gradient[1] for gradient in gradients)]
    assert_exact(expected, [evaluate(formula) for formula in displayed(closed_form.gradient)])


def test_the_optimal_baseline_is_the_displayed_formulas() -> None:
    definition, *formulas = displayed(closed_form.optimal_baseline)
    assert definition == "b^* = E[f S^2]/E[S^2]"
    expected = [evaluate(formula) for formula in formulas]
    assert_exact(closed_form.optimal_baseline(SQUARED_ERROR, NORMAL), expected)


def test_the_variances_are_the_displayed_formulas() -> None:
    unit, *formulas = displayed(closed_form.variance)
    definition = formulas.pop(2)
    b = 3.0
    assert definition.startswith("A = ")
    a = evaluate(definition.removeprefix("A = "), b=b)
    expected = [evaluate(unit) * evaluate(formula, A=a) for formula in formulas]
    found = [
        closed_form.variance(pathwise, SQUARED_ERROR, NORMAL),
        closed_form.variance(score_function, SQUARED_ERROR, NORMAL, baseline=b),
        closed_form.variance(measure_valued, SQUARED_ERROR, NORMAL),
        closed_form.variance(measure_valued, SQUARED_ERROR, NORMAL, coupled=False),
    ]
    assert_exact(np.concatenate(found), expected)
