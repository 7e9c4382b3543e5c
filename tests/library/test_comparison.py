"""Which gradient for a loss: the table has the exact numbers, and the reason is right."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from routes import LOSSES, STANDARD_ERRORS, assert_exact, parameterizations

from rpt_helpers import (
    PARAMETERIZATIONS,
    Comparison,
    Cosine,
    ExponentialSquare,
    Loss,
    MeanAbsoluteError,
    Normal,
    closed_form,
    compare,
    estimate,
    pathwise,
    quadratic,
    quadrature,
)
from rpt_helpers.comparison import _recommend

ONE = Normal(1, 1)
TANH = Loss(np.tanh, lambda y: np.cosh(y) ** -2.0)


@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
@pytest.mark.parametrize("loss", [each for each, _ in LOSSES] + [TANH])
def test_every_number_is_exact(loss: Any, parameterization: Any) -> None:
    node = Normal(0.7, 1.3, parameterization)
    exact: Any = quadrature if loss is TANH else closed_form
    found = compare(loss, node, n_samples=7)
    assert_array_equal(found.gradient, exact.gradient(loss, node))
    assert [each.evaluations for each in found.candidates] == [1, 1, 1, 4, 4, 1]
    for each in found.candidates:
        variance = exact.variance(each.estimator, loss, node, n_samples=7, **each.options)
        assert_array_equal(each.variance, variance)
        assert_exact(each.samples * exact.variance(pathwise, loss, node), variance)
    best_constant = found.candidates[-1]
    assert_array_equal(best_constant.options["baseline"], exact.optimal_baseline(loss, node))
    usual = found.candidates[1:3]
    assert all(np.all(best_constant.variance <= each.variance) for each in usual)


def test_evaluations_are_those_that_an_estimator_asks_for() -> None:
    asked: list[int] = []

    def counted(function: Any) -> Any:
        def count(y: Any) -> Any:
            asked.append(len(y))
            return function(y)

        return count

    loss = Loss(counted(np.sin), counted(np.cos))
    n, rng = 5, np.random.default_rng(1)
    for each in compare(Loss(np.sin, np.cos), ONE).candidates:
        asked.clear()
        noise = getattr(each.estimator, "noise", ONE.noise)
        each.estimator(loss, ONE, noise(rng, n), **each.options)
        assert sum(asked) == each.evaluations * n


@settings(max_examples=20)
@given(st.builds(Normal, st.floats(1.5, 10), st.floats(0.1, 10), parameterizations))
def test_the_best_one_has_the_least_work_in_its_worse_parameter(node: Normal) -> None:
    for loss in (quadratic(1), Cosine(2), ExponentialSquare(0.1)):
        found = compare(loss, node)
        work = np.array([c.evaluations * c.variance for c in found.candidates[:-1]])
        worse = (work / work.min(axis=0)).max(axis=1)
        assert found.best is found.candidates[int(worse.argmin())]
        assert found.recommendation.startswith(f"Use {found.best.name}: ")


def test_the_best_one_is_an_estimator_with_its_options() -> None:
    for loss, name in ((Cosine(2), "score function"), (TANH, "pathwise")):
        best = compare(loss, ONE).best
        assert best.name == name
        n = 20_000
        found = estimate(best.estimator, loss, ONE, n, np.random.default_rng(2), **best.options)
        error = np.abs(found.mean - quadrature.gradient(loss, ONE))
        assert np.all(error <= STANDARD_ERRORS * (best.variance / n) ** 0.5)


def test_it_prints_as_a_table_with_a_reason() -> None:
    found = compare(Cosine(2), ONE)
    assert (
        repr(found)
        == """\
Mean of each: -0.2461 in mu, 0.2253 in sigma. Samples: how many are worth one pathwise sample. \
Leave-one-out: of 100.
estimator                      variance, mu  variance, sigma  samples, mu  samples, sigma  \
evaluations
pathwise                               1.94            1.943            1               1  1 slope
score function                       0.4411            0.928        0.227           0.478  1 value
score function, leave-one-out        0.4689           0.9322        0.242            0.48  1 value
measure-valued                       0.2241           0.7274        0.116           0.374  4 values
measure-valued, uncoupled             0.133           0.9698       0.0686           0.499  4 values
score function, best constant        0.4125           0.9216        0.213           0.474  1 value

Use score function: for the same standard error it needs the fewest
evaluations, in mu and in sigma. The next best, score function, leave-one-out,
needs 1.06 and 1 times as many. A slope counts as one evaluation."""
    )
    html = found._repr_html_()
    assert html.startswith("<table") and html.endswith(f"<p>{found.recommendation}</p>")
    assert r"variance, $\sigma$</th>" in html


def test_parameters_are_named() -> None:
    for parameterization, header, name in (
        ("variance", r"samples, $\sigma^2$", "in the variance"),
        ("log_sigma", r"samples, $\log \sigma$", "in log sigma"),
    ):
        found = compare(quadratic(0), Normal(1, 1, parameterization))  # type: ignore[arg-type]
        assert header in found.table.header
        assert name in found.recommendation


def test_a_reason_says_so_where_the_parameters_disagree() -> None:
    found = compare(quadratic(0), Normal(0, 1))
    assert found.recommendation == (
        "Use measure-valued: for the same standard error it needs at most 2 times the fewest "
        "evaluations. The fewest in mu are those of measure-valued, and in sigma those of "
        "pathwise. A slope counts as one evaluation."
    )
    assert "Mean of each: 0 in $\\mu$, 2 in $\\sigma$" in found.table.caption


def refused(found: Comparison) -> list[str]:
    assert all(np.isnan(each.variance).all() == bool(each.refusal) for each in found.candidates)
    return [each.name for each in found.candidates if each.refusal]


@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
def test_a_loss_without_its_derivative_has_no_pathwise_gradient(parameterization: Any) -> None:
    node = Normal(0.3, 1.5, parameterization)
    right = compare(TANH, node)
    for loss, reason in (
        (np.tanh, "No pathwise: loss must be a loss with a derivative"),
        (Loss(np.tanh, np.cos), "No pathwise: loss.derivative must be the derivative of the loss"),
    ):
        found = compare(loss, node)
        assert reason in found.recommendation
        assert refused(found) == ["pathwise"]
        assert found.best.name == "measure-valued"
        assert_allclose(found.gradient, right.gradient, rtol=1e-11)
        for each, other in zip(found.candidates[1:], right.candidates[1:], strict=True):
            assert_allclose(each.variance, other.variance, rtol=1e-11)
        assert re.search(r"^pathwise +-  ", repr(found), re.MULTILINE)


def test_a_wave_without_frequency_leaves_no_digits_for_the_best_constant() -> None:
    found = compare(Cosine(0), ONE)
    assert refused(found) == ["score function, best constant"]
    assert found.best.name == "pathwise"
    assert_array_equal(found.candidates[1].samples, np.inf)  # no number is enough
    assert_array_equal(found.candidates[2].samples, 1)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (lambda y: np.where(y > 0, 1.0, 0.0), r"loss must be smooth .*\(no jump, no kink\)"),
        (MeanAbsoluteError([0]), r"loss must be smooth .*\(no jump, no kink\)"),
        (ExponentialSquare(-0.3), r"node must be one with 1 \+ 4 k sigma\^2 > 0, else the var"),
        ("cosine", "loss must be a function of an array"),
    ],
)
def test_what_has_no_exact_numbers_is_refused(loss: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        compare(loss, ONE)


def test_one_sample_leaves_no_others() -> None:
    with pytest.raises(ValueError, match="^n_samples must be a whole number >= 2, got 1"):
        compare(Cosine(1), ONE, n_samples=1)


def test_where_one_estimator_is_left_it_has_no_rival() -> None:
    only = compare(Cosine(1), Normal(0.3, 0.8)).candidates[1]
    best, reason = _recommend([only], "sigma")
    assert best is only
    assert "the fewest evaluations, in mu and in sigma. A slope" in reason
