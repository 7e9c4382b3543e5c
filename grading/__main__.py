"""The commands of instructors, in their order: release, collect, grade, feedback, export."""

import argparse
import os
import sys
from pathlib import Path

from . import course, rosters
from .book import chapters
from .jail import JailError, Limits
from .verdict import STATUSES


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="python -m grading", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (_release, _collect, _grade, _feedback, _export):
        add(commands)
    options = vars(parser.parse_args())
    # nbgrader starts alembic by its name.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    try:
        options.pop("run")(**options)
    except JailError as error:
        raise SystemExit(str(error)) from None


Commands = argparse._SubParsersAction


def _release(commands: "Commands[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "release", help="make the students' notebooks and the course folder"
    )
    command.set_defaults(run=course.release)
    command.add_argument("names", nargs="+", metavar="CHAPTER", choices=chapters())
    command.add_argument(
        "--to", dest="course", type=Path, required=True, metavar="DIR", help="the course folder"
    )


def _collect(commands: "Commands[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "collect", help="sort a download from Canvas or Moodle into STUDENT/CHAPTER folders"
    )
    command.set_defaults(run=rosters.collect)
    command.add_argument("download", type=Path, help="the zip file, or its folder")
    command.add_argument("--chapter", required=True, choices=chapters(), metavar="CHAPTER")
    command.add_argument("--roster", type=Path, required=True, help="with names or lms_user_id")
    command.add_argument(
        "--to", type=Path, required=True, metavar="DIR", help="the folder of submissions"
    )


def _grade(commands: "Commands[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "grade", help="grade a folder of submissions, STUDENT/CHAPTER/*.ipynb"
    )
    command.set_defaults(run=course.grade, keep=STATUSES[:1])
    command.add_argument("submissions", type=Path)
    command.add_argument(
        "--out", dest="course", type=Path, required=True, metavar="DIR", help="the course folder"
    )
    command.add_argument(
        "--roster", type=Path, help="CSV: id, first_name, last_name, email, lms_user_id"
    )
    command.add_argument(
        "--student",
        dest="only",
        action="append",
        default=[],
        metavar="ID",
        help="grade this one only; can be given several times",
    )
    command.add_argument("--cell-seconds", type=float, help=f"for a cell, {Limits.cell_seconds:g}")
    command.add_argument(
        "--sandbox",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="no network, no files but their own (Linux); without it they have your rights",
    )
    where = command.add_mutually_exclusive_group()
    where.add_argument("-j", dest="jobs", type=int, default=1, metavar="N", help="how many at once")
    where.add_argument("--scheduler", metavar="ADDRESS", help="let Dask's workers grade")
    what = command.add_mutually_exclusive_group()
    what.add_argument(
        "--force",
        dest="keep",
        action="store_const",
        const=(),
        help="run again what is already graded, or killed the grader",
    )
    what.add_argument(
        "--shard", dest="part", type=_part, metavar="K/N", help="grade part K of N, record nothing"
    )
    what.add_argument(
        "--merge",
        dest="keep",
        action="store_const",
        const=STATUSES,
        help="record what was graded in parts; run only what no part has",
    )


def _feedback(commands: "Commands[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("feedback", help="write a page for each student")
    command.set_defaults(run=course.feedback)
    command.add_argument("course", type=Path)


def _export(commands: "Commands[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("export", help="write the scores as CSV")
    command.set_defaults(run=course.export)
    command.add_argument("course", type=Path)
    command.add_argument("--layout", choices=("plain", "canvas", "moodle"), default="plain")
    command.add_argument("--to", type=Path, default=Path("scores.csv"))


def _part(text: str) -> tuple[int, int]:
    number, _, parts = text.partition("/")
    if not (number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts)):
        raise argparse.ArgumentTypeError(f"must be K/N, as in 2/8, got {text!r}")
    return int(number), int(parts)


if __name__ == "__main__":
    main()
