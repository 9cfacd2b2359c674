"""Runs untrusted notebooks. Knows no answer."""
