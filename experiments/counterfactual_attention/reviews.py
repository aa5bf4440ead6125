"""Short Chinese film reviews from templates: two judgements, joined by 但 or 也, and a sentiment.

A review praises or blames two things. The second judgement counts for more where 但 (but) joins
them, so that a model must read the end of the sentence and not only count its words.
"""

from __future__ import annotations

import numpy as np

from causattn.corpora import Corpus

FILMS = ("这部电影", "这部片子", "这个故事", "这部剧", "影片")
ASPECTS = ("演员表现", "音乐", "画面", "剧情", "对白", "节奏", "导演", "结尾")
FIRST = {1: ("很精彩", "很好看", "很感人", "很有趣"), 0: ("很无聊", "很难看", "很糟糕", "很乏味")}
SECOND = {1: ("好", "很好", "不错", "出色"), 0: ("差", "很差", "不行", "糟糕")}
CLASSES = ("差评", "好评")


def chinese_reviews(documents: int, rng: np.random.Generator) -> Corpus:
    """Return reviews with their sentiment (0 bad, 1 good) as outcome.

    Parameters
    ----------
    documents
        How many.
    rng
        Draws the words; equal judgements are joined by 也 (also), opposite ones by 但 (but).
    """
    first, second = rng.integers(0, 2, (2, documents))
    texts = []
    for one, other in zip(first, second, strict=True):
        film, aspect = rng.choice(FILMS), rng.choice(ASPECTS)
        joined = "也" if one == other else "但"
        begin, end = rng.choice(FIRST[int(one)]), rng.choice(SECOND[int(other)])
        texts.append(f"{film}{begin}，{joined}{aspect}{end}")
    return Corpus(
        name="chinese_reviews",
        texts=texts,
        outcome=second.astype(float),
        outcome_name="sentiment",
        outcome_classes=CLASSES,
        about={"kind": "templates", "documents": documents},
    )
