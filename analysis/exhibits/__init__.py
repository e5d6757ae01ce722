"""Results to tables and figures."""
