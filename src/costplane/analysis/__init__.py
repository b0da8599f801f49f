"""Cost analysis: a request becomes a definition, a plan that can be printed, one statement."""
