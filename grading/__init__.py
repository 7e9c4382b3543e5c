"""Grading the chapters' exercises. For instructors; `book/homework.md` says how."""
