"""Rating: usage x prices = charges; one function for bill, estimate and simulation."""
