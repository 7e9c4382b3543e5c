"""The formulas, colors and data of the figures that move, printed as JavaScript by sympy.

The figures know no formula that the library does not have.
"""

import json
import textwrap
from pathlib import Path
from typing import Any

import sympy as sp

from rpt_helpers import SquaredError, datasets, plots, symbolic
from rpt_helpers.symbolic import eps, in_delta, mu, n, s, sigma, xbar, y

from .notebooks import ROOT

MODULE = ROOT / "book" / "explorables" / "formulas.js"
HEAD = """\
// Printed by `python -m authoring formulas` from rpt_helpers: change the library, not this file.
// Each formula takes one object with the numbers that it names. A gradient has two components, in
// mu and in sigma; one sample of it is a polynomial in the noise, given by its coefficients.
"""


def export(name: str, value: str) -> str:
    return f"export const {name} = {value};\n"


def function(body: Any) -> str:
    """Return a function of the symbols of its body, a formula or a list (of lists) of them."""
    symbols = sorted(map(str, sp.Tuple(*sp.flatten([body])).free_symbols))
    return f"({{{', '.join(symbols)}}}) => {code(body)}"


def code(body: Any) -> str:
    if isinstance(body, list):
        return f"[{', '.join(map(code, body))}]"
    return str(sp.jscode(body))


def members(named: dict[str, str]) -> str:
    lines = "".join(f"{name}: {value},\n" for name, value in named.items())
    return f"{{\n{textwrap.indent(lines, '  ')}}}"


def coefficients(sample: sp.Matrix) -> list[list[sp.Expr]]:
    """Return, for each component, what multiplies 1, eps, eps**2, ..."""
    return [
        [sp.factor(term) for term in reversed(sp.Poly(sp.expand(in_delta(part)), eps).all_coeffs())]
        for part in sample
    ]


def objective(unit: sp.Expr, penalty: sp.Expr) -> str:
    """Return E f / unit + penalty, its gradient, and a sample of the gradient either way."""
    slope = sp.Matrix([penalty.diff(mu), penalty.diff(sigma)])
    value = in_delta(symbolic.expected_loss()) / unit + penalty
    return members(
        {
            "value": function(sp.expand(value)),
            "gradient": function(list(in_delta(symbolic.gradient() / unit + slope))),
            "pathwise": function(coefficients(symbolic.pathwise() / unit + slope)),
            "scoreFunction": function(coefficients(symbolic.score_function() / unit + slope)),
        }
    )


def likelihood() -> str:
    """Return the mean negative log-likelihood: an average over data, and no draw of y enters."""
    of_the_data = symbolic.log_density().subs(y, xbar + s * eps)  # whatever has their moments
    value = -symbolic.expectation(sp.expand(of_the_data))
    slope = [in_delta(value.diff(parameter)) for parameter in (mu, sigma)]
    return members({"value": function(in_delta(value)), "gradient": function(slope)})


def loss_of(value: sp.Expr) -> str:
    """Return a loss of one y and one k, with its slope."""
    return members({"value": function(value), "derivative": function(value.diff(y))})


def known(x: Any) -> str:
    loss = SquaredError(x)
    return json.dumps({"n": loss.n, "xbar": loss.mean, "s": loss.mean_square_deviation**0.5})


def module() -> str:
    """Return the text of the module."""
    samples = {"pathwise": symbolic.pathwise(), "scoreFunction": symbolic.score_function()}
    variances = {
        f"{name}Variance": list(in_delta(symbolic.variance(sample)))
        for name, sample in samples.items()
    }
    objectives = {
        "squaredError": objective(sp.S.One, sp.S.Zero),
        "reverseKL": objective(2 * n * s**2, -sp.log(sigma)),
        "likelihood": likelihood(),
    }
    k = sp.Symbol("k")
    losses = {
        "cosine": loss_of(sp.cos(k * y)),
        "bump": loss_of(sp.exp(-k * y**2)),
        "square": loss_of((y - k) ** 2),
    }
    score = symbolic.score().subs(y, symbolic.path()).applyfunc(sp.simplify)
    michelson = (datasets.michelson() - 299_800) / 100
    parts = [
        HEAD,
        export("path", function(symbolic.path())),
        export("loss", function(symbolic.loss())),
        export("density", function(sp.exp(symbolic.log_density()))),
        export("expectedLoss", function(sp.factor(in_delta(symbolic.expected_loss())))),
        export("gradient", function(list(in_delta(symbolic.gradient())))),
        *(export(name, function(coefficients(sample))) for name, sample in samples.items()),
        *(export(name, function(variance)) for name, variance in variances.items()),
        export("losses", members(losses)),
        export("scoreOfNoise", function(list(score))),
        export("objectives", members(objectives)),
        export("data", str([float(x) for x in datasets.ten_draws()])),
        export("known", known(datasets.ten_draws())),
        export("michelson", known(michelson)),
        export("colors", json.dumps(plots.COLORS, indent=2)),
    ]
    return "\n".join(parts)


def write(target: Path = MODULE) -> None:
    target.write_text(module(), encoding="utf-8")
