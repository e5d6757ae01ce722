"""Made claims, the tables that they cite, and how they are judged."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.data_management.claims import YUAN, build_claims
from tests.data_management.conftest import REPORT

CLAIM = {
    "claim_id": "C001",
    "topic": "mohan_boten",
    "label": "made",
    "claim": "made, 10 per cent",
    "source": "R0001",
    "kind": "growth",
    "figures": "R0001",
    "base": "",
    "printed": "10",
    "unit": "per cent",
    "qualifier": "exact",
    "tolerance_percent": "0",
    "slack_days": "0",
    "tolerance_reason": "",
    "limits": "",
}


CODED = {
    "coding_id": "P001",
    **{name: REPORT[name] for name in ("place", "scope", "metric", "basis", "start", "end")},
    "value": "100",
    "unit": "CNY million",
    "rounded": "0",
    "publisher": "Gazette",
    "url": "",
    "note": "",
}


BEFORE = {"start": "2019-01-01", "end": "2019-12-31"}


EXPORTS, IMPORTS = {"metric": "export_value"}, {"metric": "import_value"}


FLOAT = 1e-12  # relative; decimal numbers written as floats


def tables_of(claim, *reports, rates=()) -> dict[str, pd.DataFrame]:
    numbered = [REPORT | {"report_id": f"R{n:04d}"} | row for n, row in enumerate(reports, 1)]
    monthly = [{"series": YUAN, "month": month, "value": value} for month, value in rates]
    return {
        "claims": pd.DataFrame([CLAIM | claim], dtype="str"),
        "reports": pd.DataFrame(numbered, dtype="str"),
        "second_coding": pd.DataFrame([CODED], dtype="str"),
        "macro_monthly": pd.DataFrame(monthly, columns=["series", "month", "value"], dtype="str"),
    }


def judged(claim, *reports, rates=()):
    [row] = build_claims(tables_of(claim, *reports, rates=rates)).itertuples(index=False)
    return row


def near(number: float):
    return pytest.approx(number, rel=FLOAT)
