"""Invoices, prepayment and credits, consumption commitments: values and rules, without storage."""
