"""Importers: from a file to a price sheet, row by row, with the bad rows told apart.

Formats are recognised by their content (formats.py), plain, gzip or zip: rows and answers of the
Azure Retail Prices API, price sheets of Azure agreements, litellm's and genai-prices' lists, and
Costplane's own sheet.
"""

from costplane.pricing.importers.draft import RowError
from costplane.pricing.importers.reading import SheetReading, read_price_sheet

__all__ = ["RowError", "SheetReading", "read_price_sheet"]
