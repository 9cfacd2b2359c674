"""Readers of what platforms hand out, one a file; what none of them knows is read by its structure."""
