"""The browser of the team's tests is that of the app's."""

from browser_tests.conftest import chromium, playwright

__all__ = ["chromium", "playwright"]
