"""Capacity by the hour: provisioned throughput, reservations, hosting (billing-rules 19, 20)."""
