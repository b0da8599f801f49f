"""Costplane: cost management for AI inference, run by the organisation itself."""

__version__ = "0.1.0"
