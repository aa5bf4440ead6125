"""The verdict rule on planted rows, each line of its table at least once."""

import math
from typing import Any

import pytest

from causattn.effects import VerdictRule, judge

RULE = VerdictRule(negligible=0.01)
FOR = {"data_estimate": 0.3, "data_low": 0.2, "data_high": 0.4}
AGAINST = {"data_estimate": 0.0, "data_low": -0.005, "data_high": 0.005}
UNCLEAR = {"data_estimate": 0.1, "data_low": -0.1, "data_high": 0.3}
UNKNOWN = {"data_reason": "The effect is not identified."}
MODEL_FOR = {"model_estimate": -0.3, "model_low": -0.4, "model_high": -0.2}
MODEL_AGAINST = {"model_estimate": 0.001, "model_low": -0.001, "model_high": 0.003}
MODEL_UNCLEAR = {"model_estimate": 0.01, "model_low": -0.01, "model_high": 0.03}
OUTPUT = {"model_reads": "output"}


def row(**columns: Any) -> dict[str, Any]:
    base = {"source": "a", "target": "b", "discovery_edge": "-->", "candidate_allowed": True}
    base |= columns
    return base | {"discovery_directed": base["discovery_edge"] == "-->"}


@pytest.mark.parametrize(
    ("columns", "verdict", "says"),
    [
        (FOR, "supported", "show an effect of 0.3"),
        (FOR | MODEL_FOR, "supported", "moves the model by -0.3"),
        (FOR | MODEL_UNCLEAR | OUTPUT, "supported", "may or may not"),
        (FOR | MODEL_AGAINST, "supported", "no more than 0.01"),
        (FOR | MODEL_AGAINST | OUTPUT, "contradicted", "no more than 0.01"),
        (FOR | {"placebo_outcome": "failed"}, "undetermined", "placebo"),
        (FOR | {"data_subset_outcome": "failed"} | MODEL_FOR, "undetermined", "data subset"),
        (AGAINST, "contradicted", "no effect beyond 0.01"),
        (AGAINST | MODEL_FOR, "undetermined", "moves the model"),
        (AGAINST | MODEL_UNCLEAR, "contradicted", "no effect beyond"),
        (UNCLEAR, "undetermined", "leave open"),
        (UNCLEAR | MODEL_AGAINST | OUTPUT, "contradicted", "no more than"),
        (UNCLEAR | MODEL_AGAINST, "undetermined", "leave open"),
        (UNKNOWN, "undetermined", "not identified"),
        (UNKNOWN | MODEL_AGAINST | OUTPUT, "contradicted", "no more than"),
        ({"discovery_edge": "<--"} | FOR, "contradicted", "from b to a"),
        ({"discovery_edge": "---"}, "undetermined", "a --- b"),
        ({"discovery_edge": "<->"} | FOR, "contradicted", "hidden common cause"),
        ({"discovery_edge": "<-o"} | FOR, "contradicted", "a is no cause of b"),
        ({"discovery_edge": "o->"} | FOR, "undetermined", "a acts on b, or a hidden common cause"),
        ({"discovery_edge": "o-o"} | FOR, "undetermined", "a o-o b"),
        ({"discovery_edge": None}, "contradicted", "was free to join"),
        ({"discovery_edge": None, "discovery_separating_set": ["c"]}, "contradicted", "given c"),
        ({"discovery_edge": None, "discovery_separating_set": []}, "contradicted", "given nothing"),
        ({"discovery_edge": None, "candidate_allowed": False}, "undetermined", "no candidates"),
    ],
)
def test_each_line_of_the_rule(columns: dict[str, Any], verdict: str, says: str) -> None:
    found, reason = judge(row(**columns), RULE)
    assert found == verdict
    assert says in reason
    assert reason.endswith(".")
    assert "\n" not in reason


def test_the_direct_effect_decides_where_there_is_one() -> None:
    direct_none = {"direct_estimate": 0.0, "direct_low": -0.005, "direct_high": 0.005}
    direct = {"direct_estimate": 0.2, "direct_low": 0.1, "direct_high": 0.3}
    found, reason = judge(row(**FOR, **direct_none), RULE)
    assert found == "contradicted"
    assert "no direct effect" in reason
    assert judge(row(**AGAINST, **direct), RULE)[0] == "supported"


def test_a_numeric_outcome_is_judged_in_its_standard_deviations() -> None:
    wide = {"data_estimate": 0.0, "data_low": -0.05, "data_high": 0.05}
    assert judge(row(**wide), RULE)[0] == "undetermined"
    assert judge(row(**wide, data_scale=10.0), RULE)[0] == "contradicted"


def test_threshold_comes_from_the_rule() -> None:
    assert judge(row(**UNCLEAR), VerdictRule(negligible=0.5))[0] == "contradicted"


def test_neither_attention_nor_truth_votes() -> None:
    for columns in (FOR, AGAINST, UNCLEAR):
        plain = judge(row(**columns), RULE)
        for more in ({"truth_directed": 0.0, "truth_adjacent": 0.0}, {"candidate_p": 1.0}):
            assert judge(row(**columns, **more), RULE) == plain


def test_missing_numbers_are_unknown_not_zero() -> None:
    assert judge(row(data_estimate=math.nan, data_low=math.nan), RULE)[0] == "undetermined"
