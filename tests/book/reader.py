r"""Formulas as a page prints them, read and computed: sums over data, expectations, derivatives.

A value has four axes: the noise, a second noise, the data, the components of a vector.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, stats

from rpt_helpers import Normal, SquaredError

Value = NDArray[np.float64]
ROOTS, WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
GREEK = r"\\(?:mu|sigma|epsilon|delta|theta|tau|lambda|rho|beta|gamma|pi|kappa)"
TOKEN = re.compile(rf"\\[A-Za-z]+'*|[A-Za-z]'*|\d+(?:\.\d+)?|[-+*/^_(){{}}\[\]|,;=]|{GREEK}")
RELATION = re.compile(r"=|<|>|\\(?:ge|le|to|approx|sim|leftarrow)\b")


class Unreadable(Exception):
    """The reader does not know this notation, or this letter."""


@dataclass(frozen=True)
class Of:
    """A letter that follows from others."""

    compute: Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Case:
    """Data, a node and what else letters mean."""

    x: Value
    mu: float
    sigma: float
    letters: Mapping[str, Any] = field(default_factory=dict)
    loss: Any = None
    held: Value | None = None  # where a density is looked at, while a dial moves

    @cached_property
    def node(self) -> Normal:
        return Normal(self.mu, self.sigma)

    @cached_property
    def f(self) -> Any:
        return self.loss or SquaredError(self.x)

    def moved(self, letter: str, step: float) -> "Case":
        """The same place, one letter moved a little."""
        sigma, here = self.sigma, replace(self, held=self.names["y0"])
        match letter:
            case "mu":
                return replace(here, mu=self.mu + step)
            case "sigma":
                return replace(here, sigma=sigma + step)
            case "v" | "sigma^2":
                return replace(here, sigma=(sigma**2 + step) ** 0.5)
            case "lambda" | "log sigma":
                return replace(here, sigma=sigma * np.exp(step))
        if (
            letter == "t" or letter not in self.letters
        ):  # t is a time: what depends on it is not said
            raise Unreadable(f"d/d{letter}")
        return replace(self, letters={**self.letters, letter: self.letters[letter] + step})

    @cached_property
    def names(self) -> dict[str, Any]:
        data = SquaredError(self.x)
        eps, other = ROOTS.reshape(-1, 1, 1, 1), ROOTS.reshape(1, -1, 1, 1)
        y, n, sigma = self.mu + self.sigma * eps, self.x.size, self.sigma
        delta, square = self.mu - data.mean, data.mean_square_deviation
        at = y if self.held is None else self.held
        names: dict[str, Any] = {"y0": at, "p": stats.norm.pdf(at, self.mu, sigma)}
        names |= {"mu": self.mu, "sigma": sigma, "epsilon": eps, "epsilon'": other}
        names |= {"y": y, "y'": self.mu + sigma * other, "xbar": data.mean, "n": n}
        names |= {"x_i": self.x.reshape(1, 1, -1, 1), "s": square**0.5, "delta": delta}
        names |= {"A": delta**2 + square, "v": sigma**2, "lambda": np.log(sigma), "pi": np.pi}
        names |= {"case": self, "e": np.e, "rho": sigma**-2, "g": y, "z": delta / sigma}
        names |= {"f": self._apply(self.f), "f'": self._apply(self.f.derivative)}
        names |= {"f''": lambda y: derivative(lambda h: self._apply(self.f.derivative)(y + h))}
        names |= {"varphi": lambda t: stats.norm.pdf(t), "Phi": stats.norm.cdf, "Sign": np.sign}
        names |= {"varphi'": lambda t: -t * stats.norm.pdf(t)}
        names |= {each: getattr(np, each) for each in ("cos", "sin", "tanh", "log", "exp", "sinh")}
        names |= self.letters
        for name, meaning in self.letters.items():
            if isinstance(meaning, Of):
                names[name] = meaning.compute(names)
        return names

    @staticmethod
    def _apply(function: Callable[..., Any]) -> Callable[[Value], Value]:
        def applied(y: Value) -> Value:
            y = np.asarray(y, dtype=np.float64)
            return np.asarray(function(np.ravel(y))).reshape(y.shape)

        return applied


def derivative(function: Callable[[float], Value], step: float = 2e-3) -> Value:
    """Central difference of order 6."""
    weights = {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}
    total = sum(w * (function(k * step) - function(-k * step)) for k, w in weights.items())
    return np.asarray(total / step)


def same(left: Any, right: Any, rtol: float = 1e-6) -> bool:
    return bool(np.allclose(left, right, rtol=rtol, atol=1e-8))


def integral(function: Callable[[float], float], low: float, high: float, *points: float) -> float:
    """The integral, by a rule that may be told where to look."""
    return float(integrate.quad(function, low, high, limit=200, points=points or None)[0])


def at_noise(samples: Value) -> Value:
    """One number for each noise, with the axes of a value."""
    return np.reshape(samples, (-1, 1, 1, 1))


def full(value: Any) -> Value:
    value = np.asarray(value, dtype=np.float64)
    return value.reshape((1, 1, 1, 1)) if value.ndim == 0 else value


def mean(value: Value) -> Value:
    for axis in (0, 1):
        if value.shape[axis] > 1:
            value = np.moveaxis(np.moveaxis(value, axis, -1) @ WEIGHTS[:, None], -1, axis)
    return value


def tidy(tex: str) -> str:
    """Drop what only places or sizes, and give each \\frac and \\sqrt its braces."""
    tex = re.sub(r"\\underbrace\{(.*?)\}_\{\\text\{\w+\}\}", r"\1", tex, flags=re.DOTALL)
    tex = re.sub(r"\\(big|Big|bigg|Bigg)[lr]?(?![a-z])|\\(left|right)(?![a-z])", " ", tex)
    tex = re.sub(r"\b(f'*)\\,\s*\(", r"\1 \\cdot (", tex)  # a product, and no argument
    tex = re.sub(r"\\[,;!: ]", " ", tex).replace("{,}", "").replace("~", " ")
    tex = re.sub(r"\\[tdc]frac", r"\\frac", tex)
    tex = re.sub(r"\\[lr]vert", "|", tex).replace(r"\lbrack", "[").replace(r"\rbrack", "]")
    one = r"(\d|[A-Za-z]|\\(?!frac|sqrt)[A-Za-z]+)"
    tex = re.sub(rf"\\frac\s*{one}", r"\\frac{\1}", tex)
    tex = re.sub(rf"(\\frac(?:\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}}))\s*{one}", r"\1{\2}", tex)
    tex = re.sub(rf"\\sqrt\s*{one}", r"\\sqrt{\1}", tex)
    tex = re.sub(r"([A-Za-z])\^(\*|\{\*\})", r" \\\1star ", tex)
    tex = re.sub(r"\\bar\s*\\?(x|epsilon|y)(?![A-Za-z])", lambda m: rf" \{m[1]}bar ", tex)
    tex = re.sub(r"\\operatorname\{(\w+)\}", lambda m: " \\" + m[1].capitalize() + " ", tex)
    return re.sub(r"\\(mathrm|text)\{(\w+)\}", r"\\\2 ", tex)


class Reader:
    """A recursive descent over one side of a formula; `read` returns its value in a case."""

    def __init__(self, tex: str, case: Case) -> None:
        tex = tidy(tex)
        self.tokens = TOKEN.findall(tex)
        if "".join(self.tokens) != re.sub(r"\s", "", tex):
            raise Unreadable(tex)
        self.case, self.here, self.bars = case, 0, [0]

    def read(self) -> Value:
        value = self.sum()
        if self.peek():
            raise Unreadable(f"{self.peek()} after {self.tokens[: self.here]}")
        return value

    def peek(self, ahead: int = 0) -> str:
        at = self.here + ahead
        return self.tokens[at] if at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise Unreadable(f"{token!r} where {wanted!r} was expected")
        self.here += 1
        return token

    @contextmanager
    def enclosed(self, end: str) -> Iterator[None]:
        self.bars.append(0)
        yield
        self.bars.pop()
        self.take(end)

    def sum(self) -> Value:
        sign = -1.0 if self.peek() in "+-" and self.peek() and self.take() == "-" else 1.0
        total = sign * self.product()
        while self.peek() in ("+", "-"):
            total = total + (1.0 if self.take() == "+" else -1.0) * self.product()
        return total

    def product(self, *, adjacent: bool = False) -> Value:
        """Factors side by side; those after an operator are taken by the operator."""
        value = self.factor()
        while token := self.peek():
            if token in ("\\cdot", "*") and not adjacent:
                self.take()
                value = value * self.factor()
            elif token == "/" and not adjacent:
                self.take()
                value = value / self.factor()
            elif token in "+-),]}/*" or token in ("\\cdot",) or (token == "|" and self.bars[-1]):
                break
            else:
                if adjacent and token in ("E", "\\Var"):
                    break
                value = value * self.factor()
        return value

    def factor(self) -> Value:
        value = self.base()
        while self.peek() == "^":
            self.take()
            value = value ** self.argument()
        return value

    def argument(self) -> Value:
        if self.peek() == "{":
            return self.group("{", "}")
        token = self.peek()
        if token.isdigit() and len(token) > 1:  # TeX takes one digit
            self.tokens[self.here] = token[1:]
            return full(float(token[0]))
        return self.base()

    def group(self, start: str, end: str) -> Value:
        self.take(start)
        with self.enclosed(end):
            parts = [self.sum()]
            while self.peek() == ",":
                self.take()
                parts.append(self.sum())
        return parts[0] if len(parts) == 1 else stack(parts)

    def subscript(self) -> str:
        if self.peek() != "_":
            return ""
        self.take()
        if self.peek() != "{":
            return self.take()
        depth, found = 0, ""
        while True:
            token = self.take()
            depth += (token == "{") - (token == "}")
            if not depth:
                return found
            if token != "{":
                found += token

    def base(self) -> Value:
        token = self.peek()
        if token == "(":
            return self.group("(", ")")
        if token == "[":
            return self.group("[", "]")
        if token == "{":
            return self.group("{", "}")
        if token == "|":
            self.take()
            self.bars[-1] += 1
            value = self.sum()
            self.bars[-1] -= 1
            self.take("|")
            return np.abs(value)
        if token and token[0].isdigit():
            return full(float(self.take()))
        if not token or not token[0].isalpha() and token[0] != "\\":
            raise Unreadable(f"{token!r}")
        return self.named(self.take())

    def named(self, token: str) -> Value:
        name = token.removeprefix("\\")
        if name == "frac":
            return self.fraction()
        if name == "sqrt":
            return np.sqrt(self.group("{", "}"))
        if name == "nabla":
            self.subscript()
            start = self.here
            return stack([self.slope(letter, start) for letter in ("mu", "sigma")])
        if name == "sum":
            return self.over_data()
        if name == "E":
            self.subscript()
            return mean(self.operand())
        if name in ("Var", "Sd"):
            values = self.operand()
            variance = mean(values**2) - mean(values) ** 2
            return variance if name == "Var" else np.sqrt(variance)
        if (index := self.subscript()) or name == "x":
            name = f"{name}_{index.strip()}".replace("\\", "")
        if name in ("g", "p") and self.peek() == "(":
            while self.take() != ")":
                pass
        if name not in self.case.names:
            raise Unreadable(f"the letter {name}")
        known = self.case.names[name]
        if not callable(known):
            return full(known)
        if name.startswith("partial") and self.peek() == "^":
            self.take()
            times, of = int(self.take()), self.product(adjacent=True)
            return full(reduce(lambda value, _: known(value), range(times), of))
        if self.peek() in ("(", "["):
            return full(known(self.base()))
        if name[0] in "f" or name in ("F", "S", "F'", "F''"):
            return full(known(full(self.case.names["y"])))
        if name.startswith("varphi") and self.peek() in ("", ")", "}", "]", "+", "-", "d"):
            return full(known(full(self.case.names["epsilon"])))
        return full(known(self.product(adjacent=True)))

    def operand(self) -> Value:
        if self.peek() == "[":
            return self.group("[", "]")
        return self.product(adjacent=True)

    def over_data(self) -> Value:
        self.subscript()
        if self.peek() == "^":
            self.take()
            self.argument()
        terms = self.product(adjacent=True)
        size = self.case.x.size if terms.shape[2] == 1 else 1
        return size * terms.sum(axis=2, keepdims=True)

    def fraction(self) -> Value:
        if self.peek(1) in ("\\partial", "d") and "}" in self.tokens[self.here :]:
            return self.differential()
        top = self.group("{", "}")
        return top / self.group("{", "}")

    def differential(self) -> Value:
        """d/dx applied to the rest of the product, or dg/dx."""
        self.take("{")
        self.take()
        start = self.here
        inside = self.peek() != "}"
        while self.take() != "}":
            pass
        end = self.here - 1
        self.take("{")
        self.take()
        letter = ""
        while (token := self.take()) != "}":
            letter += token.replace("\\log", "log ").removeprefix("\\")
        if not inside:
            return self.slope(letter, self.here)
        rest, self.tokens = self.tokens, self.tokens[:end]
        after = self.here
        value = self.slope(letter, start)
        self.tokens, self.here = rest, after
        return value

    def slope(self, letter: str, start: int) -> Value:
        """The derivative in a letter of the product that starts here."""
        case = self.case
        values = {}

        def moved(step: float) -> Value:
            self.case, self.here = case.moved(letter, step), start
            values[step] = self.product(adjacent=True)
            return values[step]

        found = derivative(moved)
        self.case = case
        return found


def stack(parts: list[Value]) -> Value:
    return np.concatenate(np.broadcast_arrays(*parts), axis=3)


def value(tex: str, case: Case) -> Value:
    return Reader(tex, case).read()


def statements(tex: str) -> list[str]:
    """The equations of one formula: split at wide spaces and at lines that are no continuation."""
    tex = re.sub(r"\\(begin|end)\{(aligned|array)\}(\{\w+\})?", " ", tex)
    tex = re.sub(r"\\\\(\[\w+\])?\s*&?\s*(=|\+|-)", r" \2", tex)
    parts = re.split(r"\\\\|\\qquad|\\quad", tex.replace("&", " "))
    parts = [re.sub(r"^\\text\{[^}]*\}", "", part.strip(" ,.\n")).strip() for part in parts]
    return [part for part in parts if part]


def sides(statement: str) -> tuple[list[str], list[str]]:
    """What stands between the relations outside of brackets, and the relations."""
    found, relations, depth, start = [], [], 0, 0
    for match in re.finditer(rf"[({{\[\])}}]|{RELATION.pattern}", statement):
        if match[0] in "({[":
            depth += 1
        elif match[0] in ")}]":
            depth -= 1
        elif depth == 0:
            found.append(statement[start : match.start()].strip())
            relations.append(match[0])
            start = match.end()
    return [*found, statement[start:].strip()], relations
