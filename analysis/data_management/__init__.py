"""From data_raw to data_processed: read, validate, convert, compare; pure functions."""
