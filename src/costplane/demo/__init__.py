"""The demo: real traffic and real prices on an estate that is made up, loaded by the product."""
