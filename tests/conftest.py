"""What all tests share: repeatable examples, and a list of what was not tested."""

import os

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("repeatable")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Leave the reasons of skipped tests for the last line of `make test`."""
    if path := os.environ.get("SKIPPED_TESTS"):
        with open(path, "a", encoding="utf-8") as file:
            for report in terminalreporter.stats.get("skipped", []):
                print(report.longrepr[2].removeprefix("Skipped: "), file=file)
