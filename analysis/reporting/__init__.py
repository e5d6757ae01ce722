"""Run notebooks, build, and report."""
