"""Relevance along paths, against that of what the model reads first and against slopes."""

import pytest
import torch

from causattn.attention import HeadPaths, PathCase
from causattn.attribution import relevance_rules
from causattn.circuits import PATH_SCREENS, CircuitTask, HeadsSettings
from causattn.models import LanguageModel
from tests.small_models import small_decoder

IDS = torch.tensor([[1, 4, 2, 8, 5], [3, 9, 9, 6, 2]])


@pytest.fixture(scope="module", params=["llama", "gemma3", "gpt2"])
def task(request):
    network = small_decoder(request.param, 11)
    paths = HeadPaths(network, IDS)
    other = HeadPaths(network, IDS.flip(1)).written().counterfactual()
    case = PathCase(paths, other, lambda logits: logits[:, 0, 6])
    model = LanguageModel(request.param, network, None, "causal")
    return CircuitTask(model, (case,), HeadsSettings(), 0)


def test_what_leaves_the_embedding_is_its_relevance(task):
    network, (case,) = task.model.network, task.cases
    found = PATH_SCREENS["attn_lrp"].scores(task)
    start = case.paths.start.clone().requires_grad_()

    def put(module, given):
        return (start, *given[1:])

    body = network.base_model
    first = body.get_submodule("h.0" if hasattr(body, "h") else "layers.0")
    handle = first.register_forward_pre_hook(put)
    with relevance_rules(network):
        output = network(input_ids=IDS, use_cache=False).logits[:, -1, 6].sum()
        (slope,) = torch.autograd.grad(output, start)
    handle.remove()
    expected = (start * slope).sum((1, 2)).detach()
    assert expected.abs().min() > 0.01
    assert torch.allclose(found[:, :, 0].sum(1), expected, atol=1e-4)


def test_patching_by_relevance_is_patching_by_other_slopes(task):
    (case,) = task.cases
    found = PATH_SCREENS["relevance_patching"].scores(task)
    # Linear in what stands in a path's place, and not what plain slopes say.
    both = type(case.other)("zero", 2 * case.paths.written().senders - case.other.senders)
    mirrored = CircuitTask(task.model, (PathCase(case.paths, both, case.metric),), task.settings, 0)
    assert torch.allclose(PATH_SCREENS["relevance_patching"].scores(mirrored), -found, atol=1e-4)
    plain = PATH_SCREENS["attribution"].scores(task)
    assert not torch.allclose(plain, found, atol=1e-2)
