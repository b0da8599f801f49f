"""Cost details: the ledger by UTC day, in the columns of Azure's files and of `usageDetails`."""
