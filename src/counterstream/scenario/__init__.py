"""The same system with something changed, on the same draws."""
