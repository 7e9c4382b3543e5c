"""Runs the cells of a page: a worker in the browser imports this, and so do the tests."""

import ast
import builtins
import contextlib
import io
import linecache
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from typing import Any

Emit = Callable[[str, str], object]  # what kind of output, and its text

# As in Jupyter, the first that a value knows is shown.
RICH = {"html": "_repr_html_", "latex": "_repr_latex_", "svg": "_repr_svg_"}


class Absent(types.ModuleType):
    """A package that a copy of the site does not have: it can be imported and named, not used.

    So a cell that sets up a chapter gets through its imports, and what needs no such package runs.
    """

    __path__ = []

    def __getattr__(self, name: str) -> "Absent":
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")

    def __getitem__(self, key: object) -> "Absent":  # the rest is for annotations
        return self

    def __or__(self, other: object) -> "Absent":
        return self

    __ror__ = __or__

    def __call__(self, *args: object, **options: object) -> "Absent":
        caller = sys._getframe(1).f_code
        if caller.co_name == "<module>" and not caller.co_filename.startswith("<cell"):
            return self  # a constant of the library
        package = self.__name__.partition(".")[0]
        raise ModuleNotFoundError(
            f"this copy of the book was built without {package} for the browser; "
            "cells that need sympy alone run"
        )


class AbsentFinder:
    def __init__(self, names: Sequence[str]) -> None:
        self.names = set(names)

    def find_spec(self, name: str, *where: object) -> ModuleSpec | None:
        found = name.partition(".")[0] in self.names
        return ModuleSpec(name, self, is_package=True) if found else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return Absent(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


class Stream(io.TextIOBase):
    """Passes on what is printed, by whole lines."""

    def __init__(self, emit: Emit, kind: str) -> None:
        self.emit, self.kind, self.held = emit, kind, ""

    def write(self, text: str) -> int:
        self.held += text
        if "\n" in text:
            self.flush()
        return len(text)

    def flush(self) -> None:
        if self.held:
            self.emit(self.kind, self.held)
        self.held = ""


class Runner:
    """One state, in which cells run one after the other."""

    def __init__(self, emit: Emit, absent: Sequence[str] = ()) -> None:
        self.emit = emit
        self.main = sys.modules["__main__"] = types.ModuleType("__main__")
        vars(builtins)["display"] = self.display
        warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")  # plt.show()
        sys.meta_path.append(AbsentFinder(absent))

    def run(self, source: str, name: str) -> str:
        """Run a cell, show its last expression, and return the name of the error that ended it."""
        self.name = f"<{name}>"
        lines = source.splitlines(keepends=True)
        linecache.cache[self.name] = (len(source), None, lines, self.name)
        out, err = Stream(self.emit, "stdout"), Stream(self.emit, "stderr")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                self.execute(source)
                self.show_figures()
                failed = ""
            except BaseException as error:
                failed = type(error).__name__
                out.flush()
                err.flush()
                self.emit("error", self.report(error))
            out.flush()
            err.flush()
        return failed

    def execute(self, source: str) -> None:
        tree = ast.parse(source, self.name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, self.name, "exec"), self.main.__dict__)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), self.name, "eval"), self.main.__dict__)
            if value is not None and not source.rstrip().endswith(";"):
                self.display(value)

    def display(self, *values: Any) -> None:
        for value in values:
            sys.stdout.flush()
            for kind, method in RICH.items():
                shown = None if isinstance(value, type) else getattr(value, method, None)
                if shown and (text := shown()):
                    self.emit(kind, text)
                    break
            else:
                self.emit("text", repr(value))

    def show_figures(self) -> None:
        """Show what the cell drew, after the rest, as a notebook does."""
        plt: Any = sys.modules.get("matplotlib.pyplot")
        if plt and not isinstance(plt, Absent):
            from rpt_helpers import plots

            sys.stdout.flush()
            for number in plt.get_fignums():
                self.emit("svg", plots.svg(plt.figure(number)))
            plt.close("all")

    def report(self, error: BaseException) -> str:
        """Return the traceback without the lines that are not the reader's."""
        told = traceback.TracebackException.from_exception(error)
        told.stack[:] = [frame for frame in told.stack if frame.filename.startswith("<cell")]
        return "".join(told.format(chain=False)).rstrip()
