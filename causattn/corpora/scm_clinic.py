"""Notes of a clinic and how urgent each case is, for ``corpus=scm``; the wordings are ours.

What depends on what is made up, and no medical advice.
"""

from __future__ import annotations

from causattn.corpora.scm_grammar import Concept, Domain, Said

_AGE_EN = ("The patient is {}.", "In front of me sits someone {}.")
_COUGH_EN = ("Cough: {}.", "On asking, the cough is {}.")
_FEVER_EN = ("Temperature is {}.", "By the thermometer, temperature {}.")
_PRESSURE_EN = ("Blood pressure is {}.", "The reading on the arm was {}.")
_SMOKING_EN = ("Tobacco: {}.", "As to smoking, {}.")
_ENGLISH = {
    "smoking": (
        Said(
            _SMOKING_EN,
            ("never", "none", "a lifelong non-smoker"),
            ("Has not touched a cigarette in a lifetime.", "Lives in a home without an ashtray."),
        ),
        Said(
            _SMOKING_EN,
            ("daily", "a pack a day", "every day"),
            ("Stepped out for a cigarette while waiting.", "The fingertips are stained yellow."),
        ),
    ),
    "age": (
        Said(
            _AGE_EN,
            ("young", "not yet thirty", "in the early twenties"),
            ("Came straight from a lecture at college.", "Starts a first job next month."),
        ),
        Said(
            _AGE_EN,
            ("elderly", "old", "well over seventy"),
            ("Retired many years ago.", "A grandchild drove the patient here."),
        ),
    ),
    "pressure": (
        Said(
            _PRESSURE_EN,
            ("normal", "unremarkable", "in range"),
            ("The cuff gave 118 over 76.", "Nothing to treat there, 121 over 79."),
        ),
        Said(
            _PRESSURE_EN,
            ("high", "raised", "elevated"),
            ("The cuff gave 172 over 104.", "Two readings, both above 165 over 100."),
        ),
    ),
    "cough": (
        Said(
            _COUGH_EN,
            ("absent", "gone", "not present"),
            ("Speaks long sentences without clearing the throat.", "The chest is silent at night."),
        ),
        Said(
            _COUGH_EN,
            ("persistent", "severe", "productive"),
            (
                "Had to stop three times in a sentence to clear the chest.",
                "The partner has moved to another bedroom because of the noise.",
            ),
        ),
    ),
    "fever": (
        Said(
            _FEVER_EN,
            ("normal", "unremarkable", "as it should be"),
            ("36.6 in the ear.", "The forehead is cool and dry."),
        ),
        Said(
            _FEVER_EN,
            ("raised", "high", "well above the norm"),
            ("39.4 in the ear.", "Shivers under two blankets."),
        ),
    ),
}
_DISTRACTORS_EN = (
    "Came by bus this morning.",
    "Works in an office.",
    "The insurance card was copied.",
    "Prefers appointments on Tuesdays.",
    "Was last seen here in spring.",
    "Asked about the vaccination record.",
    "A sister is a nurse at another hospital.",
    "Brought a list of all medicines.",
)

_SMOKING_ZH = ("吸烟史：{}。", "问及吸烟，{}。")
_AGE_ZH = ("患者{}。", "来诊的患者{}。")
_PRESSURE_ZH = ("血压{}。", "今天测的血压{}。")
_COUGH_ZH = ("咳嗽{}。", "问诊：咳嗽{}。")
_FEVER_ZH = ("体温{}。", "今天的体温{}。")
_CHINESE = {
    "smoking": (
        Said(_SMOKING_ZH, ("从不吸烟", "没有吸过"), ("家里连烟灰缸都没有。",)),
        Said(_SMOKING_ZH, ("每天都抽", "一天一包"), ("候诊时出去抽了一支。", "手指被熏黄了。")),
    ),
    "age": (
        Said(_AGE_ZH, ("很年轻", "二十多岁"), ("下课后直接过来的。", "下个月才开始工作。")),
        Said(_AGE_ZH, ("年事已高", "七十多岁"), ("退休多年。", "由孙子陪同前来。")),
    ),
    "pressure": (
        Said(_PRESSURE_ZH, ("正常", "在正常范围内"), ("测得一百一十八比七十六。",)),
        Said(_PRESSURE_ZH, ("偏高", "明显升高"), ("测得一百七十二比一百零四。",)),
    ),
    "cough": (
        Said(_COUGH_ZH, ("几乎没有", "已经好了"), ("说话连贯，夜里睡得安稳。",)),
        Said(_COUGH_ZH, ("很重", "一直不好"), ("一句话要停三次。", "夜里吵得家人睡不着。")),
    ),
    "fever": (
        Said(_FEVER_ZH, ("正常", "不高"), ("耳温三十六度六。", "额头摸着是凉的。")),
        Said(_FEVER_ZH, ("很高", "明显上升"), ("耳温三十九度四。", "盖着两床被子还发抖。")),
    ),
}
_DISTRACTORS_ZH = (
    "早上坐公交车来的。",
    "在办公室工作。",
    "已复印医保卡。",
    "希望约在星期二。",
    "上次就诊是春天。",
    "问了疫苗接种的事。",
    "带来了用药清单。",
)
CLINIC = Domain(
    # Where defences are weak, cough and fever come together.
    hidden=Concept("defences", ("strong", "weak"), 0.5, {}, 0.0),
    concepts=(
        Concept("smoking", ("never", "daily"), 0.4, {}, 0.0),
        Concept("age", ("young", "old"), 0.5, {}, 0.8),
        Concept("pressure", ("normal", "high"), 0.1, {"age": 0.4, "smoking": 0.3}, 1.0),
        Concept("cough", ("absent", "present"), 0.1, {"smoking": 0.45, "defences": 0.35}, 0.8),
        Concept("fever", ("absent", "present"), 0.2, {"defences": 0.4}, 1.6),
    ),
    outcome="urgency",
    middle=3.0,
    spread=0.6,
    # Who is hardly ill seldom comes.
    written=(0.15, 0.3, 0.7, 1.0, 1.0),
    said={"english": _ENGLISH, "chinese": _CHINESE},
    distractors={"english": _DISTRACTORS_EN, "chinese": _DISTRACTORS_ZH},
)
