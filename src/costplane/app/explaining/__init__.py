"""Why an event, a charge or a line of an invoice costs what it costs (billing-rules 28)."""
