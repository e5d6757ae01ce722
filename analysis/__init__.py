"""Reproducible analysis of cooperation in the China–Laos–Myanmar borderlands.

Linear algebra runs on one thread: the matrices are small, steps already run side by side, and
sums are then formed in the same order on every machine. Notebooks are checked against their format
without its rule for international addresses, which no notebook needs: the grammar behind that rule
takes two seconds to load, in every process that reads a notebook.
"""

import os
import sys

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # not to be imported
