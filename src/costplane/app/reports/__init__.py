"""Reports made in the background: asked for, worked on, kept for some hours, given away by link."""
