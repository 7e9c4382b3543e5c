"""Gradient estimators for a stochastic node, their exact means and variances.

A loss, a node, a noise draw -> one gradient per sample; the rest is a function of that array.
"""

from . import closed_form, datasets, descent, objectives, quadrature
from .comparison import Comparison, compare
from .descent import Diverged, Trajectory, decaying_step, sgd
from .estimators import leave_one_out, measure_valued, pathwise, score_function
from .losses import Cosine, ExponentialSquare, Loss, MeanAbsoluteError, SquaredError, quadratic
from .monte_carlo import Antithetic, Estimate, Sobol, estimate
from .nodes import (
    PARAMETERIZATIONS,
    CorrelatedNormal,
    Node,
    Normal,
    Reparameterized,
    VectorNormal,
)
from .objectives import (
    EnergyScore,
    MomentMatching,
    NegativeLogLikelihood,
    ReverseKL,
    SquaredErrorWithEntropy,
)

# `plots` (matplotlib) and `symbolic` (sympy) are imported where they are used.
__all__ = [
    "PARAMETERIZATIONS",
    "Antithetic",
    "Comparison",
    "CorrelatedNormal",
    "Cosine",
    "Diverged",
    "EnergyScore",
    "Estimate",
    "ExponentialSquare",
    "Loss",
    "MeanAbsoluteError",
    "MomentMatching",
    "NegativeLogLikelihood",
    "Node",
    "Normal",
    "Reparameterized",
    "ReverseKL",
    "Sobol",
    "SquaredError",
    "SquaredErrorWithEntropy",
    "Trajectory",
    "VectorNormal",
    "closed_form",
    "compare",
    "datasets",
    "decaying_step",
    "descent",
    "estimate",
    "leave_one_out",
    "measure_valued",
    "objectives",
    "pathwise",
    "quadratic",
    "quadrature",
    "score_function",
    "sgd",
]
