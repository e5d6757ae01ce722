"""Where every exhibit comes from: sidecars, citation and the research object."""
