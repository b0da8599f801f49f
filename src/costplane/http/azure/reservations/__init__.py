"""Reservations: how they are used, what was paid for them, which would pay."""
