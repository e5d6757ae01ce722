"""Simulation studies of the estimators, each made again by one command."""
