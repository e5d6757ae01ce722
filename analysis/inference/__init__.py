"""Covariances, resampling, placebo, randomisation, power: inference that survives small samples."""
