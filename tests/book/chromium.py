"""The browser that tests drive."""

import os

import pytest

from authoring.pdf import chromium

CHROMIUM = chromium()
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium on this machine; CI has one"
)
