"""Searching for parameters: combinations and their evaluation."""
