"""Agreements: who pays for what, on which terms, as people put them in."""
