"""Letters of application and a recruiter's mark, for ``corpus=scm``; the wordings are ours.

What depends on what is made up, and says nothing of how people are hired.
"""

from __future__ import annotations

from causattn.corpora.scm_grammar import Concept, Domain, Said

_DEGREE_EN = ("I have {}.", "My education ended with {}.")
_LANGUAGES_EN = ("I speak {}.", "At work I can use {}.")
_EXPERIENCE_EN = ("I bring {} of practice.", "I can look back on {} in this trade.")
_LEADING_EN = ("So far I have led {}.", "The people who reported to me: {}.")
_BREAKS_EN = ("My working life has been {}.", "My record is {}.")
_ENGLISH = {
    "degree": (
        Said(
            _DEGREE_EN,
            ("no degree", "a school certificate", "an apprenticeship"),
            ("I left school at sixteen to earn my living.", "What I know I taught myself."),
        ),
        Said(
            _DEGREE_EN,
            ("a master's degree", "a university degree", "a doctorate"),
            ("My thesis won a prize of the faculty.", "I graduated third of my year."),
        ),
    ),
    "languages": (
        Said(
            _LANGUAGES_EN,
            ("one language", "my mother tongue only", "no foreign language"),
            ("Abroad I depend on an interpreter.", "Foreign mail I hand on to a colleague."),
        ),
        Said(
            _LANGUAGES_EN,
            ("four languages", "several languages", "French and Japanese"),
            (
                "Last year I negotiated in Lyon, Osaka and Porto without an interpreter.",
                "I read your annual report in three of its editions.",
            ),
        ),
    ),
    "experience": (
        Said(
            _EXPERIENCE_EN,
            ("a few months", "one short summer", "a few weeks"),
            ("This would be my first job.", "Until now I know the trade from books."),
        ),
        Said(
            _EXPERIENCE_EN,
            ("fifteen years", "two decades", "many years"),
            (
                "I have seen three generations of your machines come and go.",
                "Younger colleagues come to me with old plans.",
            ),
        ),
    ),
    "leading": (
        Said(
            _LEADING_EN,
            ("nobody", "no one", "no team"),
            ("I have always worked on my own desk and tasks.", "Others made the rosters."),
        ),
        Said(
            _LEADING_EN,
            ("a team of twelve", "a department", "thirty people"),
            ("I hired and trained half of the plant.", "I signed the rosters of two shifts."),
        ),
    ),
    "breaks": (
        Said(
            _BREAKS_EN,
            ("steady", "without a gap", "continuous"),
            ("I went from each post straight to the next.", "There was not a month without pay."),
        ),
        Said(
            _BREAKS_EN,
            ("interrupted", "full of gaps", "broken up"),
            ("For two years I did not work at all.", "Between my posts lie long pauses."),
        ),
    ),
}
_DISTRACTORS_EN = (
    "I found your notice in Saturday's paper.",
    "I could start in the autumn.",
    "My papers are enclosed.",
    "I live half an hour from your office.",
    "At weekends I sing in a choir.",
    "A colleague spoke well of your firm.",
    "I would be glad to visit you.",
    "Please write to the address above.",
)

_DEGREE_ZH = ("学历：{}。", "我的学历是{}。")
_LANGUAGES_ZH = ("外语：{}。", "语言方面，我{}。")
_EXPERIENCE_ZH = ("从业{}。", "我在这一行做了{}。")
_LEADING_ZH = ("管理经验：{}。", "说到带人，我{}。")
_BREAKS_ZH = ("工作经历{}。", "我的履历{}。")
_CHINESE = {
    "degree": (
        Said(_DEGREE_ZH, ("初中", "中专"), ("十六岁就离开学校谋生。", "会的都是自学的。")),
        Said(_DEGREE_ZH, ("硕士", "博士"), ("毕业论文得过奖。", "毕业时全年级第三。")),
    ),
    "languages": (
        Said(_LANGUAGES_ZH, ("只会中文", "不懂外语"), ("出国要靠翻译。",)),
        Said(_LANGUAGES_ZH, ("会四门语言", "精通法语和日语"), ("去年独自在里昂和大阪谈判。",)),
    ),
    "experience": (
        Said(_EXPERIENCE_ZH, ("几个月", "不到半年"), ("这将是我的第一份工作。",)),
        Said(_EXPERIENCE_ZH, ("十五年", "二十年"), ("年轻同事常拿旧图纸来问我。",)),
    ),
    "leading": (
        Said(_LEADING_ZH, ("没有带过人", "一直独自工作"), ("排班表都是别人做的。",)),
        Said(_LEADING_ZH, ("带过十二个人", "管过一个部门"), ("厂里一半的人是我招的。",)),
    ),
    "breaks": (
        Said(_BREAKS_ZH, ("没有间断", "一直连续"), ("换工作从未空过一个月。",)),
        Said(_BREAKS_ZH, ("多次中断", "有不少空白"), ("有两年完全没有上班。",)),
    ),
}
_DISTRACTORS_ZH = (
    "我在星期六的报上看到招聘启事。",
    "秋天可以到岗。",
    "材料附后。",
    "我住的地方离贵公司半小时。",
    "周末我参加合唱团。",
    "同事对贵公司评价很好。",
    "希望有机会面谈。",
)
APPLICATIONS = Domain(
    # A family with means pays for studies and for years abroad.
    hidden=Concept("means", ("small", "large"), 0.5, {}, 0.0),
    concepts=(
        Concept("experience", ("little", "long"), 0.5, {}, 1.4),
        Concept("degree", ("no", "yes"), 0.3, {"means": 0.4}, 1.2),
        Concept("languages", ("one", "several"), 0.15, {"degree": 0.3, "means": 0.3}, 0.8),
        Concept("leading", ("nobody", "people"), 0.1, {"experience": 0.6}, 0.8),
        Concept("breaks", ("steady", "interrupted"), 0.2, {"experience": 0.35}, -1.0),
    ),
    outcome="mark",
    middle=3.0,
    spread=0.6,
    # Who would be refused at once, or has no need to apply, seldom writes.
    written=(0.2, 0.8, 1.0, 0.6, 0.25),
    said={"english": _ENGLISH, "chinese": _CHINESE},
    distractors={"english": _DISTRACTORS_EN, "chinese": _DISTRACTORS_ZH},
)
