"""Settings of the notebooks that belong to no single study, checked before anything runs."""
