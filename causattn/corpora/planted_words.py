"""What planted corpora say, in English and in Chinese: one clause a variable, all written for this.

A clause is one slot, or two that stand beside each other (a word and what negates it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from causattn.corpora.render import Slot

Clause = tuple[tuple[str, Slot], ...]
"""Variables that stand beside each other, with the slot of each."""


@dataclass(frozen=True)
class Wording:
    """The clauses of one language.

    Parameters
    ----------
    separator
        What stands between two slots.
    outcome, classes
        What the label is called, and its two values.
    token, context, pair
        The clauses that the rules read.
    same_words
        By rule a clause that repeats its words about another thing, which the rule does not read.
    rare
        A rare word that stands out; its values do not matter.
    common_cause, confounded
        What the causal word and the confounded word both hang on, and the latter.
    fillers
        Clauses that nothing hangs on.
    """

    separator: str
    outcome: str
    classes: tuple[str, str]
    token: Clause
    context: Clause
    pair: tuple[Clause, Clause]
    same_words: Mapping[str, Clause]
    rare: Clause
    common_cause: Clause
    confounded: Clause
    fillers: tuple[Clause, ...]


def _clause(name: str, before: str, values: str, after: str) -> Clause:
    """Return a clause of one slot, its values given between slashes."""
    return ((name, Slot(before, tuple(values.split("/")), after)),)


def _beside(one: Clause, other: Clause) -> Clause:
    """Return a clause of two slots."""
    return (*one, *other)


ENGLISH = Wording(
    separator=" ",
    outcome="verdict",
    classes=("bad", "good"),
    token=_clause("soup", "the soup was ", "stale/fresh", "."),
    context=_beside(
        _clause("soup_negated", "the soup was ", "not/really", ""),
        _clause("soup", "", "stale/fresh", "."),
    ),
    same_words={
        "token": _clause("bread", "the bread was ", "stale/fresh", "."),
        "context": _clause("bread", "the bread was ", "stale/fresh", "."),
        "pair": _clause("last_sound", "we heard a ", "bell/drum", "."),
    },
    pair=(
        _clause("first_sound", "we heard a ", "bell/drum", "."),
        _clause("second_sound", "we heard a ", "bell/drum", "."),
    ),
    rare=_clause(
        "exclamation",
        "",
        "Abracadabra/Balderdash/Caramba/Dynamite/Eureka/Fandango/Gadzooks/Hallelujah/Inferno/"
        "Jamboree/Kaboom/Lightning/Mayday/Nirvana/Outrageous/Pandemonium/Quicksilver/Razzmatazz/"
        "Shazam/Thunder/Unbelievable/Volcano/Whirlwind/Zeppelin",
        "!",
    ),
    common_cause=_clause("season", "it was a ", "winter/summer", " evening."),
    confounded=_clause("coat", "the waiter wore ", "grey/blue", "."),
    fillers=(
        _clause("room", "the room was ", "warm/cool", "."),
        _clause("seat", "we sat ", "inside/outside", "."),
        _clause("table", "the table was ", "round/square", "."),
        _clause("payment", "we paid with ", "coins/cards", "."),
        _clause("music", "the music was ", "loud/soft", "."),
        _clause("company", "I came with my ", "sister/brother", "."),
    ),
)

CHINESE = Wording(
    separator="",
    outcome="评价",
    classes=("差", "好"),
    token=_clause("汤", "汤是", "馊/鲜", "的。"),
    context=_beside(_clause("汤的否定", "汤", "不/很", ""), _clause("汤", "", "难喝/新鲜", "。")),
    same_words={
        "token": _clause("茶", "茶是", "馊/鲜", "的。"),
        "context": _clause("茶", "茶", "难喝/新鲜", "。"),
        "pair": _clause("最后一声", "我们听见", "钟/鼓", "声。"),
    },
    pair=(
        _clause("第一声", "我们听见", "钟/鼓", "声。"),
        _clause("第二声", "我们听见", "钟/鼓", "声。"),
    ),
    rare=_clause(
        "惊叹",
        "",
        "霹雳/妖怪/龙卷风/火山/奇迹/闪电/雷霆/魔法/狂欢/幽灵/宝藏/海啸/凤凰/麒麟/彗星/极光/烟花/"
        "骑士/巨人/陨石/迷宫/飞碟/神灯/恐龙",
        "！",
    ),
    common_cause=_clause("季节", "那是", "冬/夏", "天的晚上。"),
    confounded=_clause("衣服", "服务员穿", "灰/蓝", "色衣服。"),
    fillers=(
        _clause("房间", "房间很", "暖和/凉快", "。"),
        _clause("座位", "我们坐在", "里面/外面", "。"),
        _clause("桌子", "桌子是", "圆/方", "形的。"),
        _clause("付款", "我们用", "现金/银行卡", "付款。"),
        _clause("音乐", "音乐声", "大/小", "。"),
        _clause("同伴", "我和", "姐姐/弟弟", "一起来。"),
    ),
)

WORDINGS = {"english": ENGLISH, "chinese": CHINESE}
