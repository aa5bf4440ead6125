"""Tiny models of every family, odd texts, features on random spans, and naive sums."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import transformers as hf

from causattn.corpora import POOLED, Corpus, Mentions
from causattn.features import FeatureKind, FeatureTable
from causattn.models import (
    LanguageModel,
    LSTMForCausalLM,
    LSTMForConditionalGeneration,
    LSTMLanguageModelConfig,
    LSTMSeq2SeqConfig,
)
from tests.small_models import word_pieces

VOCABULARY = 40
TEXTS = [
    "the food was great but the service unbelievably slow",
    "noise everywhere, and the ambiance of a railway station",
    "菜很好吃 but slow",
    "great food",
    "the ambiance was great, the noise was not, and the food was slow to come",
    "great food",
    "slow service, slow food, slow everything",
    "crème brûlée, naïve café and an emoji 🎉",
]


@pytest.fixture(scope="session")
def tokenizer() -> hf.PreTrainedTokenizerFast:
    return word_pieces(TEXTS, vocabulary=80, longest=128)


@pytest.fixture(scope="session")
def language_model(tokenizer) -> Callable[..., LanguageModel]:
    """A model of a family with random weights, over this tokenizer."""

    def make(family: str, task: str = "encoder", **changes: object) -> LanguageModel:
        config = _families()[family]
        config.update({"vocab_size": len(tokenizer), **changes})
        return LanguageModel(family, _network(config), tokenizer, task)

    return make


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return Corpus("odd", TEXTS)


@pytest.fixture(scope="session")
def features() -> FeatureTable:
    """Six features: five on spans (some in several places, some overlapping), one pooled."""
    rng = np.random.default_rng(3)
    rows = []
    for document, text in enumerate(TEXTS):
        # Documents 3 and 5 read alike, and carry the same.
        if text == TEXTS[3]:
            rows += [(document, 0, 0, 5), (document, 1, 6, 10), (document, 5, POOLED, POOLED)]
            continue
        rows += [(document, 5, POOLED, POOLED)]
        for feature in range(5):
            for _ in range(int(rng.integers(0, 3))):
                start = int(rng.integers(0, len(text) - 3))
                rows.append((document, feature, start, start + int(rng.integers(2, 9))))
    return _table(np.array(rows), len(TEXTS), 6)


def _table(rows: np.ndarray, documents: int, size: int) -> FeatureTable:
    rng = np.random.default_rng(0)
    return FeatureTable(
        names=tuple(f"f{k}" for k in range(size)),
        kinds=(FeatureKind.PRESENCE,) * size,
        values=rng.normal(size=(documents, size)),
        categories=(None,) * size,
        carriers=Mentions(*rows.T),
        documents=np.arange(documents),
    )


@pytest.fixture
def naive_tokens() -> Callable[..., list[dict[int, list[int]]]]:
    """Token positions of each feature in each document, by looking at every token."""

    def find(model: LanguageModel, texts, features: FeatureTable) -> list[dict[int, list[int]]]:
        found = []
        carriers = features.carriers
        for document, text in enumerate(texts):
            encoded = model.tokenizer(
                text, return_offsets_mapping=True, return_special_tokens_mask=True
            )
            of: dict[int, set[int]] = {}
            for row in np.flatnonzero(carriers.document == document):
                feature, start = int(carriers.variable[row]), carriers.start[row]
                if start == POOLED:
                    of.setdefault(feature, set()).add(0)
                    continue
                pairs = zip(encoded["offset_mapping"], encoded["special_tokens_mask"], strict=True)
                for position, ((low, high), special) in enumerate(pairs):
                    if not special and low < carriers.end[row] and high > start:
                        of.setdefault(feature, set()).add(position)
            found.append({feature: sorted(positions) for feature, positions in of.items()})
        return found

    return find


@pytest.fixture
def eager_weights() -> Callable[..., list[torch.Tensor]]:
    """All weights of one document, [H, T, T] a layer, straight from the eager model."""

    def run(model: LanguageModel, ids: list[int]) -> list[torch.Tensor]:
        config = type(model.network.config)(**model.network.config.to_dict())
        config._attn_implementation = "eager"
        network = type(model.network)(config).eval()
        network.load_state_dict(model.network.state_dict())
        with torch.no_grad():
            output = network(input_ids=torch.tensor([ids]), output_attentions=True)
        return [layer[0].double() for layer in output.attentions]

    return run


@pytest.fixture(scope="session")
def families() -> dict[str, hf.PretrainedConfig]:
    return _families()


@pytest.fixture(scope="session")
def network_of() -> Callable[..., hf.PreTrainedModel]:
    return _network


@pytest.fixture(scope="session")
def table() -> Callable[..., FeatureTable]:
    return _table


def _families() -> dict[str, hf.PretrainedConfig]:
    """Tiny configurations with odd masks, grouped heads and soft caps where the family has them."""
    small = {
        "vocab_size": VOCABULARY,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 48,
        "max_position_embeddings": 128,
    }
    grouped = {**small, "num_key_value_heads": 2}
    marks = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    gpt = {"vocab_size": VOCABULARY, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 128}
    ends = {"bos_token_id": 1, "eos_token_id": 2}
    return {
        "bert": hf.BertConfig(**small),
        "roberta": hf.RobertaConfig(**small, **marks),
        "distilbert": hf.DistilBertConfig(
            vocab_size=VOCABULARY,
            dim=32,
            n_layers=2,
            n_heads=4,
            hidden_dim=48,
            max_position_embeddings=128,
        ),
        "albert": hf.AlbertConfig(**small, embedding_size=16),
        "electra": hf.ElectraConfig(**small, embedding_size=16),
        "modernbert": hf.ModernBertConfig(
            **small,
            **marks,
            cls_token_id=1,
            sep_token_id=2,
            local_attention=6,
            global_attn_every_n_layers=2,
        ),
        "deberta_v2": hf.DebertaV2Config(
            **small, relative_attention=True, pos_att_type=["p2c", "c2p"], position_buckets=8
        ),
        "deberta": hf.DebertaConfig(
            **small, relative_attention=True, pos_att_type=["p2c", "c2p"], max_relative_positions=8
        ),
        "xlnet": hf.XLNetConfig(vocab_size=VOCABULARY, d_model=32, n_layer=2, n_head=4, d_inner=48),
        "gpt2": hf.GPT2Config(**gpt, **ends),
        "gpt_neox": hf.GPTNeoXConfig(**small, **marks),
        "gptj": hf.GPTJConfig(**gpt, **ends, rotary_dim=4),
        "gpt_neo": hf.GPTNeoConfig(
            **(small | {"num_layers": 2, "num_heads": 4}),
            **ends,
            attention_types=[[["global", "local"], 1]],
            window_size=6,
        ),
        "falcon": hf.FalconConfig(**small, **ends, multi_query=True),
        "falcon_alibi": hf.FalconConfig(**small, **ends, multi_query=False, alibi=True),
        "opt": hf.OPTConfig(
            vocab_size=VOCABULARY,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            ffn_dim=48,
            max_position_embeddings=128,
            word_embed_proj_dim=32,
            **marks,
        ),
        "bloom": hf.BloomConfig(vocab_size=VOCABULARY, hidden_size=32, n_layer=2, n_head=4, **ends),
        "llama": hf.LlamaConfig(**grouped, **marks),
        "mistral": hf.MistralConfig(**grouped, **marks, sliding_window=6),
        "qwen2": hf.Qwen2Config(
            **grouped, **ends, use_sliding_window=True, sliding_window=6, max_window_layers=1
        ),
        "qwen3": hf.Qwen3Config(**grouped, **ends, head_dim=8),
        "gemma2": hf.Gemma2Config(
            **grouped, **marks, head_dim=8, sliding_window=6, attn_logit_softcapping=2.0
        ),
        "gemma3": hf.Gemma3TextConfig(**grouped, **marks, head_dim=8, sliding_window=6),
        "phi": hf.PhiConfig(**grouped, **marks),
        "t5": hf.T5Config(
            vocab_size=VOCABULARY,
            d_model=32,
            d_kv=8,
            d_ff=48,
            num_layers=2,
            num_heads=4,
            decoder_start_token_id=0,
            **marks,
        ),
        "bart": hf.BartConfig(
            vocab_size=VOCABULARY,
            d_model=32,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=4,
            decoder_attention_heads=4,
            encoder_ffn_dim=48,
            decoder_ffn_dim=48,
            max_position_embeddings=128,
            decoder_start_token_id=2,
            **marks,
        ),
    }


def _network(config: hf.PretrainedConfig, seed: int = 0, **settings: str) -> hf.PreTrainedModel:
    """The family's body with weights far enough apart that attention is far from uniform."""
    torch.manual_seed(seed)
    # A copy: transformers writes the attention implementation into the configuration.
    config = type(config).from_dict(config.to_dict())
    network = hf.AutoModel.from_config(config, **settings).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() == 2:
                parameter.normal_(0, 0.3)
    return network


@pytest.fixture
def lstm_lm(tokenizer):
    def make(**settings: object) -> LanguageModel:
        torch.manual_seed(0)
        config = LSTMLanguageModelConfig(
            vocab_size=len(tokenizer), hidden_size=8, initializer_range=0.5, **settings
        )
        return LanguageModel("lstm_lm", LSTMForCausalLM(config).eval(), tokenizer, "causal")

    return make


@pytest.fixture
def lstm_seq2seq(tokenizer):
    def make(**settings: object) -> LanguageModel:
        torch.manual_seed(0)
        config = LSTMSeq2SeqConfig(
            vocab_size=len(tokenizer), hidden_size=8, initializer_range=0.5, **settings
        )
        network = LSTMForConditionalGeneration(config).eval()
        return LanguageModel("lstm_seq2seq", network, tokenizer, "seq2seq")

    return make


@pytest.fixture
def padded() -> dict[str, torch.Tensor]:
    """A batch of three documents of six, four and two tokens."""
    torch.manual_seed(1)
    ids = torch.randint(5, VOCABULARY, (3, 6))
    mask = torch.ones_like(ids)
    mask[1, 4:] = mask[2, 2:] = 0
    return {"input_ids": ids * mask, "attention_mask": mask}
