"""Families at the edges: inputs on which capture went wrong, each with the right value."""

from functools import partial

import numpy as np
import pytest
import torch
import transformers as hf

from causattn.attention import Probe, capture_attention, summarise_attention
from causattn.base import ConfigError, ModelError
from causattn.models import LanguageModel

SIZE = 80
SMALL = {
    "vocab_size": SIZE,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
}
GROUPED = {**SMALL, "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 128}
SIGHT = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "image_size": 28,
    "patch_size": 14,
}
SEEN = {"depth": 2, "hidden_size": 32, "num_heads": 4, "intermediate_size": 48}
LINEAR = {
    **GROUPED,
    "num_hidden_layers": 4,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 2,
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
}
MIXED = {"num_experts": 2, "num_experts_per_tok": 1}
OWN = {"d_model": 32, "decoder_layers": 2, "encoder_layers": 2, "vocab_size": SIZE}
HEADS = {"decoder_attention_heads": 4, "encoder_attention_heads": 4}


def config_of(family: str) -> hf.PretrainedConfig:
    """A tiny configuration of a family."""
    kinds = {
        "gemma3": lambda: hf.Gemma3Config(
            text_config=GROUPED, vision_config=SIGHT, mm_tokens_per_image=4
        ),
        "llava": lambda: hf.LlavaConfig(
            text_config={**GROUPED, "model_type": "llama"},
            vision_config={**SIGHT, "model_type": "clip_vision_model"},
            image_token_index=1,
        ),
        "qwen3_vl": lambda: hf.Qwen3VLConfig(
            text_config=GROUPED,
            vision_config={
                **SEEN,
                "out_hidden_size": 32,
                "num_position_embeddings": 16,
                "deepstack_visual_indexes": [0],
            },
        ),
        "codegen": lambda: hf.CodeGenConfig(
            vocab_size=SIZE, n_embd=32, n_layer=2, n_head=4, n_positions=128, rotary_dim=4
        ),
        "gpt_oss": lambda: hf.GptOssConfig(
            **GROUPED, num_local_experts=2, num_experts_per_tok=1, sliding_window=6
        ),
        "longformer": lambda: hf.LongformerConfig(**SMALL, attention_window=[4, 4]),
        "led": lambda: hf.LEDConfig(**OWN, **HEADS, attention_window=[4, 4]),
        "canine": lambda: hf.CanineConfig(
            **{k: v for k, v in SMALL.items() if k != "vocab_size"}, num_hash_buckets=64
        ),
        "bigbird": lambda: hf.BigBirdConfig(**SMALL, block_size=2, num_random_blocks=1),
        "vilt": lambda: hf.ViltConfig(**SMALL, image_size=28, patch_size=14),
        "t5gemma": lambda: hf.T5GemmaConfig(encoder=GROUPED, decoder=GROUPED, vocab_size=SIZE),
        "t5gemma2": lambda: hf.T5Gemma2Config(
            encoder={"text_config": GROUPED, "vision_config": SIGHT, "mm_tokens_per_image": 4},
            decoder=GROUPED,
        ),
        "bert2bert": lambda: hf.EncoderDecoderConfig.from_encoder_decoder_configs(
            hf.BertConfig(**SMALL), hf.BertConfig(**SMALL)
        ),
        "t5": lambda: hf.T5Config(
            vocab_size=SIZE, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4
        ),
        "longt5": lambda: hf.LongT5Config(
            vocab_size=SIZE, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, local_radius=3
        ),
        "diffllama": lambda: hf.DiffLlamaConfig(**GROUPED),
        "qwen3_next": lambda: hf.Qwen3NextConfig(
            **LINEAR, **MIXED, moe_intermediate_size=16, shared_expert_intermediate_size=16
        ),
    }
    return kinds[family]()


@pytest.fixture(scope="module")
def of_family(tokenizer):
    """A model of a family with random weights far apart."""

    def make(family: str) -> LanguageModel:
        torch.manual_seed(0)
        config = config_of(family)
        kind = hf.EncoderDecoderModel if family == "bert2bert" else None
        network = (kind(config) if kind else hf.AutoModel.from_config(config)).eval()
        with torch.no_grad():
            for parameter in network.parameters():
                if parameter.dim() == 2:
                    parameter.normal_(0, 0.3)
        assert len(tokenizer) <= SIZE
        return LanguageModel(family, network, tokenizer, "encoder")

    return make


class Kept(Probe):
    """All weights by stack, of every layer."""

    def __init__(self):
        self.weights, self.layers = {}, []

    def visit(self, layer, weights):
        self.layers.append(layer)
        self.weights.setdefault(layer.stack, []).append(weights.clone())


def captured(model, inputs):
    probe = Kept()
    with capture_attention(model.network, inputs) as capture:
        capture.run(inputs, probe)
    return capture, probe


def eager(model, inputs):
    """What the model itself returns when its attention is eager."""
    model.network.set_attn_implementation("eager")
    with torch.inference_mode():
        return model.network(**inputs, output_attentions=True, return_dict=True)


@pytest.fixture
def inputs():
    torch.manual_seed(1)
    ids = torch.randint(5, 40, (3, 9))
    mask = torch.ones_like(ids)
    mask[1, 6:] = mask[2, 3:] = 0
    return {"input_ids": ids * mask, "attention_mask": mask}


def assert_same(found, expected, mask):
    """Weights of real queries are equal."""
    for mine, theirs in zip(found, expected, strict=True):
        rows = mask.bool()
        np.testing.assert_allclose(
            mine.movedim(1, 2)[rows], theirs.float().movedim(1, 2)[rows], atol=1e-5
        )


@pytest.mark.parametrize("family", ["gemma3", "llava", "qwen3_vl", "codegen"])
def test_a_model_whose_configuration_has_no_padding(family, of_family, inputs, corpus, features):
    model = of_family(family)
    summary = summarise_attention({"measures": ["raw"]}, model, corpus, features, 0)
    assert summary.measures["raw"].sum.any()
    _, probe = captured(model, inputs)
    expected = eager(model, inputs).attentions
    assert_same(probe.weights["self"], expected, inputs["attention_mask"])


@pytest.mark.parametrize("family", ["gpt_oss"])
def test_sinks_take_their_part(family, of_family, inputs, corpus, features):
    model = of_family(family)
    with torch.no_grad():
        for name, parameter in model.network.named_parameters():
            if name.endswith("sinks"):
                parameter.fill_(1.0)
    capture, probe = captured(model, inputs)
    expected = eager(model, inputs).attentions
    real = inputs["attention_mask"].bool()
    assert_same(probe.weights["self"], expected, real)
    for layer, weights in enumerate(expected):
        left = 1 - weights.float().movedim(1, 2)[real].sum(-1)
        assert left.mean() > 0.05
        assert capture.sink_shares[layer] == pytest.approx(float(left.mean()), abs=1e-5)
    summary = summarise_attention({"measures": ["raw"]}, model, corpus, features, 0)
    assert all(share > 0 for share in summary.about["sink_shares"])


class OwnAttention(hf.models.bert.modeling_bert.BertSelfAttention):
    """Attention with the softmax as a module."""

    def __init__(self, config):
        super().__init__(config)
        self.softmax = torch.nn.Softmax(-1)

    def forward(self, hidden_states, attention_mask=None, **rest):
        shape = (*hidden_states.shape[:2], self.num_attention_heads, -1)
        query, key, value = (
            part(hidden_states).view(shape).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        scores = query @ key.transpose(2, 3) / query.shape[-1] ** 0.5
        if attention_mask is not None:
            scores = scores + attention_mask
        weights = self.softmax(scores)
        return (weights @ value).transpose(1, 2).flatten(2), weights


def test_an_error_in_a_trial_leads_to_the_next_way(language_model, padded):
    model = language_model("bert")
    network = hf.BertModel(model.network.config, add_pooling_layer=False).eval()
    network.set_attn_implementation("eager")
    for layer in network.encoder.layer:
        layer.attention.self = OwnAttention(network.config).eval()
    with torch.inference_mode():
        expected = network(**padded, output_attentions=True).attentions
    found = Kept()
    with capture_attention(network, padded) as capture:
        capture.run(padded, found)
    assert_same(found.weights["self"], expected, padded["attention_mask"])
    assert capture.method in ("hooks on eager modules", "output_attentions")
    assert capture.passed_over


class Windowed(OwnAttention):
    """Attention that is of windows once a document is long."""

    def __init__(self, config):
        super().__init__(config)
        del self.softmax
        self.softmax = partial(torch.softmax, dim=-1)

    def forward(self, hidden_states, attention_mask=None, **rest):
        output, weights = super().forward(hidden_states, attention_mask, **rest)
        return output, weights[..., :5] if weights.shape[-1] > 10 else weights


@pytest.mark.parametrize("method", ["hooks on eager modules", "output_attentions"])
def test_attention_of_another_kind_in_a_later_batch_is_refused(method, language_model, padded):
    network = hf.BertModel(language_model("bert").network.config, add_pooling_layer=False).eval()
    network.set_attn_implementation("eager")
    for layer in network.encoder.layer:
        layer.attention.self = Windowed(network.config).eval()
    with capture_attention(network, padded, methods=[method]) as capture:
        capture.run(padded, Kept())
        longer = {name: torch.cat([each, each], dim=1) for name, each in padded.items()}
        with pytest.raises(ModelError, match="from 12 positions to 5 where the document has 12"):
            capture.run(longer, Kept())


@pytest.mark.parametrize("family", ["longformer", "led", "canine", "bigbird", "vilt"])
def test_what_is_not_from_tokens_to_tokens_is_refused(family, of_family, corpus, features):
    sentence = {
        "bigbird": "attention_type=original_full",
        "vilt": "does not run on the tokens of texts alone",
    }.get(family, "cannot be read as attention between tokens|gives no attention weights")
    with pytest.raises(ModelError, match=sentence):
        summarise_attention({"measures": ["raw"]}, of_family(family), corpus, features, 0)


def test_a_window_as_wide_as_the_document_is_no_attention_between_tokens(of_family):
    """Longformer returns offsets: as many as there are tokens where T is the window and one."""
    model = of_family("longformer")
    inputs = {
        "input_ids": torch.randint(5, 40, (2, 5)),
        "attention_mask": torch.ones(2, 5, dtype=torch.long),
    }
    with (
        pytest.raises(ModelError, match="cannot be read as attention between tokens"),
        capture_attention(model.network, inputs),
    ):
        pass


@pytest.mark.parametrize("family", ["t5gemma", "bert2bert", "t5"])
def test_stacks_are_told_by_what_they_do(family, of_family, inputs):
    model = of_family(family)
    capture, probe = captured(model, inputs)
    start = torch.full_like(inputs["input_ids"][:, :1], 0)
    shifted = torch.cat([start, inputs["input_ids"][:, :-1]], dim=1)
    output = eager(model, {**inputs, "decoder_input_ids": shifted})
    real = inputs["attention_mask"].bool()
    every = torch.ones_like(real)
    assert_same(probe.weights["encoder"], output.encoder_attentions, real)
    assert_same(probe.weights["decoder"], output.decoder_attentions, every)
    assert_same(probe.weights["cross"], output.cross_attentions, every)
    assert [layer.index for layer in capture.layers if layer.stack == "cross"] == [0, 1]


def test_a_decoder_that_attends_to_both_at_once_is_refused(of_family, corpus, features):
    model = of_family("t5gemma2")
    settings = {"measures": ["raw"], "stack": "decoder"}
    with pytest.raises(ModelError, match="cannot be read as attention between tokens"):
        summarise_attention(settings, model, corpus, features, 0)
    assert summarise_attention({"measures": ["raw"]}, model, corpus, features, 0).documents


@pytest.mark.parametrize("others", [[], ["raw"]])
@pytest.mark.parametrize("measure", ["rollout", "flow", "covariance"])
def test_measures_within_a_stack_are_refused_between_two(
    measure, others, of_family, corpus, features
):
    settings = {"measures": [*others, measure], "stack": "cross"}
    with pytest.raises(ConfigError, match=f"The measure {measure} .*stack=encoder or decoder"):
        summarise_attention(settings, of_family("t5"), corpus, features, 0)


def test_by_default_they_are_left_out_and_named(of_family, corpus, features):
    summary = summarise_attention({"stack": "cross"}, of_family("t5"), corpus, features, 0)
    assert set(summary.measures) == {"raw", "mean"}
    assert summary.about["measures_left_out"] == ["rollout"]


def test_an_encoder_that_gives_none_names_the_decoder(of_family, corpus, features):
    model = of_family("longt5")
    with pytest.raises(ModelError, match=r"attention\.stack=decoder or cross"):
        summarise_attention({"measures": ["raw"]}, model, corpus, features, 0)
    settings = {"measures": ["raw"], "stack": "decoder"}
    assert summarise_attention(settings, model, corpus, features, 0).measures["raw"].sum.any()


def test_two_attentions_in_one_call_are_not_two_layers(of_family, inputs):
    model = of_family("diffllama")
    capture, probe = captured(model, inputs)
    assert len(capture.layers) == model.network.config.num_hidden_layers
    assert "attends 2 times where it is called 1" in " ".join(capture.passed_over)
    expected = eager(model, inputs).attentions
    assert_same(probe.weights["self"], expected, inputs["attention_mask"])


def test_layers_keep_the_model_s_numbers(of_family, corpus, features):
    model = of_family("qwen3_next")
    settings = {"measures": ["raw", "rollout"], "layers": [3]}
    summary = summarise_attention(settings, model, corpus, features, 0)
    assert summary.about["layers"] == [3]
    assert summary.about["layers_without_attention"] == [0, 1, 2]
    assert summary.measures["rollout"].sum.any()
    with pytest.raises(ConfigError, match="has layers 3; choose"):
        summarise_attention({"layers": [1]}, model, corpus, features, 0)


def test_a_start_token_that_the_configuration_lacks_is_padding(of_family, inputs):
    model = of_family("t5")
    assert getattr(model.network.config, "decoder_start_token_id", None) is None
    capture, _ = captured(model, inputs)
    assert {layer.stack for layer in capture.layers} == {"encoder", "decoder", "cross"}
