"""Cost allocation: rules evaluated into rows beside the charges."""
