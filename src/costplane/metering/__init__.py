"""Usage comes in: text and traces become checked, disjoint events in Arrow tables."""
