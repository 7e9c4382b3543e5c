"""Five commands for authors; `python -m authoring COMMAND --help` explains each."""

import argparse
import sys
from pathlib import Path

from .new import create
from .notebooks import ROOT, notebooks
from .refresh import refresh


def notebook(argument: str) -> Path:
    path = Path(argument)
    if path.suffix != ".ipynb" or not path.is_file():
        raise argparse.ArgumentTypeError(
            f"{argument} is not a notebook (name its file, book/NAME.ipynb)"
        )
    return path.resolve()


def new(name: str) -> int:
    """Write a chapter, run it, and say what it still lacks."""
    try:
        path, *others = create(ROOT, name)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    print("Wrote", path, *others, "and an entry in _toc.yml:", sep="\n    ")
    if failed := refresh([path]):
        return failed
    print("The chapter keeps every rule except these, which count:")
    check([path])
    return 0


def formulas() -> int:
    from .formulas import write  # sympy takes a second

    write()
    return 0


def pdf() -> int:
    from .pdf import write

    return write()


def check(paths: list[Path]) -> int:
    from . import (
        gates,
    )  # nbgrader takes a second or two, and every worker of refresh imports this module

    return gates.check(paths)


def main(arguments: list[str] | None = None) -> int:
    """Read the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m authoring", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "new", help="write the smallest lawful chapter, with one exercise"
    )
    command.add_argument(
        "name", metavar="NAME", help="lower-case words joined by hyphens: many-dimensions"
    )
    commands.add_parser("pdf", help="print the book and the sheet for the wall")
    commands.add_parser("formulas", help="print the formulas of the figures that move")
    for name, what in (
        ("refresh", "run chapters from top to bottom and store their outputs"),
        ("check", "say which rules chapters break"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument(
            "notebooks",
            nargs="*",
            type=notebook,
            metavar="NOTEBOOK",
            help="book/NAME.ipynb; all that the book has if none",
        )
    options = parser.parse_args(arguments)
    if options.command == "new":
        return new(options.name)
    if options.command == "formulas":
        return formulas()
    if options.command == "pdf":
        return pdf()
    paths = options.notebooks or notebooks()
    return refresh(paths) if options.command == "refresh" else check(paths)


if __name__ == "__main__":
    sys.exit(main())
