"""What all operations share: addresses, routes, and the shapes of lists and answers."""
