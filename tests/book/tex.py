"""Formulas of a page as numbers: TeX in the small dialect of this book becomes Python."""

import re
from collections.abc import Mapping
from typing import Any

FUNCTIONS = {"E", "cos", "f", "log"}
WORDS = r"S@|\d+(?:\.\d+)?|[A-Za-z]\w*'?|\*\*|[-+/(),]"


def python(tex: str) -> str:
    r"""Translate: \frac{a}{b}, powers, indices, \bar x, brackets and products without a sign."""
    tex = re.sub(r"\\(left|right|[,; !])", " ", tex)
    tex = re.sub(r"\\sum_(\{i=1\}\^n|i)", " S@ ", tex).replace(r"\bar x", " xbar ")
    while (reduced := re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", tex)) != tex:
        tex = reduced
    tex = re.sub(r"\^(\{[^{}]*\}|\w)", r"**\1", tex).replace("[", "(").replace("]", ")")
    tex = re.sub(r"x_i", "xi", tex)
    tex = re.sub(r"\\([a-z]+)", r" \1 ", tex.replace("{", "(").replace("}", ")"))
    # letters side by side are a product: `2ns` is 2 n s
    known = "sigma|epsilon|delta|theta|tau|mu|xbar|cos|log|xi"
    tex = re.sub(rf"(?<![A-Za-z])(?!(?:{known})(?![A-Za-z]))([A-Za-z]{{2,}})", spread, tex)
    words = re.findall(WORDS, tex)
    if "".join(words) != re.sub(r"\s", "", tex):
        raise ValueError(f"cannot read {tex!r}")
    out = [words[0]]
    for before, word in zip(words, words[1:], strict=False):
        if before == "log" and word != "(":
            word = f"({word})"
        elif re.fullmatch(r"[\w.']+|\)", before) and before not in FUNCTIONS:
            out += ["*"] if re.match(r"[\w(]", word) else []
        out.append(word)
    return " ".join(out)


def spread(match: re.Match[str]) -> str:
    return " ".join(match[1])


def number(tex: str, names: Mapping[str, Any]) -> Any:
    """The value of a formula where its letters have these values."""
    return eval(python(tex), {"__builtins__": {}}, dict(names))
