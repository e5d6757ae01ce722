"""Every exhibit, in the order of the notebooks that show them."""

from __future__ import annotations

from functools import partial
from typing import Final

from analysis.exhibits.exhibit import CommonExhibit, Exhibit

AUDIT: Final = "01_data_audit"
ZONE_TRADE: Final = "02_zone_trade"
MONTHLY: Final = "04_monthly_context"
ROBUST: Final = "05_robustness"

_robustness = partial(Exhibit, opener="robustness_results.open_robustness")

EXHIBITS: Final[tuple[Exhibit, ...]] = (
    Exhibit("coverage", "figure", AUDIT, "coverage.coverage_figure"),
    Exhibit("reports_by_series", "table", AUDIT, "audit.series_table"),
    Exhibit("reports", "table", AUDIT, "audit.reports_table"),
    Exhibit("contradictions", "table", AUDIT, "audit.contradictions_table"),
    Exhibit("agreement", "table", AUDIT, "audit.agreement_table"),
    Exhibit("disagreements", "table", AUDIT, "audit.disagreements_table"),
    Exhibit("zone_trade", "figure", ZONE_TRADE, "zone_trade.zone_trade_figure"),
    Exhibit("effects", "table", ZONE_TRADE, "effects.effects_table"),
    Exhibit("cumulative", "table", ZONE_TRADE, "effects.cumulative_table"),
    Exhibit("identification", "table", ZONE_TRADE, "effects.identification_table"),
    Exhibit("models", "table", ZONE_TRADE, "effects.models_table"),
    Exhibit("left_out", "table", ZONE_TRADE, "effects.left_out_table"),
    Exhibit("influence", "table", ZONE_TRADE, "effects.influence_table"),
    Exhibit("fitted_reports", "table", ZONE_TRADE, "effects.fitted_reports_table"),
    Exhibit("official", "table", ZONE_TRADE, "official.official_table"),
    Exhibit("comparison", "table", ZONE_TRADE, "context.comparison_table"),
    Exhibit("context", "table", ZONE_TRADE, "context.context_table"),
    Exhibit("monthly", "figure", MONTHLY, "monthly_figure.monthly_figure"),
    Exhibit("monthly_effects", "table", MONTHLY, "monthly.monthly_effects_table"),
    Exhibit("monthly_controlled", "table", MONTHLY, "monthly.monthly_controlled_table"),
    Exhibit("monthly_models", "table", MONTHLY, "monthly.monthly_models_table"),
    Exhibit("monthly_diagnostics", "table", MONTHLY, "monthly.monthly_diagnostics_table"),
    Exhibit("monthly_correlograms", "figure", MONTHLY, "monthly_acf.correlogram_figure"),
    Exhibit("monthly_breaks", "table", MONTHLY, "monthly.monthly_breaks_table"),
    Exhibit("policy_paths", "figure", MONTHLY, "policy.policy_figure"),
    Exhibit("policy", "table", MONTHLY, "policy.policy_table"),
    _robustness(
        "specification_curves", "figure", ROBUST, "robustness_figures.specifications_figure"
    ),
    _robustness("specifications", "table", ROBUST, "robustness.specifications_table"),
    _robustness("failed_specifications", "table", ROBUST, "robustness.failed_table"),
    _robustness("check_matrix", "figure", ROBUST, "robustness_figures.checks_figure"),
    _robustness("check_counts", "table", ROBUST, "robustness.check_counts_table"),
    _robustness("checks", "table", ROBUST, "robustness.checks_table"),
)


METHOD: Final = "03_interval_method"
_METHOD: Final = (METHOD, "method.open_method")
ZONES: Final = "06_zone_comparison"
_ZONES: Final = (ZONES, "zone_comparison_results.open_zone_comparison")
PANELS: Final = "07_country_panels"
_PANELS: Final = (PANELS, "country_panels.open_country_panels")
INFERENCE: Final = "08_inference_methods"
_INFERENCE: Final = (INFERENCE, "inference_methods.open_simulations")
HEALTH: Final = "09_health_security"
_HEALTH: Final = (HEALTH, "health_security.open_health_security")

FRAME: Final = "11_zones_frame"
_FRAME: Final = (FRAME, "zones_frame_results.open_zones_frame")
SECURITY: Final = "10_border_security"
_SECURITY: Final = (SECURITY, "security_results.open_border_security")

SYNTHESIS: Final = "12_synthesis"
_SYNTHESIS: Final = (SYNTHESIS, "synthesis_results.open_synthesis")

CLAIMS: Final = "13_published_claims"
_CLAIMS: Final = (CLAIMS, "claims.open_claims")

UNIVERSE: Final = "14_placebo_universe"
_UNIVERSE: Final = (UNIVERSE, "universe_results.open_placebo_universe")

COST: Final = "15_cost_of_scale"
_COST: Final = (COST, "cost_results.open_cost")

COMMON_EXHIBITS: Final[tuple[CommonExhibit, ...]] = (
    CommonExhibit("coverage_by_history", "figure", *_METHOD, "method.coverage_by_history_figure"),
    CommonExhibit("monte_carlo", "table", *_METHOD, "method.monte_carlo_table"),
    CommonExhibit("retelling", "table", *_METHOD, "method.retelling_table"),
    CommonExhibit("comparability", "table", *_ZONES, "zone_comparison.comparability_table"),
    CommonExhibit(
        "effects_by_zone", "figure", *_ZONES, "zone_comparison_figures.effects_by_zone_figure"
    ),
    CommonExhibit("zone_effects", "table", *_ZONES, "zone_comparison.zone_effects_table"),
    CommonExhibit("zone_differences", "table", *_ZONES, "zone_comparison.zone_differences_table"),
    CommonExhibit("closures", "figure", *_ZONES, "zone_comparison_closures.closures_figure"),
    CommonExhibit("gate_effects", "table", *_ZONES, "zone_comparison_gates.gate_effects_table"),
    CommonExhibit("gate_equality", "table", *_ZONES, "zone_comparison_gates.gate_equality_table"),
    CommonExhibit("gate_models", "table", *_ZONES, "zone_comparison_gates.gate_models_table"),
    CommonExhibit("zone_phases", "table", *_ZONES, "zone_comparison.zone_phases_table"),
    CommonExhibit(
        "policy_synchrony_null",
        "figure",
        *_PANELS,
        "policy_synchrony_figure.policy_synchrony_figure",
    ),
    CommonExhibit("policy_synchrony", "table", *_PANELS, "policy_synchrony.policy_synchrony_table"),
    CommonExhibit("policy_pairs", "table", *_PANELS, "policy_pairs.policy_pairs_table"),
    CommonExhibit("policy_case_load", "table", *_PANELS, "policy_pairs.policy_case_load_table"),
    CommonExhibit("interior_paths", "figure", *_PANELS, "interior_figure.interior_figure"),
    CommonExhibit("interior", "table", *_PANELS, "interior.interior_table"),
    CommonExhibit("interior_weights", "table", *_PANELS, "interior.interior_weights_table"),
    CommonExhibit("yearly_paths", "figure", *_PANELS, "yearly_figure.yearly_figure"),
    CommonExhibit("yearly_panels", "table", *_PANELS, "yearly.yearly_table"),
    CommonExhibit("yearly_event_study", "table", *_PANELS, "yearly.yearly_study_table"),
    CommonExhibit("bilateral_trade", "table", *_PANELS, "bilateral_trade.bilateral_trade_table"),
    CommonExhibit(
        "policy_lead_lag_paths",
        "figure",
        *_PANELS,
        "policy_lead_lag_figure.policy_lead_lag_figure",
    ),
    CommonExhibit("policy_lead_lag", "table", *_PANELS, "policy_lead_lag.policy_lead_lag_table"),
    CommonExhibit(
        "rejection_rates_series", "figure", *_INFERENCE, "inference_rates.series_rates_figure"
    ),
    CommonExhibit("size_of_checks", "table", *_INFERENCE, "inference_series.size_of_checks_table"),
    CommonExhibit("t_test_size", "table", *_INFERENCE, "inference_series.t_test_size_table"),
    CommonExhibit("break_size", "table", *_INFERENCE, "inference_series.break_size_table"),
    CommonExhibit("multiplicity", "table", *_INFERENCE, "inference_series.multiplicity_table"),
    CommonExhibit("power_surface", "figure", *_INFERENCE, "inference_power.power_surface_figure"),
    CommonExhibit(
        "rejection_rates_panels", "figure", *_INFERENCE, "inference_rates.panel_rates_figure"
    ),
    CommonExhibit(
        "cluster_inference", "table", *_INFERENCE, "inference_panels.cluster_inference_table"
    ),
    CommonExhibit(
        "event_study_coverage", "table", *_INFERENCE, "inference_panels.event_study_table"
    ),
    CommonExhibit("gravity_bias", "table", *_INFERENCE, "inference_panels.gravity_bias_table"),
    CommonExhibit("dyads_size", "table", *_INFERENCE, "inference_panels.dyads_size_table"),
    CommonExhibit("conventions", "table", *_INFERENCE, "inference_methods.conventions_table"),
    CommonExhibit(
        "health_timeline", "figure", *_HEALTH, "health_events_figure.health_timeline_figure"
    ),
    CommonExhibit("health_events", "table", *_HEALTH, "health_events.health_events_table"),
    CommonExhibit(
        "health_capacity_heat",
        "figure",
        *_HEALTH,
        "health_capacity_figure.health_capacity_heat_figure",
    ),
    CommonExhibit("health_capacity", "table", *_HEALTH, "health_capacity.health_capacity_table"),
    CommonExhibit("health_missing", "table", *_HEALTH, "health_capacity.health_missing_table"),
    CommonExhibit(
        "health_burden_paths",
        "figure",
        *_HEALTH,
        "health_burden_figure.health_burden_paths_figure",
    ),
    CommonExhibit("health_burden", "table", *_HEALTH, "health_burden.health_burden_table"),
    CommonExhibit("health_ranks", "table", *_HEALTH, "health_ranks.health_ranks_table"),
    CommonExhibit("dengue_paths", "figure", *_HEALTH, "health_dengue_figure.dengue_paths_figure"),
    CommonExhibit("dengue_effects", "table", *_HEALTH, "health_dengue.dengue_effects_table"),
    CommonExhibit("dengue_models", "table", *_HEALTH, "health_dengue_checks.dengue_models_table"),
    CommonExhibit(
        "dengue_placebos", "table", *_HEALTH, "health_dengue_checks.dengue_placebos_table"
    ),
    CommonExhibit("dengue_together", "table", *_HEALTH, "health_dengue.dengue_together_table"),
    CommonExhibit("health_answers", "table", *_HEALTH, "health_answers.health_answers_table"),
    CommonExhibit("zones_map", "figure", *_FRAME, "zones_map.zones_map_figure"),
    CommonExhibit("places", "table", *_FRAME, "zones_frame.places_table"),
    CommonExhibit("cooperation_timeline", "figure", *_FRAME, "zones_frame_figure.timeline_figure"),
    CommonExhibit("cooperation_steps", "table", *_FRAME, "zones_frame.frame_table"),
    CommonExhibit("cooperation_counts", "table", *_FRAME, "zones_frame.frame_counts_table"),
    CommonExhibit("zones_side_by_side", "table", *_FRAME, "zones_frame.side_by_side_table"),
    CommonExhibit(
        "evidence_heat_table", "figure", *_FRAME, "zones_evidence_figure.evidence_figure"
    ),
    CommonExhibit("evidence_matrix", "table", *_FRAME, "zones_evidence.evidence_table"),
    CommonExhibit("glossary", "table", *_FRAME, "zones_frame.glossary_table"),
    CommonExhibit("findings_forest", "figure", *_SYNTHESIS, "synthesis_figure.forest_figure"),
    CommonExhibit("findings_counts", "table", *_SYNTHESIS, "synthesis.findings_counts_table"),
    CommonExhibit("findings", "table", *_SYNTHESIS, "synthesis.findings_table"),
    CommonExhibit(
        "questions",
        "table",
        *_SYNTHESIS,
        "synthesis_questions.questions_table",
        reader="synthesis_questions.open_questions",
    ),
    CommonExhibit("security_answers", "table", *_SECURITY, "security_answers.answers_table"),
    CommonExhibit("security_score_slopes", "figure", *_SECURITY, "security_scores.scores_figure"),
    CommonExhibit("security_scores", "table", *_SECURITY, "security_scores.scores_table"),
    CommonExhibit(
        "security_governance_paths", "figure", *_SECURITY, "security_governance.governance_figure"
    ),
    CommonExhibit(
        "security_governance", "table", *_SECURITY, "security_governance.governance_table"
    ),
    CommonExhibit("security_homicide", "table", *_SECURITY, "security_governance.homicide_table"),
    CommonExhibit("security_seizures", "table", *_SECURITY, "security_seizures.seizures_table"),
    CommonExhibit(
        "security_conflict", "figure", *_SECURITY, "security_conflict_figure.conflict_figure"
    ),
    CommonExhibit(
        "security_conflict_effects", "table", *_SECURITY, "security_conflict.conflict_effects_table"
    ),
    CommonExhibit(
        "security_conflict_regimes", "table", *_SECURITY, "security_conflict.regimes_table"
    ),
    CommonExhibit("security_conflict_deaths", "table", *_SECURITY, "security_deaths.deaths_table"),
    CommonExhibit(
        "security_cooperation", "table", *_SECURITY, "security_cooperation.cooperation_table"
    ),
    CommonExhibit("security_trade", "table", *_SECURITY, "security_trade.trade_table"),
    CommonExhibit("security_no_data", "table", *_SECURITY, "security_gaps.gaps_table"),
    CommonExhibit("claims_against_figures", "figure", *_CLAIMS, "claims_figure.claims_figure"),
    CommonExhibit("claim_counts", "table", *_CLAIMS, "claims.claim_counts_table"),
    CommonExhibit("claims", "table", *_CLAIMS, "claims.claims_table"),
    CommonExhibit(
        "universe_distributions",
        "figure",
        *_UNIVERSE,
        "universe_figure.universe_distributions_figure",
    ),
    CommonExhibit("universe_ranks", "table", *_UNIVERSE, "universe_ranks.universe_ranks_table"),
    CommonExhibit(
        "universe_left_out", "table", *_UNIVERSE, "universe_left_out.universe_left_out_table"
    ),
    CommonExhibit("cost_growth", "figure", *_COST, "cost_figure.cost_growth_figure"),
    CommonExhibit("cost_measured", "table", *_COST, "cost_tables.cost_measured_table"),
    CommonExhibit("cost_model", "table", *_COST, "cost_tables.cost_model_table"),
    CommonExhibit("cost_cluster", "table", *_COST, "cost_tables.cost_cluster_table"),
)
