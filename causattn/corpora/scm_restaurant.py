"""Restaurant reviews and their stars, for ``corpus=scm``; the wordings are ours."""

from __future__ import annotations

from causattn.corpora.scm_grammar import Concept, Domain, Said

_FOOD_EN = ("The food was {}.", "What we ate was {}.", "My main course was {}.", "{} dishes!")
_SERVICE_EN = ("The service was {}.", "Our waiter was {}.", "{} staff, I have to say.")
_ENGLISH = {
    "crowd": (
        Said(
            ("The place was {}.", "The dining room was {} when we came."),
            ("empty", "half empty", "nearly deserted"),
            ("We had our pick of the tables.", "There was nobody else in the room but us."),
        ),
        Said(
            ("The place was {}.", "The dining room was {} when we came."),
            ("full", "packed", "crowded"),
            ("Every table was taken.", "People queued out of the door."),
        ),
    ),
    "price": (
        Said(
            ("The prices are {}.", "It is {} here.", "I found the menu {}."),
            ("cheap", "affordable", "reasonable"),
            ("We paid less than for a pizza at home.", "The bill made us smile."),
        ),
        Said(
            ("The prices are {}.", "It is {} here.", "I found the menu {}."),
            ("expensive", "costly", "overpriced"),
            ("The bill took our breath away.", "You had better bring a second credit card."),
        ),
    ),
    "food": (
        Said(
            _FOOD_EN,
            ("bland", "overcooked", "awful", "tasteless", "disappointing"),
            ("I left half of my plate.", "Even the dog refused the leftovers."),
        ),
        Said(
            _FOOD_EN,
            ("delicious", "tasty", "superb", "excellent", "outstanding"),
            ("I wiped my plate clean.", "We still talk about that risotto."),
        ),
    ),
    "service": (
        Said(
            _SERVICE_EN,
            ("slow", "rude", "inattentive", "careless"),
            ("We waited forty minutes for the check.", "Nobody came to refill our glasses."),
        ),
        Said(
            _SERVICE_EN,
            ("attentive", "friendly", "prompt", "helpful"),
            ("Our glasses were never dry.", "They remembered our names at the second course."),
        ),
    ),
    "noise": (
        Said(
            ("It was {} inside.", "The room is {}."),
            ("quiet", "calm", "peaceful"),
            ("We could whisper across the table.", "You could hear the candles burn."),
        ),
        Said(
            ("It was {} inside.", "The room is {}."),
            ("loud", "noisy", "deafening"),
            ("We had to shout to be understood.", "My ears were still ringing at home."),
        ),
    ),
}
_DISTRACTORS_EN = (
    "We came for my sister's birthday.",
    "It is two blocks from the station.",
    "Parking is in the back.",
    "I had booked a week ahead.",
    "It rained all evening.",
    "The chairs are made of dark wood.",
    "My husband ordered the fish, I took the lamb.",
    "They moved here from the old town last spring.",
)

_FOOD_ZH = ("菜{}。", "主菜{}。", "这里做的菜{}。")
_SERVICE_ZH = ("服务{}。", "服务员{}。")
_PRICE_ZH = ("价格{}。", "这里的菜价{}。")
_CROWD_ZH = ("店里{}。", "我们到的时候{}。")
_NOISE_ZH = ("里面{}。", "大厅{}。")
_CHINESE = {
    "crowd": (
        Said(_CROWD_ZH, ("很空", "没什么人", "冷冷清清"), ("座位随便挑。",)),
        Said(_CROWD_ZH, ("坐满了", "人很多", "非常拥挤"), ("门口排着长队。",)),
    ),
    "price": (
        Said(_PRICE_ZH, ("便宜", "实惠", "不高"), ("结账的时候我们都笑了。",)),
        Said(_PRICE_ZH, ("昂贵", "偏高", "太贵"), ("看到账单我们吓了一跳。",)),
    ),
    "food": (
        Said(
            _FOOD_ZH,
            ("很差", "难吃", "没什么味道", "令人失望"),
            ("一盘菜剩了一半。", "连汤都没喝完。"),
        ),
        Said(
            _FOOD_ZH,
            ("很好", "好吃", "出色", "令人难忘"),
            ("我们把盘子都吃光了。", "汤一滴不剩。"),
        ),
    ),
    "service": (
        Said(
            _SERVICE_ZH,
            ("很慢", "冷淡", "不耐烦"),
            ("结账等了四十分钟。", "没人来倒水。"),
        ),
        Said(
            _SERVICE_ZH,
            ("周到", "热情", "很细心"),
            ("茶杯从来没有空过。", "他们记得我们的名字。"),
        ),
    ),
    "noise": (
        Said(_NOISE_ZH, ("很安静", "很清静"), ("小声说话也听得见。",)),
        Said(_NOISE_ZH, ("很吵", "非常嘈杂"), ("说话要靠喊。", "回家以后耳朵还在响。")),
    ),
}
_DISTRACTORS_ZH = (
    "那天是妹妹的生日。",
    "离车站两条街。",
    "停车场在后面。",
    "我提前一周订了位。",
    "整个晚上都在下雨。",
    "椅子是深色木头做的。",
    "我先生点了鱼，我点了羊肉。",
)
RESTAURANT = Domain(
    # Experienced staff cook and serve well.
    hidden=Concept("staff", ("new", "experienced"), 0.5, {}, 0.0),
    concepts=(
        Concept("crowd", ("empty", "full"), 0.5, {}, 0.0),
        Concept("price", ("cheap", "expensive"), 0.4, {}, -0.8),
        Concept("food", ("bad", "good"), 0.3, {"price": 0.35, "staff": 0.3}, 2.0),
        Concept("service", ("bad", "good"), 0.65, {"crowd": -0.45, "staff": 0.3}, 1.4),
        Concept("noise", ("quiet", "loud"), 0.2, {"crowd": 0.6}, -0.8),
    ),
    outcome="stars",
    middle=3.0,
    spread=0.6,
    written=(1.0, 0.9, 0.25, 0.4, 1.0),
    said={"english": _ENGLISH, "chinese": _CHINESE},
    distractors={"english": _DISTRACTORS_EN, "chinese": _DISTRACTORS_ZH},
)
