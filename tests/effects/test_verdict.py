"""The verdict rule on planted rows, each line of its tables at least once."""

import math
from typing import Any

import pytest

from causattn.effects import (
    DOCUMENT_VERDICTS,
    MODEL_VERDICTS,
    VerdictRule,
    judge,
    missing_checks,
)

RULE = VerdictRule(negligible=0.01)
FOR = {"data_estimate": 0.3, "data_low": 0.2, "data_high": 0.4, "data_rows": "unseen"}
SEEN = FOR | {"data_rows": "seen"}
AGAINST = FOR | {"data_estimate": 0.0, "data_low": -0.005, "data_high": 0.005}
UNCLEAR = FOR | {"data_estimate": 0.1, "data_low": -0.1, "data_high": 0.3}
ONE_ONLY = FOR | {"data_joint_low": -0.01, "data_joint_high": 0.61}
UNKNOWN = {"data_reason": "The effect is not identified."}
CHECKED = FOR | {
    "robust_compelled": 1.0,
    "robust_majority": "-->",
    "robust_fci": "-->",
    "discovery_frequency": 0.95,
    "robust_low": 0.1,
    "robust_high": 0.5,
}
SAYS = {"independent_says": "for", "independent_words": "people say so"}
PEOPLE = SAYS | {"independent_kind": "people"}
ORDER = SAYS | {"independent_kind": "order"}
MODEL = {"model_estimate": 0.3, "model_low": 0.2, "model_high": 0.4}
TURNED = {"model_estimate": -0.3, "model_low": -0.4, "model_high": -0.2}
SILENT = {"model_estimate": 0.001, "model_low": -0.001, "model_high": 0.003}
PERHAPS = {"model_estimate": 0.01, "model_low": -0.01, "model_high": 0.03}


def row(**columns: Any) -> dict[str, Any]:
    base = {"source": "a", "target": "b", "discovery_edge": "-->", "candidate_allowed": True}
    base |= columns
    directed = base["discovery_edge"] == "-->" and not base.get("discovery_free")
    return base | {"discovery_directed": directed}


@pytest.mark.parametrize(
    ("columns", "verdict", "says"),
    [
        (SEEN, "drawn", "no second opinion"),
        (CHECKED | {"data_rows": "seen"}, "drawn", "no second opinion"),
        (FOR, "consistent", "show an effect of 0.3"),
        (ONE_ONLY, "drawn", "over all arrows at once"),
        (FOR | {"placebo_outcome": "failed"}, "disputed", "placebo"),
        (CHECKED | {"data_subset_outcome": "failed"}, "disputed", "data subset"),
        (AGAINST, "refuted", "no effect beyond 0.01"),
        (UNCLEAR, "drawn", "leave open"),
        (UNKNOWN, "drawn", "not identified"),
        (CHECKED, "robust", "all checks"),
        (CHECKED | {"robust_compelled": 0.0}, "consistent", "leaves the direction open"),
        (CHECKED | {"robust_compelled": math.nan}, "consistent", "no equivalence class"),
        (CHECKED | {"robust_majority": "---"}, "consistent", "majority rules leave a --- b"),
        (CHECKED | {"robust_majority": None}, "consistent", "majority rules were not asked"),
        (CHECKED | {"robust_fci": "o->"}, "consistent", "FCI says a o-> b"),
        (CHECKED | {"robust_fci": ""}, "consistent", "FCI says no edge"),
        (CHECKED | {"robust_fci": None}, "consistent", "FCI was not asked"),
        (CHECKED | {"robust_fci": "<->"}, "disputed", "FCI says a <-> b"),
        (CHECKED | {"robust_majority": "<--"}, "disputed", "the majority rules say a <-- b"),
        (CHECKED | {"discovery_frequency": 0.89}, "consistent", "89% of bootstraps"),
        (CHECKED | {"discovery_frequency": math.nan}, "consistent", "no bootstraps"),
        (CHECKED | {"robust_low": -0.1}, "consistent", "the strongest covariate would explain"),
        (CHECKED | {"robust_low": math.nan}, "consistent", "no covariate says"),
        (UNCLEAR | PEOPLE, "supported", "People say so"),
        (CHECKED | ORDER, "supported", "People say so"),
        (FOR | ORDER, "consistent", "not robust"),
        (SEEN | ORDER, "drawn", "no second opinion"),
        (CHECKED | PEOPLE | {"independent_says": "against"}, "refuted", "People say so"),
        (AGAINST | PEOPLE, "refuted", "no effect beyond"),
        ({"discovery_edge": "---"} | PEOPLE, "supported", "People say so"),
        ({"discovery_edge": None} | PEOPLE, "disputed", "but the graph was free"),
        (CHECKED | {"discovery_free": True}, "open", "one equivalence class"),
        (CHECKED | {"discovery_free": True} | ORDER, "open", "one equivalence class"),
        ({"discovery_edge": "<--"} | FOR, "absent", "from b to a"),
        ({"discovery_edge": "---"}, "open", "a --- b"),
        ({"discovery_edge": "<->"} | FOR, "absent", "hidden common cause"),
        ({"discovery_edge": "<-o"} | FOR, "absent", "a is no cause of b"),
        ({"discovery_edge": "o->"} | FOR, "open", "a acts on b, or a hidden common cause"),
        ({"discovery_edge": "o-o"} | FOR, "open", "a o-o b"),
        ({"discovery_edge": None}, "absent", "was free to join"),
        ({"discovery_edge": None, "discovery_separating_set": ["c"]}, "absent", "given c"),
        ({"discovery_edge": None, "discovery_separating_set": []}, "absent", "given nothing"),
        ({"discovery_edge": None, "candidate_allowed": False}, "absent", "no candidates"),
    ],
)
def test_each_line_about_the_documents(columns: dict[str, Any], verdict: str, says: str) -> None:
    found = judge(row(**columns), RULE)
    assert found.documents == verdict
    assert found.documents in DOCUMENT_VERDICTS
    assert says in found.documents_reason
    assert found.documents_reason.endswith(".")
    assert "\n" not in found.documents_reason
    assert found.model is None


@pytest.mark.parametrize(
    ("columns", "verdict", "says"),
    [
        (MODEL, "used", "moves the model by 0.3"),
        (TURNED, "used", "moves the model by -0.3"),
        (FOR | MODEL, "used", "moves the model by 0.3"),
        (FOR | TURNED, "opposite", "against the documents' effect of 0.3"),
        (UNCLEAR | TURNED, "used", "moves the model by -0.3"),
        (FOR | SILENT, "unused", "no more than 0.01"),
        (FOR | PERHAPS, None, "may or may not"),
        (FOR, None, "was not asked"),
        (FOR | {"model_reason": "It predicts no part."}, None, "It predicts no part."),
    ],
)
def test_each_line_about_the_model(columns: dict[str, Any], verdict: str, says: str) -> None:
    found = judge(row(**columns), RULE)
    assert found.model == verdict
    assert verdict is None or verdict in MODEL_VERDICTS
    assert says in found.model_reason
    assert found.model_reason.endswith(".")


def test_neither_question_hears_the_other() -> None:
    for documents in (FOR, AGAINST, UNCLEAR, UNKNOWN, CHECKED):
        plain = judge(row(**documents), RULE)
        for model in (MODEL, TURNED, SILENT, PERHAPS):
            assert judge(row(**documents, **model), RULE)[:2] == plain[:2]


def test_attention_truth_and_the_conditional_have_no_vote() -> None:
    others = (
        {"truth_directed": 0.0, "truth_adjacent": 0.0},
        {"candidate_p": 1.0},
        {"conditional_estimate": 0.0, "conditional_low": -0.001, "conditional_high": 0.001},
    )
    for columns in (FOR, AGAINST, UNCLEAR, CHECKED, MODEL):
        for more in others:
            assert judge(row(**columns, **more), RULE) == judge(row(**columns), RULE)


def test_every_check_that_is_left_out_is_named() -> None:
    assert missing_checks(row(**CHECKED), RULE) == []
    assert len(missing_checks(row(**FOR), RULE)) == 5


def test_the_direct_effect_decides_where_there_is_one() -> None:
    direct_none = {"direct_estimate": 0.0, "direct_low": -0.005, "direct_high": 0.005}
    direct = {"direct_estimate": 0.2, "direct_low": 0.1, "direct_high": 0.3}
    found = judge(row(**FOR, **direct_none), RULE)
    assert found.documents == "refuted"
    assert "no direct effect" in found.documents_reason
    assert judge(row(**AGAINST, **direct), RULE).documents == "consistent"


def test_a_numeric_outcome_is_judged_in_its_standard_deviations() -> None:
    wide = {"data_estimate": 0.0, "data_low": -0.05, "data_high": 0.05}
    assert judge(row(**wide), RULE).documents == "drawn"
    assert judge(row(**wide, data_scale=10.0), RULE).documents == "refuted"


def test_thresholds_come_from_the_rule() -> None:
    assert judge(row(**UNCLEAR), VerdictRule(negligible=0.5)).documents == "refuted"
    strict = VerdictRule(stable=0.99)
    assert judge(row(**CHECKED), strict).documents == "consistent"


def test_missing_numbers_are_unknown_not_zero() -> None:
    assert judge(row(data_estimate=math.nan, data_low=math.nan), RULE).documents == "drawn"
