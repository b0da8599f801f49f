"""Cost details: reports to download, and usageDetails and marketplaces as lists."""
