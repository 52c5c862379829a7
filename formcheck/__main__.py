"""`python -m formcheck` is the command `formcheck`."""

import sys

from formcheck.version import __version__


def main() -> int:
    """Run one command; its exit code."""
    if sys.argv[1:] == ["--version"]:  # answered at once: what the other commands need takes 0.2 s to load
        sys.stdout.write(f"formcheck {__version__}\n")
        return 0
    from formcheck import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
