"""What will be spent: a model of daily costs, and the API's forecast made of it."""
