"""How unusual the break of one series is among all series of a large panel."""
