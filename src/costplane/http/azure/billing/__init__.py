"""What a billing account shows: invoices, charges, balances, lots, prices."""
