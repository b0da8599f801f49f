"""Cost analysis: queries, dimensions, tags, forecasts."""
