"""Reproducible analysis of cooperation in the China–Laos–Myanmar borderlands.

Linear algebra runs on one thread: the matrices are small, steps already run side by side, and
sums are then formed in the same order on every machine.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
