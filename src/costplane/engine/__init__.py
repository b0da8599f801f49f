"""Engines that run a statement over relations: DuckDB here, a cluster later."""
