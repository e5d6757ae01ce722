"""The explorer: choose a study, a series, events, a trend and a window, and see what follows."""
