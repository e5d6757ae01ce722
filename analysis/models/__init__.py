"""Estimators: pure functions on arrays and data frames, with frozen results."""
