"""Backpropagation by a program that is small enough to read whole, and two nodes that gamble.

A `Var` remembers how it was made, and `Var.backward` follows that memory from a loss back to
everything that the loss was made of. A number may meet an array; arrays that meet have one shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

Parents = Sequence[tuple["Var", Any]]


class Var:
    """A number, or an array of numbers, that remembers how it was made."""

    __array_ufunc__ = None  # numpy leaves array * Var to __rmul__

    def __init__(self, value: ArrayLike, parents: Parents = ()) -> None:
        self.value = np.asarray(value, float)
        self.parents = parents  # pairs: a Var, and our derivative in it
        self.grad: Any = None  # until a backward pass comes by

    def __add__(self, other: Var | ArrayLike) -> Var:
        b = other if isinstance(other, Var) else Var(other)
        return Var(self.value + b.value, [(self, 1.0), (b, 1.0)])

    def __mul__(self, other: Var | ArrayLike) -> Var:
        b = other if isinstance(other, Var) else Var(other)
        return Var(self.value * b.value, [(self, b.value), (b, self.value)])

    __radd__, __rmul__ = __add__, __mul__

    def __sub__(self, other: Var | ArrayLike) -> Var:
        return self + Var(-1) * other

    def __rsub__(self, other: ArrayLike) -> Var:
        return Var(other) - self

    def exp(self) -> Var:
        value = np.exp(self.value)
        return Var(value, [(self, value)])

    def tanh(self) -> Var:
        value = np.tanh(self.value)
        return Var(value, [(self, 1 - value**2)])

    def backward(self) -> None:
        """Set .grad in all that made this Var: the derivative of its sum."""
        tape: list[Var] = []

        def record(var: Var) -> None:  # each one after its parents
            if var not in tape:
                for parent, _ in var.parents:
                    record(parent)
                tape.append(var)

        record(self)
        for var in tape:
            var.grad = np.zeros_like(var.value)
        self.grad = np.ones_like(self.value)
        for var in reversed(tape):
            for parent, derivative in var.parents:
                passed = var.grad * derivative
                parent.grad += passed if parent.value.ndim else passed.sum()


def draw(mu: Var, sigma: Var, rng: Generator) -> Var:
    """Ask a sampler for y: it has no parents, and the way back ends."""
    return Var(rng.normal(mu.value, sigma.value))


def draw_along(mu: Var, sigma: Var, rng: Generator) -> Var:
    """Make the same y of mu, sigma and noise: the way back stays open."""
    shape = np.broadcast(mu.value, sigma.value).shape
    return mu + sigma * rng.standard_normal(shape)
