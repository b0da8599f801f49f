"""Invoices by billing period, and the means by which they are paid (billing-rules 16, 23)."""
