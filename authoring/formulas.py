"""The formulas, colors and data of the figures that move, printed as JavaScript by sympy.

The figures know no formula that the library does not have.
"""

import json
from pathlib import Path
from typing import Any

import sympy as sp

from rpt_helpers import SquaredError, datasets, plots, symbolic
from rpt_helpers.symbolic import eps, in_delta

from .notebooks import ROOT

MODULE = ROOT / "book" / "explorables" / "formulas.js"
HEAD = """\
// Printed by `python -m authoring formulas` from rpt_helpers: change the library, not this file.
// Each formula takes one object with the numbers that it names. A gradient has two components, in
// mu and in sigma; one sample of it is a polynomial in the noise, given by its coefficients.
"""


def function(name: str, body: Any) -> str:
    """Return a function of the symbols of its body, a formula or a list (of lists) of them."""
    symbols = sorted(map(str, sp.Tuple(*sp.flatten([body])).free_symbols))
    return f"export const {name} = ({{{', '.join(symbols)}}}) => {code(body)};\n"


def code(body: Any) -> str:
    if isinstance(body, list):
        return f"[{', '.join(map(code, body))}]"
    return str(sp.jscode(body))


def coefficients(sample: sp.Matrix) -> list[list[sp.Expr]]:
    """Return, for each component, what multiplies 1, eps, eps**2, ..."""
    return [
        [sp.factor(term) for term in reversed(sp.Poly(sp.expand(in_delta(part)), eps).all_coeffs())]
        for part in sample
    ]


def module() -> str:
    """Return the text of the module."""
    loss = SquaredError(datasets.ten_draws())
    known = {"n": loss.n, "xbar": loss.mean, "s": loss.mean_square_deviation**0.5}
    samples = {"pathwise": symbolic.pathwise(), "scoreFunction": symbolic.score_function()}
    parts = [
        HEAD,
        function("path", symbolic.path()),
        function("loss", symbolic.loss()),
        function("expectedLoss", sp.factor(in_delta(symbolic.expected_loss()))),
        function("gradient", list(in_delta(symbolic.gradient()))),
        *(function(name, coefficients(sample)) for name, sample in samples.items()),
        *(
            function(f"{name}Variance", list(in_delta(symbolic.variance(sample))))
            for name, sample in samples.items()
        ),
        f"export const data = {[float(x) for x in datasets.ten_draws()]};\n",
        f"export const known = {json.dumps(known)};\n",
        f"export const colors = {json.dumps(plots.COLORS, indent=2)};\n",
    ]
    return "\n".join(parts)


def write(target: Path = MODULE) -> None:
    target.write_text(module(), encoding="utf-8")
