"""Grading the chapters' exercises. For instructors; `book/teaching.md` says how."""
