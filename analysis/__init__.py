"""Reproducible analysis of cooperation in the China–Laos–Myanmar borderlands."""
