"""Names in other letters are read as they are typed."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from causattn.cli.quoting import quoted


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("corpus.label=评分", "评分"),
        ("corpus.label=价格 元", "价格 元"),
        ("corpus.label=Preis (€)", "Preis (€)"),
        ("corpus.columns=[评分, 价格 元,beta]", ["评分", "价格 元", "beta"]),
        ("discovery.knowledge={tiers:[[评分],[größe,b]]}", {"tiers": [["评分"], ["größe", "b"]]}),
        ("corpus.columns=[\"评分\",größe,'a b']", ["评分", "größe", "a b"]),
        ('corpus.label=a"é\\\\', 'a"é\\\\'),
        ("+corpus.path=../数据 表.csv", "../数据 表.csv"),
    ],
)
def test_names_need_no_quotes(typed: str, value: object) -> None:
    assert OverridesParser.create().parse_override(quoted(typed)).value() == value


def test_several_values_stay_several() -> None:
    found = OverridesParser.create().parse_override(quoted("corpus.label=评分,服务"))
    assert list(found.sweep_string_iterator()) == ['"评分"', '"服务"']


@pytest.mark.parametrize(
    "given",
    [
        "seed=range(3)",
        "a=[b,c",
        "--plugins=名.py",
        "名",
        "corpus.label='评分'",
        "a=[评分",
        "~é",
        "é=",
    ],
)
def test_other_arguments_stay_as_they_are(given: str) -> None:
    assert quoted(given) == given
