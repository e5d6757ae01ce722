"""Faults in cards, study files and common settings."""

from __future__ import annotations

from tests.faults.damage import (
    Fault,
    content,
    emptied,
    half,
    in_utf_16,
    linked,
    put,
    renamed,
    text,
    with_bom,
    with_crlf,
    with_null,
    without,
)

CARD = "data_raw/events.card.yaml"
STUDY = "notebooks/parameters/mohan_boten.yaml"
COMMON = "notebooks/parameters/common/zone_comparison.yaml"
LAUGHS = b"a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + b"".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n".encode()
    for before, after in zip("abcdefghi", "bcdefghij", strict=True)
)
RAILWAY = "event: EV042, shape: step, label: Railway}"
FORMS = (
    ("empty", emptied),
    ("UTF-16", in_utf_16),
    ("a null byte", with_null),
    ("byte order mark", with_bom),
    ("Windows line ends", with_crlf),
    ("a tab for indentation", lambda found: found + b"a:\n\tb: 1\n"),
    ("billion laughs", lambda found: found + LAUGHS),
    ("a value that holds itself", lambda found: found + b"loop: &loop [*loop]\n"),
    ("nested a thousand times", lambda found: found + b"deep: " + b"[" * 900 + b"]" * 900 + b"\n"),
    ("a Python object", lambda found: found + b"run: !!python/object/apply:os.getcwd []\n"),
    ("marks of a merge", lambda found: b"<<<<<<< HEAD\n" + found),
    ("two documents", lambda found: found + b"---\ntitle: other\n"),
    ("larger than any settings", lambda found: found + b"# " + b"x" * 300_000 + b"\n"),
    ("title twice", lambda found: found + b"title: again\n"),
    ("unknown key", lambda found: found + b"colour: red\n"),
)
CARDS = (
    ("missing", without(CARD)),
    ("cut in the middle", content(CARD, half)),
    ("day that is none", text(CARD, "taken_on: 2026-", "taken_on: 2026-77-")),
    ("day that is still to come", text(CARD, "taken_on: 20", "taken_on: 23")),
    ("column that is none", text(CARD, "columns:\n", "columns:\n  colour: red\n")),
    ("licence empty", text(CARD, "licence: ", 'licence: "" # ')),
    (
        "address of a program",
        text(CARD, "publishers:\n", 'publishers:\n  - {name: x, address: "javascript:alert(1)"}\n'),
    ),
    ("redistribution as a word", text(CARD, "redistribution: true", "redistribution: perhaps")),
)
STUDIES = (
    ("cut in the middle", content(STUDY, half)),
    ("name with a path", put("notebooks/parameters/..evil.yaml", b"title: x\n")),
    ("name with a space", renamed(STUDY, "mohan boten.yaml")),
    ("name with capital letters", renamed(STUDY, "Mohan_Boten.yaml")),
    ("name of common exhibits", renamed(STUDY, "synthesis.yaml")),
    ("link to nothing", linked(STUDY, "nowhere.yaml")),
    ("unknown event", text(STUDY, "event: EV054", "event: EV540")),
    ("unknown series", text(STUDY, "mohan/port/cargo_tonnage", "mohan/port/cargo_tonage")),
    ("path for a series", text(STUDY, "mohan/port/persons/", "../../port/persons/")),
    ("unknown shape", text(STUDY, RAILWAY, RAILWAY.replace("step", "stepp"))),
    ("temporary without an end", text(STUDY, RAILWAY, RAILWAY.replace("step", "temporary"))),
    ("pulse without a length", text(STUDY, RAILWAY, RAILWAY.replace("step", "pulse"))),
    ("length below zero", text(STUDY, RAILWAY, RAILWAY.replace("step", "pulse, months: -3"))),
    ("length absurd", text(STUDY, RAILWAY, RAILWAY.replace("step", "pulse, months: 100000"))),
    ("misspelt key", text(STUDY, "seasonality: none", "seasonalty: none")),
    ("missing key", text(STUDY, "question:", "# question:")),
    ("autocorrelation of 1.5", text(STUDY, "rho: reml", "rho: 1.5")),
    ("autocorrelation as a word", text(STUDY, "rho: reml", "rho: much")),
    ("level in per cent", text(STUDY, "level: 0.95", "level: 95")),
    ("level in words", text(STUDY, "level: 0.95", 'level: "0.95"')),
    ("seed with a decimal", text(STUDY, "bootstrap: 20211203", "bootstrap: 2.5")),
    ("seed negative", text(STUDY, "bootstrap: 20211203", "bootstrap: -1")),
    (
        "window upside down",
        text(STUDY, "start: 2014-01, end: 2025-12", "start: 2026-01, end: 2025-12"),
    ),
    (
        "window of days",
        text(STUDY, "start: 2014-01, end: 2025-12", "start: 2014-01-01, end: 2025-12"),
    ),
    ("month 13", text(STUDY, "start: 2014-01, end: 2025-12", "start: 2014-13, end: 2025-12")),
    (
        "month in full-width digits",
        text(STUDY, "start: 2014-01, end: 2025-12", "start: ２０１４-01, end: 2025-12"),
    ),
    (
        "window before any report",
        text(
            STUDY,
            "window: {start: 2014-01, end: 2023-12}",
            "window: {start: 1914-01, end: 1915-12}",
        ),
    ),
    ("outcome twice", text(STUDY, "name: bilateral_trade_apart", "name: bilateral_trade")),
    ("outcome with a path for a name", text(STUDY, "name: port_value", "name: ../port_value")),
    ("yes for a switch", text(STUDY, "figure: false", 'figure: "no"')),
    ("confidence unknown", text(STUDY, "confidence: [high, medium]", "confidence: [hihg]")),
    ("unknown place", text(STUDY, "Boten, Mengman", "Botem, Mengman")),
    ("unknown country of policy", text(STUDY, "units: [CHN, CHN-YN, LAO]", "units: [CHN, LOA]")),
    (
        "estimator unknown",
        text(STUDY, "estimator: negative_binomial", "estimator: negative_binomal"),
    ),
    ("logarithm of growth", text(STUDY, "    link: identity\n", "    link: log\n")),
)
COMMONS = (
    ("missing", without(COMMON)),
    ("cut in the middle", content(COMMON, half)),
    ("a file that nothing reads", put("notebooks/parameters/common/zone_compare.yaml", b"a: 1\n")),
    (
        "unknown study",
        text(COMMON, "studies: [mohan_boten, ruili_muse]", "studies: [mohan_boten, riuli]"),
    ),
    ("level above one", text(COMMON, "level: 0.95", "level: 1.95")),
    ("unknown outcome", text(COMMON, "mohan_boten: [port_value]", "mohan_boten: [port_valeu]")),
    ("group twice", text(COMMON, "name: country_and_gate", "name: port_value")),
)
SETTINGS = (
    *(Fault("cards", name, content(CARD, change), True) for name, change in FORMS),
    *(Fault("cards", name, damage, True) for name, damage in CARDS),
    *(Fault("studies", name, content(STUDY, change)) for name, change in FORMS),
    *(Fault("studies", name, damage) for name, damage in STUDIES),
    *(Fault("common settings", name, content(COMMON, change)) for name, change in FORMS),
    *(Fault("common settings", name, damage) for name, damage in COMMONS),
)
