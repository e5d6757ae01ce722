"""What a data editor does: verify, compare, pack the package and rebuild it from the pack."""
