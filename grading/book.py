"""What ties the grading to this book, all of it: for another book, this module is what changes."""

from pathlib import Path

import rpt_helpers as PACKAGE  # what a student's notebook imports and the sandbox shows
from rpt_helpers.checks import CHECKS, compare

from . import answers as ANSWERS

__all__ = ["ANSWERS", "CHAPTERS", "CHECKS", "PACKAGE", "compare"]

CHAPTERS = Path(__file__).parents[1] / "book"
