"""The version of formcheck, in one place."""

__version__ = "0.1.0"
