"""The command line, `costplane`. Its commands load what they need when they run."""

from costplane.cli.app import main

__all__ = ["main"]
