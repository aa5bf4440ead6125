import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from causattn.corpora import POOLED, Mentions
from causattn.models import LanguageModel, carrier_tokens, encode_texts
from tests.models.conftest import TEXTS, bert, gpt2

ENCODINGS = [encode_texts(bert(), TEXTS), encode_texts(gpt2(), TEXTS)]


@given(
    st.sampled_from(ENCODINGS),
    st.lists(
        st.tuples(
            st.integers(0, len(TEXTS) - 1), st.integers(0, 4), st.integers(0, 55), st.integers(1, 9)
        ),
        max_size=20,
    ),
)
def test_carriers_are_the_tokens_that_share_a_character(encoding, rows) -> None:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    mentions = Mentions(columns[0], columns[1], columns[2], columns[2] + columns[3])
    found = carrier_tokens(encoding, mentions)
    expected, lost = set(), []
    for k in range(len(mentions)):
        document, start, end = mentions.document[k], mentions.start[k], mentions.end[k]
        hits = set()
        for flat in range(encoding.bounds[document], encoding.bounds[document + 1]):
            covered = set(range(encoding.start[flat], encoding.end[flat]))
            if covered & set(range(start, end)):
                position = flat - encoding.bounds[document]
                hits.add((int(document), int(mentions.variable[k]), int(position)))
        expected |= hits
        lost += [k] if not hits else []
    assert list(zip(found.document, found.feature, found.position, strict=True)) == sorted(expected)
    assert found.lost.tolist() == lost


def _pieces(model: LanguageModel, text: str, word: str) -> list[str]:
    start = text.index(word)
    encoding = encode_texts(model, [text])
    found = carrier_tokens(encoding, Mentions([0], [0], [start], [start + len(word)]))
    return model.tokenizer.convert_ids_to_tokens(encoding.ids[found.position])


def test_pieces_of_a_word_are_merged_and_neighbours_left_out(model: LanguageModel) -> None:
    text = "The food was great, the service unbelievably slow."
    pieces = _pieces(model, text, "unbelievably")
    assert len(pieces) > 1
    bare = [piece.removeprefix("##").removeprefix("Ġ") for piece in pieces]
    assert "".join(bare) == "unbelievably"
    # A mention that ends in a space does not claim the next word.
    assert _pieces(model, text, "unbelievably ") == pieces


def test_chinese_emoji_and_combining_characters(model: LanguageModel) -> None:
    assert len(_pieces(model, TEXTS[2], "服务")) >= 1
    assert len(_pieces(model, TEXTS[3], "🎉")) >= 1
    assert len(_pieces(model, TEXTS[3], "cafe\u0301")) >= 1


def test_pooled_mentions_stand_at_the_pooled_position(model: LanguageModel) -> None:
    encoding = encode_texts(model, TEXTS)
    count = len(TEXTS)
    pooled = np.full(count, POOLED)
    found = carrier_tokens(encoding, Mentions(np.arange(count), np.zeros(count), pooled, pooled))
    assert (found.position == encoding.pooled).all()
    assert len(found.lost) == 0


def test_carriers_of_a_batch_point_at_its_rows() -> None:
    encoding = ENCODINGS[0]
    mentions = Mentions([0, 1, 1, 3], [2, 0, 1, 0], [4, 0, 8, 0], [8, 5, 11, 5])
    carriers = carrier_tokens(encoding, mentions)
    row, feature, position = carriers.of(np.array([3, 5, 1]))
    assert sorted(set(row.tolist())) == [0, 2]
    assert feature[row == 0].tolist() == [0] * (row == 0).sum()
    assert set(feature[row == 2].tolist()) == {0, 1}
    assert position.tolist() == [
        *carriers.position[carriers.document == 3],
        *carriers.position[carriers.document == 1],
    ]


def test_no_mentions_give_no_carriers() -> None:
    carriers = carrier_tokens(ENCODINGS[1], Mentions.empty())
    assert len(carriers) == 0
    assert len(carriers.of(np.array([0, 1]))[0]) == 0


def test_a_mention_in_the_part_cut_off_is_reported_lost() -> None:
    text = "slow " * 80
    encoding = encode_texts(bert(), [text, "a"], "truncate")
    carriers = carrier_tokens(encoding, Mentions([0, 0], [0, 1], [0, 395], [4, 399]))
    assert carriers.lost.tolist() == [1]
    assert set(carriers.feature.tolist()) == {0}
