"""The zones and their frame: values of the evidence by hand, a map to scale, every step shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text

from analysis.config import COMMON
from analysis.data_management.country_pairs import great_circle_km
from analysis.data_management.load import load_table
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.data_management.zone_words import RULES as DECLARED
from analysis.errors import StudyError
from analysis.exhibits import zones_evidence, zones_evidence_rules, zones_frame, zones_map
from analysis.exhibits.figure import drawing
from analysis.exhibits.zones_evidence_figure import evidence_figure
from analysis.exhibits.zones_frame_figure import timeline_data, timeline_figure
from analysis.exhibits.zones_frame_results import BOTH, TABLES, open_zones_frame
from analysis.settings.zones_frame import parse_zones_frame

SETTINGS = COMMON / "zones_frame.yaml"
SCALE_TOLERANCE = 0.01  # a flat map of ten degrees bends a distance by less than this share
ROUNDING = 1e-5  # exhibits keep six digits


@pytest.fixture(scope="module")
def opened():
    return open_zones_frame()


@pytest.fixture(scope="module")
def evidence(opened):
    return zones_evidence.evidence(opened)


def value(evidence, indicator, zone):
    mine = evidence[(evidence["indicator"] == indicator) & (evidence["zone"] == zone)]
    return float(mine["value"].iloc[0])


def test_every_declared_rule_can_be_computed():
    assert set(zones_evidence_rules.RULES) == set(DECLARED)


@pytest.mark.parametrize(
    ("indicator", "zone", "expected"),
    [  # counted by hand on a calendar, both ends included
        ("days_all_goods_stopped", "mohan_boten", 27 + 14),  # 5 October to 14 November 2021
        ("days_all_goods_stopped", "ruili_muse", 24 + 31 + 30 + 31 + 25),  # 8 July to 25 November
        ("days_without_passengers", "ruili_muse", 1030),  # as the newspaper says
    ],
)
def test_days_of_closures(evidence, indicator, zone, expected):
    assert value(evidence, indicator, zone) == expected


def test_values_of_countries_are_those_of_the_table(evidence):
    table = load_table("country_year").set_index(["indicator", "iso3", "year"])["value"]
    for zone, iso3 in (("mohan_boten", "LAO"), ("ruili_muse", "MMR")):
        assert (
            value(evidence, "law_enforcement", zone) == table["crime_law_enforcement", iso3, 2023]
        )
        ratios = [
            100 * table["fdi_inflows", iso3, year] / table["gdp", iso3, year]
            for year in range(2019, 2024)
            if ("fdi_inflows", iso3, year) in table.index
        ]
        assert value(evidence, "fdi_share", zone) == pytest.approx(np.mean(ratios), rel=ROUNDING)


def test_policy_gap_is_the_mean_distance_of_two_paths(evidence):
    policy = load_table("policy")
    wide = policy[policy["index"] == "stringency"].pivot_table(
        index="month", columns="unit", values="value"
    )
    for zone, iso3 in (("mohan_boten", "LAO"), ("ruili_muse", "MMR")):
        gap = (wide[iso3] - wide["CHN"])["2020-01":"2022-12"].abs().mean()
        assert value(evidence, "policy_gap", zone) == pytest.approx(gap, rel=ROUNDING)


def test_conflict_near_muse_is_summed_and_has_no_lao_counterpart(evidence):
    context = load_table("context").set_index(["series", "month"])["value"]
    total = context["conflict/muse_100km/events"]["2020-01":"2023-12"].sum()
    assert value(evidence, "conflict_events", "ruili_muse") == total
    assert np.isnan(value(evidence, "conflict_events", "mohan_boten"))


def test_a_missing_value_has_a_reason_and_a_value_has_none(evidence):
    missing = evidence["value"].isna()
    assert (evidence.loc[missing, "reason"].str.len() > 20).all()
    assert (evidence.loc[~missing, "reason"] == "").all()
    assert (evidence.loc[~missing, "source"] != "").all()
    assert ((evidence["standing"] == "no data") == missing).all()


def test_the_worse_side_is_shaded_as_more(evidence):
    pairs = evidence[evidence["standing"].isin(["more", "less"])].groupby("indicator")
    for _, mine in pairs:
        assert set(mine["standing"]) == {"more", "less"}
        worst = (
            mine["value"].idxmax() if mine["worse"].iloc[0] == "higher" else mine["value"].idxmin()
        )
        assert mine.loc[worst, "standing"] == "more"


def test_an_empty_table_gives_no_data_and_not_a_number(opened):
    tables = dict(opened.tables)
    for name in ("country_year", "context", "drug_seizures"):
        tables[name] = tables[name].iloc[:0]
    bare = zones_evidence.evidence(replace(opened, tables=tables))
    mine = bare["source"].str.startswith(("country_year", "context", "drug_seizures"))
    assert mine.sum() >= 10
    assert bare.loc[mine, "value"].isna().all()
    assert (bare.loc[mine, "reason"] != "").all()


def test_an_event_without_an_end_has_no_days(opened):
    row = {"zone": "mohan_boten", "rule": "event_days", "name": "EV044"}
    row |= {"first": "2020-01-01", "last": "2023-12-31"}
    found = zones_evidence_rules.evaluate(opened, row)
    assert found.value is None
    assert "ended" in found.reason


def test_the_matrix_names_problem_indicator_zones_and_countermeasure(opened):
    table = zones_evidence.evidence_table(opened)
    assert table.frame["problem"].nunique() == 6
    assert (table.frame["countermeasure"] != "").all()
    shown = table.shown()
    assert "no data" in set(shown["Mohan–Boten"])
    numbers = table.frame["mohan_boten_value"].notna()
    assert (shown.loc[numbers.to_numpy(), "Mohan–Boten"] != "no data").all()


def test_the_heat_table_draws_every_cell(opened, evidence):
    figure = evidence_figure(opened)
    with drawing():
        canvas = figure.draw()
    texts = [text.get_text() for text in canvas.axes[0].texts]
    assert sum(text == "no data" for text in texts) == int(evidence["value"].isna().sum())
    assert f"{int(evidence['value'].isna().sum())} of {len(evidence)} cells" in figure.alt


def test_the_timeline_shows_every_step_of_the_table_once_for_each_zone(opened):
    steps, data = zones_frame.steps_of(opened), timeline_data(opened)
    assert set(data["event_id"]) == set(steps["event_id"])
    assert len(data) == len(steps) + int((steps["zone"] == BOTH).sum())
    assert list(steps["number"]) == list(range(1, len(steps) + 1))
    assert steps["start"].is_monotonic_increasing
    with drawing():
        canvas = timeline_figure(opened).draw()
    drawn = [text.get_text() for text in canvas.axes[0].texts]
    assert sum(text.isdigit() for text in drawn) == len(data)


def test_counts_of_steps_add_up(opened):
    counts, data = zones_frame.frame_counts_table(opened).frame, timeline_data(opened)
    assert counts["steps"].sum() == len(data)
    levels = counts["levels"].str.findall(r"(\d+)(?:,|$)").map(lambda found: sum(map(int, found)))
    assert (levels == counts["steps"]).all()


def test_side_by_side_holds_every_event_of_a_zone(opened):
    frame = zones_frame.side_by_side_table(opened).frame
    for zone in opened.zones:
        assert frame[f"{zone}_events"].sum() == len(opened.events_of(zone))


def test_a_date_is_written_as_exactly_as_it_is_known(opened):
    when = zones_frame.dated(opened.events)
    known = opened.events["day_precision"].map({"day": 10, "month": 7, "year": 4})
    assert (when.str.len() == known).all()


def test_the_map_is_to_scale_and_draws_no_border(opened):
    with drawing():
        canvas = zones_map.zones_map_figure(opened).draw()
    for axes, item in zip(canvas.axes, opened.settings.maps, strict=True):
        box = axes.get_position()
        width, height = box.width * canvas.get_figwidth(), box.height * canvas.get_figheight()
        middle = np.array([(item.south + item.north) / 2] * 2)
        edges = np.array([item.west, item.east])
        across = great_circle_km(middle[:1], edges[:1], middle[1:], edges[1:])[0]
        up = great_circle_km(np.array([item.south]), edges[:1], np.array([item.north]), edges[:1])[
            0
        ]
        assert across / width == pytest.approx(up / height, rel=SCALE_TOLERANCE)
        [bar] = axes.lines  # the scale bar is the only line
        share = float(np.ptp(bar.get_xdata()))
        assert share * across == pytest.approx(item.scale_km, rel=SCALE_TOLERANCE)


def test_a_place_stands_on_its_point_and_no_two_names_overlap(opened):
    with drawing():
        canvas = zones_map.zones_map_figure(opened).draw()
        canvas.draw_without_rendering()
    data = zones_map.map_data(opened)
    for axes, item in zip(canvas.axes, opened.settings.maps, strict=True):
        mine = data[data["map"] == item.label]
        points = np.vstack([np.asarray(dots.get_offsets()) for dots in axes.collections])
        assert points == pytest.approx(mine[["longitude", "latitude"]].to_numpy())
        boxes = [
            Text.get_window_extent(text)  # without the line to the point
            for text in axes.texts
            if text.get_text() in set(mine["name"])
        ]
        clash = [(a, b) for a in boxes for b in boxes if a is not b and a.overlaps(b)]
        assert clash == []


def test_no_name_is_written_twice_and_insets_are_named(opened):
    with drawing():
        canvas = zones_map.zones_map_figure(opened).draw()
    large = [text.get_text() for text in canvas.axes[0].texts]
    assert len(set(large)) == len(large)
    assert {item.label for item in opened.settings.maps[1:]} <= set(large)


def settings_with(tmp_path, old, new):
    text = SETTINGS.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "zones_frame.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: mohan_boten", "name: mohan_botan", "mohan_boten"),
        ("partner: LAO", "partner: LAX", "LAO"),
        ("category: zone_policy", "category: zone_polity", "zone_policy"),
        ("end: 2019-12", "end: 2020-12", "the phases overlap"),
        ("south: 17.3", "south: 27.3", "has no extent"),
        ("kinds: [port, gate, city", "kinds: [harbour, gate, city", "harbour"),
        ("title:", "titel:", "titel"),
    ],
)
def test_a_fault_in_the_settings_is_told(tmp_path, old, new, said):
    vocabulary = vocabulary_of(load_tables(TABLES))
    with pytest.raises(StudyError) as caught:
        parse_zones_frame(settings_with(tmp_path, old, new), vocabulary)
    assert said in str(caught.value)
    assert "zones_frame.yaml" in str(caught.value)


def test_names_of_the_glossary_are_shown_in_every_language(opened):
    shown = zones_frame.glossary_table(opened).shown()
    row = shown[shown["English"] == "Muse"].iloc[0]
    assert (row["Chinese"], row["Burmese"]) == ("木姐", "မူဆယ်")
