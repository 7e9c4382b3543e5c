"""Bad input is a ValueError that names the argument and the value; nothing is repaired."""

import re
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.stats
from routes import NORMAL, SQUARED_ERROR, X

from rpt_helpers import (
    PARAMETERIZATIONS,
    Cosine,
    EnergyScore,
    ExponentialSquare,
    Loss,
    MeanAbsoluteError,
    MomentMatching,
    NegativeLogLikelihood,
    Normal,
    ReverseKL,
    SquaredError,
    SquaredErrorWithEntropy,
    closed_form,
    decaying_step,
    estimate,
    leave_one_out,
    measure_valued,
    pathwise,
    plots,
    quadratic,
    quadrature,
    score_function,
    sgd,
    symbolic,
)

NAN, INF = float("nan"), float("inf")
EPS = np.array([0.1, -0.5])
FOUR = np.array([[0.1, -0.5, 1.0, 2.0], [0.3, 0.4, -1.0, 0.2]])
Call = Callable[[Any], Any]

NOT_NUMBERS = [
    *[NAN, INF, -INF, "1", True, np.True_, None, 1j, [1.0], np.array(1.0)],
    *[10**400, Fraction(10**400)],
]
NOT_POSITIVE = [*NOT_NUMBERS, 0, -1, -0.0]
NOT_COUNTS = [0, -1, 1.5, 2.0, "2", True, None, NAN, np.array(3)]
NOT_NAMES = ["Sigma", "mu", "", None, 1, ["sigma"], b"sigma"]
NOT_REAL: list[Any] = [
    "1",
    ["1", "2"],
    [1j, 2.0],
    np.array([1 + 0j]),
    [True, False],
    [True, 2.0],
    (1.0, np.True_),
    [1.0, None],
    [Fraction(1, 2), None],
    [Fraction(1, 2), NAN],
    np.array([1.0, True], dtype=object),
    [[1.0], [2.0, 3.0]],
    [10**400],
    np.ma.array([1.0, 2.0], mask=[False, True]),
    np.array(["2026-01-01"], dtype="datetime64[D]"),
    {1.0, 2.0},
    None,
]
NO_DRAWS: list[Any] = [*NOT_REAL, 1.0, np.array(1.0), [], [1.0, NAN], [-INF, 1.0], np.zeros((0, 1))]
NOT_SAMPLES: list[Any] = [*NO_DRAWS, [[1.0, 2.0]]]


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def still(here: Normal) -> list[float]:
    return [0.0, 0.0]


def each(name: str, call: Call, values: list[Any]) -> list[Any]:
    return [pytest.param(name, call, value, id=f"{name}={label(value)}") for value in values]


def label(value: Any) -> str:
    """Return the repr without an address, which differs between processes of a parallel run."""
    return re.sub(r" at 0x\w+", "", repr(value))[:40]


NUMBERS = [
    *each("mu", lambda v: Normal(v, 1), NOT_NUMBERS),
    *each("sigma", lambda v: Normal(0, v), NOT_POSITIVE),
    *each("k", quadratic, NOT_NUMBERS),
    *each("k", ExponentialSquare, NOT_NUMBERS),
    *each("k", Cosine, NOT_NUMBERS),
    *each("tau", lambda v: SquaredErrorWithEntropy(X, v), NOT_POSITIVE),
    *each("initial", lambda v: decaying_step(v, 1), NOT_POSITIVE),
    *each("halved_after", lambda v: decaying_step(1, v), NOT_POSITIVE),
    *each("step_size", lambda v: sgd(still, NORMAL, steps=1, step_size=v), NOT_POSITIVE),
    *each("steps", lambda v: sgd(still, NORMAL, steps=v, step_size=1), NOT_COUNTS),
    *each(
        "n_samples",
        lambda v: estimate(pathwise, SQUARED_ERROR, NORMAL, v, rng()),
        [*NOT_COUNTS, 1],
    ),
    *each("order", symbolic.noise_moment, NOT_COUNTS[1:]),
    *each(
        "rng",
        lambda v: estimate(pathwise, SQUARED_ERROR, NORMAL, 10, v),
        [1, None, np.random, np.random.RandomState(1), np.random.default_rng],  # noqa: NPY002
    ),
]


@pytest.mark.parametrize(("name", "call", "value"), NUMBERS)
def test_a_bad_number_is_named_with_its_value(name: str, call: Call, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(value)
    assert str(caught.value).startswith(f"{name} must be a")
    assert str(caught.value).endswith(f", got {value!r}")


def with_others(eps: Any) -> Any:
    return score_function(SQUARED_ERROR, NORMAL, eps, baseline=leave_one_out)


KINDS: list[Call] = [
    SquaredError,
    MeanAbsoluteError,
    NegativeLogLikelihood,
    MomentMatching,
    ReverseKL,
    EnergyScore,
    lambda x: SquaredErrorWithEntropy(x, 1),
]
ARRAYS = [
    *[case for kind in KINDS for case in each("x", kind, NOT_SAMPLES)],
    *each("eps", lambda v: pathwise(SQUARED_ERROR, NORMAL, v), [*NOT_SAMPLES, FOUR]),
    *each("eps", lambda v: score_function(SQUARED_ERROR, NORMAL, v), NO_DRAWS),
    *each("eps", with_others, [*NO_DRAWS, [1.0], [2]]),
    *each("eps", lambda v: measure_valued(SQUARED_ERROR, NORMAL, v), [*NOT_SAMPLES, EPS, FOUR.T]),
    *each("eps", lambda v: MomentMatching(X).pathwise(NORMAL, v), [*NOT_SAMPLES, [1.0], FOUR]),
    *each("eps", lambda v: EnergyScore(X).pathwise(NORMAL, v), NOT_SAMPLES),
    *each("losses", leave_one_out, [*NOT_REAL, FOUR, 1.0]),
]


@pytest.mark.parametrize(("name", "call", "value"), ARRAYS)
def test_a_bad_array_is_named_with_what_is_wrong(name: str, call: Call, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(value)
    allowed = (
        "must be one-dimensional",
        "must be an array of ",
        "must be one number a draw, shape (n,), got 'shape (",
        "must be at least 2 draws",
        "must be standard Normal noise of shape (n, 4), got 'shape (",
    )
    starts = tuple(f"{name} {rest}" for rest in allowed)
    assert str(caught.value).startswith((*starts, f"{name}["))


def test_the_message_of_an_array_locates_the_fault() -> None:
    with pytest.raises(ValueError, match=r"^x\[2\] must be finite, got nan$"):
        SquaredError([1, 2, NAN, INF])
    with pytest.raises(ValueError, match=r"^eps\[1, 2\] must be finite, got -inf$"):
        measure_valued(SQUARED_ERROR, NORMAL, [[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, -INF, 4.0]])
    with pytest.raises(
        ValueError, match=r"^x must be an array of real numbers, got \[True, 2.0\]$"
    ):
        SquaredError([True, 2.0])
    with pytest.raises(
        ValueError, match=r"^eps must be at least 2 draws: with one .*, got '1 draw'$"
    ):
        with_others([0.5])


def test_data_whose_sum_overflows_are_finite() -> None:
    assert pathwise(Loss(np.cos, np.sin), NORMAL, [1e308, 1e308]).shape == (2, 2)
    with pytest.raises(ValueError, match=r"^x\[1\] must be finite, got inf$"):
        SquaredError([1, INF, -INF])


POINTS = [
    *each("eps", NORMAL.path, NOT_REAL),
    *each("eps", NORMAL.score, NOT_REAL),
    *each("y", NORMAL.log_prob, NOT_REAL),
    *[
        case
        for loss in (
            SQUARED_ERROR,
            ExponentialSquare(1),
            Cosine(1),
            MeanAbsoluteError(X),
            Loss(np.sin, np.cos),
        )
        for call in (loss, loss.derivative)
        for case in each("y", call, NOT_REAL)
    ],
    *each("value(y)", lambda v: Loss(lambda y: v, np.cos)([1.0, 2.0]), NOT_REAL),
    *each("derivative(y)", lambda v: Loss(np.sin, lambda y: v).derivative([1.0, 2.0]), NOT_REAL),
    *each("loss(y)", lambda v: score_function(lambda y: v, NORMAL, EPS), NOT_REAL),
    *each("loss(y)", lambda v: measure_valued(lambda y: v, NORMAL, FOUR), NOT_REAL),
    *each("parameters", NORMAL.at, NOT_REAL),
    *[
        case
        for call in (
            lambda v: score_function(SQUARED_ERROR, NORMAL, EPS, baseline=v),
            lambda v: closed_form.variance(score_function, SQUARED_ERROR, NORMAL, baseline=v),
        )
        for case in each("baseline", call, [*NOT_REAL, "mean", "optimal", "leave-one-out", True])
    ],
    *each(
        "baseline(losses)",
        lambda v: score_function(SQUARED_ERROR, NORMAL, EPS, baseline=lambda losses: v),
        NOT_REAL,
    ),
]


@pytest.mark.parametrize(("name", "call", "value"), POINTS)
def test_only_real_numbers_are_points(name: str, call: Call, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(value)
    assert str(caught.value) == f"{name} must be an array of real numbers, got {value!r}"


@pytest.mark.parametrize("value", NOT_REAL, ids=label)
def test_a_gradient_of_a_descent_is_real(value: Any) -> None:
    with pytest.raises(ValueError, match="gradient must be an array of real numbers, got "):
        sgd(lambda here: value, NORMAL, steps=1, step_size=1)


CHOICES: list[Call] = [
    lambda v: Normal(0, 1, v),
    NORMAL.by,
    symbolic.gradient,
    symbolic.score,
    symbolic.pathwise,
    symbolic.score_function,
]


@pytest.mark.parametrize("value", NOT_NAMES)
@pytest.mark.parametrize("call", CHOICES)
def test_an_unknown_parameterization_is_answered_with_the_known_ones(
    call: Call, value: Any
) -> None:
    with pytest.raises(ValueError) as caught:
        call(value)
    known = "'sigma', 'variance', 'log_sigma'"
    assert str(caught.value) == f"parameterization must be one of {known}, got {value!r}"


DRAWN: list[Call] = [
    lambda kind: plots.line(plt.gca(), EPS, EPS, kind),
    lambda kind: plots.points(plt.gca(), EPS, EPS, EPS, kind),
    lambda kind: plots.level(plt.gca(), 1, "one", kind),
    lambda kind: plots.histogram(plt.gca(), EPS, kind),
]


@pytest.mark.parametrize("value", [*NOT_NAMES, pathwise], ids=label)
@pytest.mark.parametrize("call", DRAWN)
def test_an_unknown_kind_of_curve_is_answered_with_the_known_ones(call: Call, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(value)
    assert str(caught.value).startswith("kind must be one of 'pathwise', 'score_function', ")
    assert str(caught.value).endswith(f", got {value!r}")
    plt.close("all")


@pytest.mark.parametrize("samples", [[], [NAN], "1"])
def test_a_histogram_is_of_finite_numbers(samples: Any) -> None:
    with pytest.raises(ValueError, match=r"^samples(\[0\])? must be "):
        plots.histogram(plt.gca(), samples, "exact")
    plt.close("all")


BASELINES: list[Call] = [
    lambda v: score_function(SQUARED_ERROR, NORMAL, EPS, baseline=v),
    lambda v: score_function(Cosine(1), NORMAL, EPS, baseline=v),
    lambda v: closed_form.variance(score_function, SQUARED_ERROR, NORMAL, baseline=v),
    lambda v: quadrature.variance(score_function, Cosine(1), NORMAL, baseline=v),
    lambda v: estimate(score_function, SQUARED_ERROR, NORMAL, 10, rng(), baseline=v),
]
NOT_BASELINES: list[Any] = [NAN, INF, [1.0], [1, 2, 3], [[1, 2]], [1, NAN], (INF, 1)]


@pytest.mark.parametrize("value", NOT_BASELINES, ids=label)
@pytest.mark.parametrize("call", BASELINES)
def test_a_baseline_is_one_finite_number_or_one_a_parameter(call: Call, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(value)
    assert str(caught.value).startswith("baseline must be a finite number")
    assert str(caught.value).endswith(f", got {value!r}")


@pytest.mark.parametrize("result", [1.0, [1.0], np.ones(3), np.ones((2, 1)), np.ones((2, 2))])
def test_a_baseline_of_the_losses_is_one_number_for_each(result: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^baseline\(losses\) must be one number for each y, shape"
    ):
        score_function(SQUARED_ERROR, NORMAL, EPS, baseline=lambda losses: result)


def test_a_function_of_the_losses_has_no_closed_form() -> None:
    with pytest.raises(ValueError, match="^baseline must be a finite number or two: the variance"):
        closed_form.variance(score_function, SQUARED_ERROR, NORMAL, baseline=leave_one_out)


def test_an_option_that_an_estimator_does_not_have_is_the_error_of_python() -> None:
    with pytest.raises(TypeError, match="baseline"):
        closed_form.variance(pathwise, SQUARED_ERROR, NORMAL, baseline=1.0)
    with pytest.raises(TypeError, match="baseline"):
        estimate(pathwise, SQUARED_ERROR, NORMAL, 10, rng(), baseline=1.0)


def only_value(y: Any) -> Any:
    return y


class Odd:
    """A loss of one's own whose value and derivative are what the test says."""

    def __init__(self, result: Any) -> None:
        self.result = result

    def __call__(self, y: Any) -> Any:
        return self.result

    def derivative(self, y: Any) -> Any:
        return self.result


NOT_DIFFERENTIABLE: list[Any] = [
    *[only_value, np.sin, None, 1.0, "loss", [only_value], SquaredError]
]


@pytest.mark.parametrize("loss", NOT_DIFFERENTIABLE, ids=label)
@pytest.mark.parametrize("exact", [False, True])
def test_a_loss_without_a_derivative_cannot_be_differentiated(loss: Any, exact: bool) -> None:
    with pytest.raises(
        ValueError, match="^loss must be a (loss with a derivative|function of an arr)"
    ):
        if exact:
            quadrature.gradient(loss, NORMAL)
        else:
            pathwise(loss, NORMAL, EPS)
    maker: Any = quadratic  # which makes a loss and is none
    with pytest.raises(
        ValueError, match="^loss must be a loss with a derivative, for example Loss"
    ):
        pathwise(maker, NORMAL, EPS)


VALUES: list[Call] = [
    lambda loss: score_function(loss, NORMAL, EPS),
    lambda loss: measure_valued(loss, NORMAL, FOUR),
    lambda loss: quadrature.expected_loss(loss, NORMAL),
]


@pytest.mark.parametrize("loss", [None, 3.0, "loss", [only_value], SquaredError, Cosine], ids=label)
@pytest.mark.parametrize("call", VALUES)
def test_a_loss_is_a_function_and_no_class(call: Call, loss: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(loss)
    wanted = "loss must be a function of an array, for example Loss(value, derivative), got "
    assert str(caught.value) == f"{wanted}{loss!r}"


@pytest.mark.parametrize("result", [1.0, [1.0], np.ones(3), np.ones((2, 1)), np.float64(2)])
def test_a_loss_returns_one_number_for_each_y(result: Any) -> None:
    pair, odd = Loss(lambda y: result, lambda y: result), Odd(result)
    calls: list[tuple[str, Callable[[], Any]]] = [
        ("value", lambda: pair(EPS)),
        ("derivative", lambda: pair.derivative(EPS)),
        ("loss", lambda: score_function(odd, NORMAL, EPS)),
        ("loss", lambda: score_function(lambda y: result, NORMAL, EPS)),
        ("loss", lambda: measure_valued(odd, NORMAL, FOUR)),
        ("loss.derivative", lambda: pathwise(odd, NORMAL, EPS)),
    ]
    for name, call in calls:
        with pytest.raises(ValueError) as caught:
            call()
        wanted = f"{name}(y) must be one number for each y, shape (2,), got 'shape "
        assert str(caught.value).startswith(wanted)


BROADCAST: list[Call] = [
    lambda y: y[:, None],
    lambda y: y[None],
    lambda y: np.mean(y),
    lambda y: y * 1j,
    Odd(0.5),
]


@pytest.mark.parametrize("loss", BROADCAST)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_value_that_would_broadcast_is_refused(loss: Any, n: int) -> None:
    with pytest.raises(ValueError, match=r"^loss\(y\) must be "):
        score_function(loss, NORMAL, np.linspace(-1, 1, n), baseline=[1.0, 2.0])


ROWS: list[Call] = [
    lambda loss: closed_form.optimal_baseline(loss, NORMAL),
    lambda loss: closed_form.variance(pathwise, loss, NORMAL),
    lambda loss: closed_form.variance(score_function, loss, NORMAL),
    lambda loss: closed_form.variance(measure_valued, loss, NORMAL),
]


@pytest.mark.parametrize("loss", [Loss(np.sin, np.cos), only_value, None, SquaredError], ids=label)
@pytest.mark.parametrize("call", ROWS)
def test_what_has_no_closed_form_is_sent_to_quadrature(call: Call, loss: Any) -> None:
    sent = "Cosine, ExponentialSquare .rpt_helpers.quadrature takes any smooth loss"
    with pytest.raises(ValueError, match=f"^loss must be one of SquaredError, {sent}"):
        call(loss)
    for exact in (closed_form.expected_loss, closed_form.gradient):
        with pytest.raises(
            ValueError, match=f"^loss must be one of SquaredError, MeanAbsoluteError, {sent}"
        ):
            exact(loss, NORMAL)


def by_hand(loss: Any, node: Any, eps: Any) -> Any:
    return eps


@pytest.mark.parametrize("estimator", [by_hand, estimate, np.mean], ids=label)
def test_an_estimator_without_a_closed_form_is_answered_with_those_that_have_one(
    estimator: Any,
) -> None:
    known = "measure_valued, pathwise, score_function"
    with pytest.raises(ValueError, match=f"^estimator must be one with a closed form: {known} "):
        closed_form.variance(estimator, SQUARED_ERROR, NORMAL)


BY_ESTIMATOR: list[Call] = [
    lambda e: closed_form.variance(e, SQUARED_ERROR, NORMAL),
    lambda e: quadrature.variance(e, SQUARED_ERROR, NORMAL),
    lambda e: estimate(e, SQUARED_ERROR, NORMAL, 10, rng()),
]


@pytest.mark.parametrize("estimator", ["pathwise", None, 3.0])
@pytest.mark.parametrize("call", BY_ESTIMATOR)
def test_an_estimator_is_its_function_and_never_its_name(call: Call, estimator: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(estimator)
    wanted = "estimator must be a function such as rpt_helpers.pathwise, got "
    assert str(caught.value) == f"{wanted}{estimator!r}"


NOT_NODES: list[Any] = [
    *[None, (0, 1), scipy.stats.norm, 3.0, SimpleNamespace(mu=0.0, sigma=1.0), Normal]
]
BY_NODE: list[Call] = [
    lambda node: pathwise(SQUARED_ERROR, node, EPS),
    lambda node: score_function(SQUARED_ERROR, node, EPS),
    lambda node: measure_valued(SQUARED_ERROR, node, FOUR),
    lambda node: closed_form.expected_loss(SQUARED_ERROR, node),
    lambda node: closed_form.gradient(SQUARED_ERROR, node),
    lambda node: closed_form.optimal_baseline(SQUARED_ERROR, node),
    lambda node: closed_form.variance(pathwise, SQUARED_ERROR, node),
    lambda node: quadrature.expected_loss(SQUARED_ERROR, node),
    lambda node: quadrature.gradient(SQUARED_ERROR, node),
    lambda node: quadrature.optimal_baseline(SQUARED_ERROR, node),
    lambda node: quadrature.variance(pathwise, SQUARED_ERROR, node),
    lambda node: quadrature.expectation(np.sin, node),
    lambda node: quadrature.hermite_spectrum(SQUARED_ERROR, node, 2),
    lambda node: estimate(pathwise, SQUARED_ERROR, node, 10, rng()),
    *[
        method
        for objective in (
            NegativeLogLikelihood(X),
            MomentMatching(X),
            SquaredErrorWithEntropy(X, 1),
            ReverseKL(X),
            EnergyScore(X),
        )
        for method in (objective.value, objective.gradient)
    ],
    lambda node: MomentMatching(X).pathwise(node, EPS),
    lambda node: ReverseKL(X).pathwise(node, EPS),
]


@pytest.mark.parametrize("node", NOT_NODES, ids=label)
@pytest.mark.parametrize("call", BY_NODE)
def test_what_is_no_node_is_named(call: Call, node: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(node)
    assert str(caught.value).startswith("node must be a ")
    assert str(caught.value).endswith(f", got {node!r}")


@pytest.mark.parametrize("start", NOT_NODES, ids=label)
def test_a_descent_starts_from_a_node(start: Any) -> None:
    with pytest.raises(ValueError, match="must be a node such as Normal"):
        sgd(still, start, steps=1, step_size=1)


def test_a_node_without_a_derivative_of_its_path_has_no_pathwise_gradient() -> None:
    coin: Any = SimpleNamespace(score=lambda eps: eps[:, np.newaxis], path=lambda eps: eps)
    with pytest.raises(ValueError, match="^node must be a node with a pullback such as Normal"):
        pathwise(SQUARED_ERROR, coin, EPS)
    assert score_function(SQUARED_ERROR, coin, EPS, baseline=[2.0]).shape == (2, 1)
    with pytest.raises(ValueError, match="^baseline must be a finite number, 1 of them, or a fun"):
        score_function(SQUARED_ERROR, coin, EPS, baseline=[2.0, 3.0])


PAIRS: list[tuple[str, Call]] = [
    ("value", lambda f: Loss(f, np.cos)),
    ("derivative", lambda f: Loss(np.sin, f)),
]


@pytest.mark.parametrize(("name", "call"), PAIRS)
@pytest.mark.parametrize("function", [None, 1.0, "sin", [np.sin]])
def test_a_loss_is_made_of_functions(name: str, call: Call, function: Any) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be a function of an array, got "):
        call(function)


@pytest.mark.parametrize("function", [None, [0.0, 0.0]])
def test_a_descent_needs_a_function_that_gives_gradients(function: Any) -> None:
    with pytest.raises(ValueError, match="^gradient must be a function of a node, got "):
        sgd(function, NORMAL, steps=1, step_size=1)


@pytest.mark.parametrize("slope", [1.0, [1.0], [1, 2, 3], [[1, 2]], [NAN, 1], [1, INF]])
def test_a_gradient_of_a_descent_is_a_finite_number_a_parameter(slope: Any) -> None:
    with pytest.raises(
        ValueError, match="gradient must be an array of 2 finite numbers, got array"
    ):
        sgd(lambda here: slope, NORMAL, steps=1, step_size=1)


@pytest.mark.parametrize("value", NOT_POSITIVE, ids=label)
def test_a_step_size_of_a_descent_is_positive(value: Any) -> None:
    with pytest.raises(ValueError, match=r"step_size\(0\) must be a finite number > 0, got "):
        sgd(still, NORMAL, steps=1, step_size=lambda t: value)


@pytest.mark.parametrize("parameters", [1.0, [1.0], [1, 2, 3], [[1, 2]]])
def test_parameters_are_two(parameters: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^parameters must be an array of shape \(2,\), got 'shape "
    ):
        NORMAL.at(parameters)


@pytest.mark.parametrize(
    ("parameters", "parameterization", "message"),
    [
        ([NAN, 1], "sigma", "mu must be a finite real number, got nan"),
        ([INF, 1], "variance", "mu must be a finite real number, got inf"),
        ([-INF, 1], "log_sigma", "mu must be a finite real number, got -inf"),
        ([0, 0], "sigma", "sigma must be a finite number > 0 .with parameterization='log_sigma'"),
        ([0, -1], "sigma", "sigma must be a finite number > 0 .*, got -1.0"),
        ([0, INF], "sigma", "sigma must be a finite number > 0 .*, got inf"),
        ([0, -4], "variance", "variance must be a finite number > 0 .*, got -4.0"),
        ([0, 0], "variance", "variance must be a finite number > 0 .*, got 0.0"),
        ([0, NAN], "variance", "variance must be a finite number > 0 .*, got nan"),
        ([0, 1000], "log_sigma", "log_sigma must be between -745 and 709, got 1000.0"),
        ([0, 709.7], "log_sigma", "log_sigma must be between -745 and 709, got 709.7"),
        ([0, -745], "log_sigma", "log_sigma must be between -745 and 709, got -745.0"),
        ([0, NAN], "log_sigma", "log_sigma must be between -745 and 709, got nan"),
    ],
)
def test_parameters_make_a_normal_or_an_error(
    parameters: Any, parameterization: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        NORMAL.by(parameterization).at(parameters)


@pytest.mark.parametrize("kind", [MomentMatching, ReverseKL, EnergyScore])
@pytest.mark.parametrize("x", [[2.0], [0.1, 0.1, 0.1], [1e9 / 7] * 5])
def test_data_that_coincide_have_no_best_sigma(kind: Call, x: Any) -> None:
    message = "^mean square deviation of x must be a finite number > 0, got 0.0"
    with pytest.raises(ValueError, match=message):
        kind(x)
    with pytest.raises(ValueError, match=message):
        NegativeLogLikelihood(x).optimum()


def test_data_whose_squares_overflow_are_refused() -> None:
    with pytest.raises(ValueError, match="^mean square deviation of x must be a finite"):
        SquaredError([1e200, -1e200])
    with pytest.raises(ValueError, match="^mean of x must be a finite"):
        SquaredError([-1e308, 1e308])


@pytest.mark.parametrize("shape", [(), (10,), (10, 1), (2, 10), (9, 2)])
def test_an_estimator_returns_one_gradient_for_each_sample(shape: Any) -> None:
    with pytest.raises(ValueError) as caught:
        estimate(lambda *arguments: np.zeros(shape), SQUARED_ERROR, NORMAL, 10, rng())
    wanted = "estimator must be a function that returns shape (10, 2) here, got 'shape "
    assert str(caught.value).startswith(wanted)


def test_what_is_a_number_stays_one() -> None:
    numbers: list[Any] = [np.int64(2), np.float32(2), Fraction(2), 2]
    assert {Normal(number, number) for number in numbers} == {Normal(2.0, 2.0)}
    two: list[Any] = [
        np.array([1, 2], np.uint8),
        np.array([1, 2], np.float32),
        np.ma.array([1.0, 2.0]),
        (1, 2.0),
        range(1, 3),
        [Fraction(1), Fraction(2)],
        np.array([1.0, 2.0], dtype=object),
    ]
    assert {SquaredError(x) for x in two} == {SquaredError([1.0, 2.0])}


def test_there_are_three_parameterizations() -> None:
    assert PARAMETERIZATIONS == ("sigma", "variance", "log_sigma")
