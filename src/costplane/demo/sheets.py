"""The price sheets that the demo imports, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import as_file, files
from pathlib import Path

SHEETS = (
    ("azure-retail-2025-08", "costplane.pricing", "azure_retail_ai_models_2025-08-25.ndjson.gz"),
    ("azure-retail-2026-08", "costplane.pricing", "azure_genai_prices_snapshot_2026-08-11.json.gz"),
    ("azure-retail-2026-10", "costplane.pricing", "azure_retail_gpt6_sample_2026-10-01.ndjson"),
    ("anthropic-list-price", "costplane.demo", "marketplace_prices.yaml"),
)
"""Name, package and file of each; data/SOURCES.md of the packages says where they come from."""


@contextmanager
def sheet_files() -> Iterator[list[tuple[str, Path]]]:
    """Name and path of each sheet; the paths last as long as the context."""
    with ExitStack() as stack:
        yield [
            (name, stack.enter_context(as_file(files(package).joinpath("data", file))))
            for name, package, file in SHEETS
        ]
