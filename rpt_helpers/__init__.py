"""Gradient estimators for a stochastic node, their exact means and variances, and what compares them.

A loss, a distribution, a noise draw -> one gradient per sample; everything else is a function of that array.
"""

from . import closed_form, datasets, descent, objectives, quadrature, symbolic
from .descent import Trajectory, decaying_step, sgd
from .nodes import PARAMETERIZATIONS, Normal
from .estimators import pathwise, score_function
from .losses import Cosine, ExponentialSquare, Loss, MeanAbsoluteError, Quadratic, SquaredError
from .monte_carlo import Estimate, estimate
from .objectives import EnergyScore, MomentMatching, NegativeLogLikelihood, ReverseKL, SquaredErrorWithEntropy

__all__ = [
    "PARAMETERIZATIONS",
    "Cosine",
    "EnergyScore",
    "Estimate",
    "ExponentialSquare",
    "Loss",
    "MeanAbsoluteError",
    "MomentMatching",
    "NegativeLogLikelihood",
    "Normal",
    "Quadratic",
    "ReverseKL",
    "SquaredError",
    "SquaredErrorWithEntropy",
    "Trajectory",
    "closed_form",
    "datasets",
    "decaying_step",
    "descent",
    "estimate",
    "objectives",
    "pathwise",
    "quadrature",
    "score_function",
    "sgd",
    "symbolic",
]
