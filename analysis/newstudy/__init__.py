"""A border of one's own: a new study, the mistakes that are made with it, and its comparison."""
