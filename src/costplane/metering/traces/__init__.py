"""Public traces of real traffic, replayed as usage events.

A trace tells times and token counts. Who called what is assigned (assignment.py), and every
event says so with the tag `origin: replayed`.
"""
