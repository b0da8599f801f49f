"""Importers: from a file to a price sheet, row by row, with the bad rows told apart.

Formats are recognised by their content, plain or gzip: rows of the Azure Retail Prices API
(JSON lines, an answer page, or the snapshot of the package azure-genai-prices), and Costplane's
own sheet (YAML or CSV).
"""

from costplane.pricing.importers.draft import RowError
from costplane.pricing.importers.reading import SheetReading, read_price_sheet

__all__ = ["RowError", "SheetReading", "read_price_sheet"]
