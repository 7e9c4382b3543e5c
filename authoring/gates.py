"""The rules that a chapter keeps, one pure function each: notebook -> list of violations.

nbval proves that stored text outputs can be reproduced; these gates see what it does not.
ruff (layout, legacy random numbers) and codespell (American spelling) read the chapters too.
"""

import ast
import base64
import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from statistics import median

from matplotlib.image import imread
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from nbgrader.nbgraderformat.common import SchemaMismatchError

from .notebooks import ROOT, at, chapters, code_cells, errors, notebooks, outputs, read

Gate = Callable[[NotebookNode], list[str]]

WORDS = (1400, 2800)
CODE_CELLS = (15, 30)
MEDIAN_STATEMENTS, LONG_CELL, LONG_SHARE = 4, 12, 0.1
COLUMNS = 79  # what a page shows without scrolling
SIGNIFICANT_DIGITS = 6  # more are not the same on every machine
ALT_LENGTH = 40
TAGS = {"hide-cell", "hide-input", "hide-output", "raises-exception", "show-input"}
SVG, PNG = "image/svg+xml", "image/png"
FIGURE_BYTES = 150_000
FIGURE_WIDTH = 5 * 72  # points: letters of 11 are then 10 pixels high on a phone
SECTIONS = ["What can go wrong", "Exercises", "Summary", "Further reading"]

VOLATILE = {
    "the address of an object": r"\b0x[0-9a-fA-F]{6,}",
    "the repr of a figure": r"<(Figure|Axes|matplotlib)\b",
    "the repr of a numpy scalar (format it)": r"\bnp\.(float|int|uint|bool|str|True|False)\w*",
    "a path of this machine": r"(?<![\w.:/<~])(~|[A-Z]:\\|/[A-Za-z][\w.-]*)[/\\][\w.-]+",
    "a date": r"\b20\d\d-\d\d-\d\d\b",
    "a time of day": r"\b\d{1,2}:\d\d:\d\d\b",
}
NOT_PORTABLE_PATH = re.compile(r"^(~?/\w+/|~/|[A-Za-z]:[\\/]|/(home|usr|tmp|root|Users)\b)")
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
COLOR_ARGUMENT = re.compile("color|^c$|^[mef]c$")
COLOR = re.compile(r"#([0-9a-fA-F]{3,4}){1,2}|C\d|tab:\w+")
TAKE_COLOR = "take it from rpt_helpers.plots.COLORS"
NUMBER_START = r"(?<![A-Za-z0-9_.])"
BANNED = re.compile(r"\b(obviously|simply|trivially|of course)\b", re.IGNORECASE)


# What the gates look at


def texts(output: NotebookNode) -> list[str]:
    """What a reader sees of an output as text (not the repr that accompanies an image)."""
    if output.output_type == "stream":
        return [output.text]
    if output.output_type == "error":
        return [output.evalue]
    if SVG in output.data or PNG in output.data:
        return []
    return [
        re.sub(r"</?\w[^>]*>", " ", text) if kind == "text/html" else text
        for kind, text in output.data.items()
        if kind.startswith("text/")
    ]


def syntax(cell: NotebookNode) -> ast.Module:
    """Parse a code cell; `plain_python` reports the cell that does not parse."""
    try:
        return ast.parse(str(cell.source))
    except SyntaxError:
        return ast.Module([], [])


def nodes(notebook: NotebookNode) -> Iterator[tuple[int, ast.AST]]:
    """Every syntax node of every code cell."""
    return (
        (index, node) for index, cell in code_cells(notebook) for node in ast.walk(syntax(cell))
    )


def plain(markdown: str) -> str:
    """Markdown without code, roles such as citations, HTML tags, and the targets of links."""
    for pattern, replacement in [
        (r"^(```+|~~~+).*?^\1", " "),
        (r"<!--.*?-->", " "),
        (r"(\{[\w:-]+\})?(`+)(?!`).+?\2", " "),
        (r"\]\([^)]*\)", "]"),
        (r"</?[A-Za-z][^>]*>", " "),
        (r"https?://\S+", " "),
    ]:
        markdown = re.sub(pattern, replacement, markdown, flags=re.DOTALL | re.MULTILINE)
    return markdown


def prose(notebook: NotebookNode) -> list[tuple[int, str]]:
    """What the chapter says, by cell: its markdown, its figures' captions and alt texts."""
    said = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            said.append((index, plain(cell.source)))
        else:
            said.append((index, plain(" ".join(figure_texts(cell)))))
    return said


def figure_texts(cell: NotebookNode) -> tuple[str, str]:
    """Alt text and caption of a cell's figure."""
    mystnb = cell.metadata.get("mystnb", {})
    return mystnb.get("image", {}).get("alt", ""), mystnb.get("figure", {}).get("caption", "")


def without_math(text: str) -> str:
    """Formulas set apart are no words, a formula in a sentence is one."""
    return re.sub(r"\$[^$]+\$", " x ", re.sub(r"\$\$.+?\$\$", " ", text, flags=re.DOTALL))


def markdown(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def section(notebook: NotebookNode, title: str) -> str:
    """The markdown below a heading of level 2."""
    pattern = rf"^## {re.escape(title)}[ \t]*$(.*?)(?=^## |\Z)"
    match = re.search(pattern, markdown(notebook), re.DOTALL | re.MULTILINE)
    return match[1] if match else ""


# Was it run, and is what it stored stable?


def executed(notebook: NotebookNode) -> list[str]:
    """Every code cell was run, in order: the counts are 1..n."""
    return [
        f"{at(notebook, index)}: execution count is {cell.execution_count}, not {expected}: "
        "run `make refresh`"
        for expected, (index, cell) in enumerate(code_cells(notebook), 1)
        if cell.execution_count != expected
    ]


def tags(notebook: NotebookNode) -> list[str]:
    """Only known tags, and no marker that hides a cell from nbval."""
    found = []
    for index, cell in enumerate(notebook.cells):
        found += [
            f"{at(notebook, index)}: tag {tag!r} is not one of {', '.join(sorted(TAGS))}"
            for tag in cell.metadata.get("tags", [])
            if tag not in TAGS
        ]
        if cell.cell_type == "code" and re.search(r"#\s*(NBVAL_|PYTEST_VALIDATE)", cell.source):
            found.append(f"{at(notebook, index)}: a comment hides it from nbval; make it stable")
    return found


def stable_outputs(notebook: NotebookNode) -> list[str]:
    """No output shows what differs between two runs or two machines."""
    return [
        f"{at(notebook, index)}: shows {what}: {match[0]!r}"
        for index, output in outputs(notebook)
        for text in texts(output)
        for what, pattern in VOLATILE.items()
        if (match := re.search(pattern, text))
    ]


def digits(notebook: NotebookNode) -> list[str]:
    """Printed floats have at most 6 significant digits: these are the same on every machine."""
    found = []
    for index, output in outputs(notebook):
        for text in texts(output):
            for number in re.findall(NUMBER_START + r"(?:\d{1,3}(?:,\d{3})+|\d+)\.\d+", text):
                significant = number.replace(",", "").replace(".", "").lstrip("0")
                if len(significant) > SIGNIFICANT_DIGITS:
                    found.append(
                        f"{at(notebook, index)}: prints {number}; "
                        f"format it to {SIGNIFICANT_DIGITS} digits or fewer"
                    )
    return found


# Is the code plain?


def plain_python(notebook: NotebookNode) -> list[str]:
    """No magics, shell commands, sys.path, files, absolute paths, or outputs that are rewritten."""
    found = []
    for index, cell in code_cells(notebook):
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            found.append(
                f"{at(notebook, index)}: is not plain Python (magic? shell?): "
                f"{error.msg}, line {error.lineno}"
            )
    for index, node in nodes(notebook):
        match node:
            case ast.Name("open" | "clear_output" | "update_display" as name):
                found.append(f"{at(notebook, index)}: uses {name}")
            case ast.Attribute(ast.Name("sys"), "path"):
                found.append(f"{at(notebook, index)}: uses sys.path; install the package instead")
            case ast.keyword("display_id"):
                found.append(f"{at(notebook, index)}: rewrites an output (display_id)")
            case ast.Constant(str(text)) if NOT_PORTABLE_PATH.search(text):
                found.append(f"{at(notebook, index)}: holds an absolute path: {text!r}")
    return found


def semicolons(notebook: NotebookNode) -> list[str]:
    """No line ends with a semicolon, which hides an output; end a plotting cell with plt.show()."""
    return [
        f"{at(notebook, index)}: a line ends with ';': {line.strip()!r}"
        for index, cell in code_cells(notebook)
        for line in cell.source.splitlines()
        if line.rstrip().endswith(";")
    ]


def seeds(notebook: NotebookNode) -> list[str]:
    """Every generator has a seed (ruff refuses numpy's legacy functions and the module random)."""
    found = []
    for index, node in nodes(notebook):
        match node:
            case ast.Call(
                ast.Attribute(_, "default_rng") | ast.Name("default_rng"),
                [] | [ast.Constant(None)],
                [],
            ):
                found.append(f"{at(notebook, index)}: default_rng() has no seed; give it SEED")
    return found


def colors(notebook: NotebookNode) -> list[str]:
    """Colors come from rpt_helpers.plots.COLORS, which color-blind readers can tell apart."""
    found = []
    for index, node in nodes(notebook):
        match node:
            case ast.keyword(str(name), ast.Constant(str(text))) if COLOR_ARGUMENT.search(name):
                if text.lower() != "none":
                    found.append(f"{at(notebook, index)}: {name}={text!r}: {TAKE_COLOR}")
            case ast.Constant(str(text)) if COLOR.fullmatch(text):
                found.append(f"{at(notebook, index)}: color {text!r}: {TAKE_COLOR}")
            case ast.Call(ast.Attribute(_, "plot" | "errorbar"), arguments, keywords):
                values = [*arguments, *(one.value for one in keywords if one.arg == "fmt")]
                for value in values:
                    if isinstance(value, ast.Constant) and re.fullmatch(
                        r"(?=.*[bgrcmykw])[-.:,ovs^<>*+xdDhHp|_bgrcmykw]{1,4}", str(value.value)
                    ):
                        found.append(f"{at(notebook, index)}: format {value.value!r} holds a color")
    return found


# Figures


def drawings(notebook: NotebookNode) -> list[tuple[int, str, str]]:
    """The stored figures: cell, kind, data."""
    return [
        (index, kind, data)
        for index, output in outputs(notebook)
        for kind, data in output.get("data", {}).items()
        if kind.startswith("image/")
    ]


def figures(notebook: NotebookNode) -> list[str]:
    """One light figure a cell, shown by plt.show() on the last line."""
    found = []
    drawn = [index for index, _, _ in drawings(notebook)]
    for index in sorted(set(drawn)):
        if drawn.count(index) > 1:
            found.append(f"{at(notebook, index)}: {drawn.count(index)} figures; draw one a cell")
        if notebook.cells[index].source.strip().splitlines()[-1].strip() != "plt.show()":
            found.append(f"{at(notebook, index)}: a plotting cell ends with plt.show()")
    for index, kind, data in drawings(notebook):
        if kind not in (SVG, PNG):
            found.append(f"{at(notebook, index)}: {kind}; only SVG and PNG are compared")
        if len(data) > FIGURE_BYTES:
            found.append(
                f"{at(notebook, index)}: its figure has {len(data):,} bytes, allowed are "
                f"{FIGURE_BYTES:,}: draw fewer points, or rasterized=True"
            )
    return found


def figure_descriptions(notebook: NotebookNode) -> list[str]:
    """Every figure has an alt text that says what it shows, and a caption."""
    found = []
    for index in sorted({index for index, _, _ in drawings(notebook)}):
        alt, caption = figure_texts(notebook.cells[index])
        if len(alt) < ALT_LENGTH or re.search(r"\.(png|svg|jpe?g)\b|\b[A-Z]+_[A-Z]+\b", alt):
            found.append(
                f"{at(notebook, index)}: metadata mystnb.image.alt is {alt!r}; "
                f"say what the figure shows in at least {ALT_LENGTH} characters"
            )
        if not caption.strip():
            found.append(f"{at(notebook, index)}: metadata mystnb.figure.caption is missing")
    return found


def figure_cells(notebook: NotebookNode) -> list[str]:
    """A figure fits a phone, and its code is folded; one cell may show it, where it is the lesson.

    The tags are hide-input and show-input.
    """
    found, shown = [], 0
    for index, kind, data in drawings(notebook):
        tagged = set(notebook.cells[index].metadata.get("tags", []))
        shown += "show-input" in tagged
        if not tagged & {"hide-input", "show-input"}:
            found.append(f"{at(notebook, index)}: draws a figure; fold its code: tag it hide-input")
        width = re.search(r'width="([\d.]+)pt"', data) if kind == SVG else None
        if width and float(width[1]) > FIGURE_WIDTH:
            found.append(
                f"{at(notebook, index)}: its figure is wider than {FIGURE_WIDTH / 72:g} in"
            )
    if shown > 1:
        found.append(f"{shown} cells are tagged show-input, allowed is 1")
    return found


def changed_figures(stored: NotebookNode, rerun: NotebookNode) -> list[str]:
    """Compare figures with those of another run of the same cells: SVG as text, PNG by pixel."""

    def comparable(notebook: NotebookNode) -> dict[int, str | bytes]:
        return {
            index: pixels(data) if kind == PNG else data for index, kind, data in drawings(notebook)
        }

    old, new = comparable(stored), comparable(rerun)
    return [
        f"{at(stored, index)}: its figure changed: look at it after `make refresh`"
        for index in sorted(old | new)
        if old.get(index) != new.get(index)
    ]


def pixels(png: str) -> bytes:
    image = imread(io.BytesIO(base64.b64decode(png)))
    return str(image.shape).encode() + image.tobytes()


# Small cells, each with a sentence before and after


def cell_lengths(notebook: NotebookNode) -> list[str]:
    """Code cells: median at most 4 statements, at most a tenth above 12; inner ones count."""
    lengths = {
        index: sum(isinstance(node, ast.stmt) for node in ast.walk(syntax(cell)))
        for index, cell in code_cells(notebook)
    }
    found = []
    if lengths and (middle := median(lengths.values())) > MEDIAN_STATEMENTS:
        found.append(
            f"the median code cell has {middle:g} statements, allowed are {MEDIAN_STATEMENTS}"
        )
    long = [index for index, length in lengths.items() if length > LONG_CELL]
    if len(long) > LONG_SHARE * len(lengths):
        found += [
            f"{at(notebook, index)}: {lengths[index]} statements; "
            f"only {LONG_SHARE:.0%} of the cells may have more than {LONG_CELL}"
            for index in long
        ]
    return found


def columns(notebook: NotebookNode) -> list[str]:
    """No line of code is wider than what a page shows."""
    found = []
    for index, cell in code_cells(notebook):
        lines = enumerate(cell.source.splitlines(), 1)
        if wide := [str(number) for number, line in lines if len(line) > COLUMNS]:
            found.append(
                f"{at(notebook, index)}: more than {COLUMNS} columns in line {', '.join(wide)}"
            )
    return found


def surrounded(notebook: NotebookNode) -> list[str]:
    """A sentence, not a heading alone, stands before and after each code cell."""

    def has_sentence(index: int) -> bool:
        if not 0 <= index < len(notebook.cells) or notebook.cells[index].cell_type != "markdown":
            return False
        return any(
            re.search(r"\w", line) and not line.startswith("#")
            for line in notebook.cells[index].source.splitlines()
        )

    return [
        f"{at(notebook, index)}: no sentence in a markdown cell directly {side} it"
        for index, _ in code_cells(notebook)
        for side, neighbor in (("before", index - 1), ("after", index + 1))
        if not has_sentence(neighbor)
    ]


def size(notebook: NotebookNode) -> list[str]:
    """About 2,000 words (a formula in a sentence is one) and 20 to 25 code cells, within limits.

    What is folded is not counted, and a cell that only places a figure that moves is no code.
    """
    words = sum(
        len(re.findall(r"[^\W\d_][\w'’-]*", without_math(plain(FOLDED.sub("", c.source)))))
        for c in notebook.cells
        if c.cell_type == "markdown"
    )
    cells = sum(not cell.source.startswith("explore(") for _, cell in code_cells(notebook))
    return [
        f"{count} {what}, allowed are {low} to {high}"
        for count, what, (low, high) in (
            (words, "words of prose", WORDS),
            (cells, "code cells", CODE_CELLS),
        )
        if not low <= count <= high
    ]


# Numbers


def literal(node: ast.AST) -> list[float]:
    """The numbers that an expression of numbers writes down: 5.5, 15 / 4, (1, 2), "sigma = 60"."""
    match node:
        case ast.Constant(bool()):
            return []
        case ast.Constant(int() | float() as value):
            return [abs(float(value))]
        case ast.Constant(str(text)):
            return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]
        case ast.BinOp(ast.Constant(int() | float()), ast.Div(), ast.Constant(int() | float())):
            return [abs(ast.literal_eval(node.left) / ast.literal_eval(node.right))]
    return []


def in_text(shown: Sequence[str]) -> list[float]:
    """The numbers that outputs show."""
    found = []
    for text in shown:
        text = text.replace("{,}", "").replace(r"\,", "")
        text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
        for number, below in re.findall(r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?:/(\d+))?", text):
            found.append(float(number) / (float(below or 1) or 1))
    return found


def produced(notebook: NotebookNode) -> dict[int, list[float]]:
    """By code cell: the numbers that it shows, writes down, or takes from a name set before."""
    constants: dict[str, list[float]] = {}
    found = {}
    for index, cell in code_cells(notebook):
        numbers = [one for output in cell.outputs for one in in_text(texts(output))]
        for node in ast.walk(syntax(cell)):
            numbers += literal(node)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                numbers += constants.get(node.id, [])
        for node in ast.walk(syntax(cell)):
            if isinstance(node, ast.Assign):
                written = [one for inner in ast.walk(node.value) for one in literal(inner)]
                for target in node.targets:
                    for name in ast.walk(target):
                        if isinstance(name, ast.Name):
                            constants[name.id] = written
        found[index] = numbers
    return found


def names(notebook: NotebookNode, context: type[ast.expr_context]) -> dict[int, set[str]]:
    """By code cell: the names that it sets, or those that it uses."""
    return {
        index: {
            node.id
            for node in ast.walk(syntax(cell))
            if isinstance(node, ast.Name) and isinstance(node.ctx, context)
        }
        for index, cell in code_cells(notebook)
    }


def without_formulas(text: str) -> str:
    """Formulas are computed by tests/book/test_formulas.py; what they set to a number is kept."""

    def kept(match: re.Match[str]) -> str:
        *before, last = (side.strip() for side in match[1].split("="))
        if any(re.search(r"\d", side) for side in before):
            return " x "
        if fraction := re.fullmatch(r"\\[td]?frac\{?(\d+?)\}?\{?(\d+)\}?", last):
            return f" {fraction[1]}/{fraction[2]} "
        return f" {last} " if re.fullmatch(r"[-+]?\d(?:[\d.]|\{,\}|\\,)*", last) else " x "

    return re.sub(r"\$([^$]+)\$", kept, re.sub(r"\$\$.+?\$\$", " ", text, flags=re.DOTALL))


QUOTED = re.compile(
    NUMBER_START + r"(\d[\d_]*(?:\.\d+)?)(?:/(\d+)(?![\d/]))?"
    r"(\s+(?:thousand|million)(?![- ]fold))?(\s+times\b)?"
)
WHOLE = re.compile(r"[\d,]+( times)?")
SCALE = {"thousand": 1e3, "million": 1e6}


def quoted(text: str) -> Iterator[tuple[str, float, float]]:
    """What a text quotes: as printed, its value, and by how much it may have been rounded."""
    text = re.sub(r"(?<=\d)(\{,\}|\\,|,)(?=\d{3}(?!\d))", "_", text)
    for match in QUOTED.finditer(text):
        number, below, word, times = match.groups()
        is_year = re.fullmatch(r"(18|19|20)\d\d", number)
        decimals = len(number.partition(".")[2])
        size = float(number.replace("_", ""))
        if below and float(below):
            yield match[0].strip(), size / float(below), 1e-9
        elif not is_year and (decimals or times or word or size >= 10):
            scale = SCALE[word.strip()] if word else 1.0
            shown = match[0].strip().replace("_", ",")
            # 12.5 rounds to 13 by hand, and to 12 by Python: neither is taken for a whole number
            yield (
                shown,
                size * scale,
                (0.5 * (1 + 1e-9) if decimals else 0.499) * 10**-decimals * scale,
            )


def quoted_numbers(notebook: NotebookNode) -> list[str]:
    r"""Every number quoted in prose, a caption or an alt text is in an output or in code near it.

    Looked at are numbers of two digits, those with a decimal point, fractions 37/4 and "5 times";
    not code, citations, links, and what a formula computes. 5.5 is found in 5.50 and in 5.4981
    (rounding), 299{,}852 in 299852, 15 thousand in 15,204. Near are the two code cells before and
    the one after; the opening, the summary, exercises and further reading speak of all, and a
    paragraph with a link to a chapter of that one too, and a caption of the cells that made what
    its figure shows. A number above 999 has a thousands
    separator; 1800 to 2099 without one is taken for a year.
    """
    numbers = produced(notebook)
    found = []
    for index, part, near in neighborhoods(notebook):
        pool = [one for each in near for one in numbers[each]]
        pool += linked(notebook.cells[index].source)
        everywhere = len(near) >= len(numbers)  # 12.3 somewhere is not meant by 12
        found += [
            f"{at(notebook, index)}: no cell near it prints or asserts the number {shown}"
            for shown, value, half in quoted(without_formulas(part))
            if not any(
                abs(value - one) <= (0.0 if everywhere and WHOLE.fullmatch(shown) else half)
                for one in pool
            )
        ]
    return found


def swapped_numbers(notebook: NotebookNode) -> list[str]:
    """Two numbers of a sentence stand in the order in which a cell shows them, or lists them.

    Looked at are the cells near it, where quoted_numbers looks, and numbers that a cell has once.
    A sentence that turns the order around is told apart from two swapped numbers by nothing else:
    turn it around.
    """
    found = []
    sequences = {
        index: [
            [one for output in cell.outputs for one in in_text(texts(output)[-1:])],
            *[
                [one for element in node.elts for one in literal(element)]
                for node in ast.walk(syntax(cell))
                if isinstance(node, ast.List)
            ],
        ]
        for index, cell in code_cells(notebook)
    }
    for index, part, near in neighborhoods(notebook):
        for sentence in re.split(r"(?<=[.!?;])\s+|\n(?=\|)|\n(?=- )", without_formulas(part)):
            numbers = list(quoted(sentence))
            for first, second in combinations(numbers, 2):
                orders = {
                    places[0] < places[1]
                    for cell in near
                    if cell <= index or index not in sequences  # a caption speaks of no later cell
                    for sequence in sequences[cell]
                    if (places := only_places(sequence, first, second))
                }
                if orders == {False}:
                    found.append(
                        f"{at(notebook, index)}: {first[0]} stands before {second[0]}, "
                        "and in the cell that has both, after it"
                    )
    return found


def only_places(sequence: Sequence[float], *numbers: tuple[str, float, float]) -> list[int]:
    """Where these different numbers stand, if each stands in one place."""
    found = []
    for words, value, half in numbers:
        if WHOLE.fullmatch(words):
            half = 0.0  # 12.3 need not be meant
        places = [place for place, one in enumerate(sequence) if abs(one - value) <= half]
        if len(places) != 1 or places[0] in found:
            return []
        found += places
    return found


def neighborhoods(notebook: NotebookNode) -> Iterator[tuple[int, str, list[int]]]:
    """Each paragraph, caption and alt text, and the code cells that it may quote."""
    cells = [index for index, _ in code_cells(notebook)]
    makes, uses = names(notebook, ast.Store), names(notebook, ast.Load)
    heading = ""
    for index, text in prose(notebook):
        for part in re.split(r"\n\s*\n", text):
            if titles := re.findall(r"^## (.+?)\s*$", part, re.MULTILINE):
                heading = titles[-1]
            near = nearest(cells, index)
            if index in uses:  # a figure shows what other cells made
                near += [one for one in cells if one < index and makes[one] & uses[index]]
            if not cells or index < cells[0] or heading in SECTIONS[1:]:
                near = cells
            yield index, part, near


def nearest(cells: Sequence[int], index: int) -> list[int]:
    """The two code cells before a place, or at it, and the one after."""
    before, after = [one for one in cells if one <= index], [one for one in cells if one > index]
    return before[-2:] + after[:1]


def linked(source: str) -> list[float]:
    """The numbers of the chapters that a text links to."""
    names = set(re.findall(r"\]\(([\w-]+)\.ipynb", source))
    return [
        one
        for path in sorted(ROOT / "book" / f"{name}.ipynb" for name in names)
        if path.exists()
        for each in produced(read(path)).values()
        for one in each
    ]


def assertions(notebook: NotebookNode) -> list[str]:
    """No assertion holds whatever the cell computed: assert True, assert x or True, assert (x,)."""
    found = []
    for index, node in nodes(notebook):
        if isinstance(node, ast.Assert) and always(node.test):
            found.append(f"{at(notebook, index)}: {ast.unparse(node)} cannot fail")
    return found


def always(test: ast.expr) -> bool:
    match test:
        case ast.BoolOp(ast.Or(), parts):
            return any(always(part) for part in parts)
        case ast.BoolOp(ast.And(), parts):
            return all(always(part) for part in parts)
        case ast.Tuple() | ast.List():
            return bool(test.elts)
    return not any(isinstance(inner, ast.Name) for inner in ast.walk(test))


# The anatomy of a chapter


def opening(notebook: NotebookNode) -> list[str]:
    """A title, *You will* with a list of 2 to 4 abilities, and *You need*, before any code."""
    if not notebook.cells or not re.match(r"# \S", notebook.cells[0].source):
        return ["cell 1: must be markdown that starts with the title, '# ' and a verb"]
    found = []
    text = re.sub(r"^```.*?^```", "", markdown(notebook), flags=re.DOTALL | re.MULTILINE)
    if titles := re.findall(r"^# .*", text, re.MULTILINE)[1:]:
        found.append(f"more than one heading of level 1: {', '.join(titles)}")
    first_code = next((index for index, _ in code_cells(notebook)), len(notebook.cells))
    start = "\n\n".join(cell.source for cell in notebook.cells[:first_code])
    if not (promise := re.search(r"\*You will\b.*?(?=\*You need\b|\Z)", start, re.DOTALL)):
        found.append("no *You will* before the first code cell")
    elif not 2 <= (count := len(re.findall(r"^[-*] ", promise[0], re.MULTILINE))) <= 4:
        found.append(f"*You will* lists {count} abilities, allowed are 2 to 4 lines with '- '")
    if not re.search(r"\*You need\b", start):
        found.append("no *You need* before the first code cell")
    return found


def setup(notebook: NotebookNode) -> list[str]:
    """The first code cell, and no other, sets SEED and makes the generator; it is visible."""
    if not (cells := code_cells(notebook)):
        return ["no set-up cell"]
    index, first = cells[0]
    found = []
    sets_seed = [one for one, cell in cells if re.search(r"^SEED\s*=", cell.source, re.MULTILINE)]
    if sets_seed != [index] or "np.random.default_rng(SEED)" not in first.source:
        found.append(
            f"{at(notebook, index)}: SEED = ... and np.random.default_rng(SEED) belong here "
            "and nowhere else"
        )
    if "hide-input" in first.metadata.get("tags", []):
        found.append(f"{at(notebook, index)}: the set-up cell is visible; drop the tag hide-input")
    return found


def sections(notebook: NotebookNode) -> list[str]:
    """The closing sections stand in their order, and the summary has 5 lines."""
    headings = re.findall(r"^## (.+?)[ \t]*$", markdown(notebook), re.MULTILINE)
    closing = [heading for heading in headings if heading in SECTIONS]
    found = []
    if closing != SECTIONS:
        found.append(f"headings of level 2 are {closing}, wanted are {SECTIONS} in this order")
    bullets = len(re.findall(r"^[-*] ", section(notebook, "Summary"), re.MULTILINE))
    if "Summary" in headings and bullets != 5:
        found.append(f"the summary has {bullets} lines that start with '- ', wanted are 5")
    return found


def exercises(notebook: NotebookNode) -> list[str]:
    """3 to 5 exercises, each with an nbgrader solution cell; all nbgrader metadata is valid."""
    solutions: list[int] = []  # of each exercise
    for cell in notebook.cells:
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else []:
            if line.startswith("### Exercise"):
                solutions.append(0)
        if solutions and cell.metadata.get("nbgrader", {}).get("solution"):
            solutions[-1] += 1
    found = []
    if not 3 <= len(solutions) <= 5:
        found.append(f"{len(solutions)} headings '### Exercise', allowed are 3 to 5")
    inside = re.findall(r"^### Exercise", section(notebook, "Exercises"), re.MULTILINE)
    if len(inside) != len(solutions):
        found.append("a heading '### Exercise' stands outside the section '## Exercises'")
    found += [
        f"exercise {number} has no cell with nbgrader metadata and solution: true"
        for number, count in enumerate(solutions, 1)
        if not count
    ]
    try:
        MetadataValidator().validate_nb(notebook)
    except (ValidationError, SchemaMismatchError) as error:
        found.append(f"nbgrader metadata: {getattr(error, 'message', error)}")
    return found


def language(notebook: NotebookNode) -> list[str]:
    """No word that belittles the reader's effort."""
    return [
        f"{at(notebook, index)}: leave out {word!r}"
        for index, text in prose(notebook)
        for word in BANNED.findall(text)
    ]


GATES: list[Gate] = [
    executed,
    errors,
    tags,
    stable_outputs,
    digits,
    plain_python,
    semicolons,
    seeds,
    colors,
    figures,
    figure_descriptions,
    figure_cells,
    cell_lengths,
    columns,
    surrounded,
    size,
    quoted_numbers,
    swapped_numbers,
    assertions,
    opening,
    setup,
    sections,
    exercises,
    language,
]
FRAME: list[Gate] = [size, opening, sections, exercises]


def gates_of(path: Path) -> list[Gate]:
    """The rules for a notebook: a page of the book that is no chapter has no chapter's frame."""
    alone = path in notebooks() and path not in chapters()
    return [gate for gate in GATES if not (alone and gate in FRAME)]


def plural(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def check(paths: Sequence[Path]) -> int:
    """Print every violation; return the exit code."""
    count = 0
    for path in paths:
        notebook = read(path)
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        for gate in gates_of(path):
            for violation in gate(notebook):
                count += 1
                print(f"{name} [{gate.__name__}] {violation}")
    print(f"{plural(count, 'violation')} in {plural(len(paths), 'notebook')}")
    return 1 if count else 0
