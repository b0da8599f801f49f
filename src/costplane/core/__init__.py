"""Values at the bottom: no I/O, no clock, no other layer."""
