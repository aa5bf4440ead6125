"""The pretended device itself: it refuses what a GPU refuses, and computes what a processor does.

With a GPU these tests run on the GPU, so that what is pretended is compared with what is so.
"""

import numpy as np
import pytest
import torch

REFUSED = {
    "a sum": lambda there, here: there + here,
    "a sum in place": lambda there, here: here.add_(there),
    "a number there and numbers here": lambda there, here: here + there.sum(),
    "a product": lambda there, here: there @ here.T,
    "rows by indices": lambda there, here: there.index_select(0, torch.tensor([0, 2])),
    "entries by indices": lambda there, here: there.gather(1, torch.tensor([[0, 1]])),
    "indices there of a tensor here": lambda there, here: here[torch.tensor([0]).to(there.device)],
    "values here at indices there": lambda there, here: there.index_put_(
        (torch.tensor([0]),), here[:1]
    ),
    "a mask": lambda there, here: there.masked_fill(here > 0, 0.0),
    "a choice": lambda there, here: torch.where(there > 0, there, here),
    "side by side": lambda there, here: torch.cat([there, here]),
    "a comparison": torch.equal,
    "a layer": lambda there, here: torch.nn.functional.linear(here, there),
    "what is written to": lambda there, here: torch.add(there, 1, out=here),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_two_devices_do_not_mix(call, device):
    here = torch.ones(3, 4)
    with pytest.raises(RuntimeError, match=r"device|cpu"):
        call(here.to(device), here)
    call(here.clone(), here)  # of one device it is nothing to refuse


@pytest.mark.parametrize("call", [torch.Tensor.numpy, np.asarray])
def test_numpy_takes_nothing_from_there(call, device):
    with pytest.raises((TypeError, RuntimeError)):
        call(torch.ones(3, device=device))


ALLOWED = {
    "a number from here": lambda there, here: there + torch.tensor(2.0),
    "a number to choose": lambda there, here: torch.where(there > 1, there, torch.zeros(())),
    "indices from here": lambda there, here: there[torch.tensor([0, 2])],
    "a copy": lambda there, here: there.copy_(here),
    "a slice": lambda there, here: there[0].copy_(here[0]),
    "a type": lambda there, here: here.to(there),
    "a new tensor": lambda there, here: there.new_tensor([[1.0, 2.0]]) + 1,
    "a gradient": lambda there, here: torch.autograd.grad(
        (there.requires_grad_() ** 2).sum(), there
    )[0],
}


@pytest.mark.parametrize("call", ALLOWED.values(), ids=ALLOWED)
def test_what_a_gpu_takes_is_computed(call, device):
    numbers = torch.arange(12.0).view(3, 4)
    found = call(numbers.to(device), numbers)
    assert found.device == device
    torch.testing.assert_close(found.cpu(), call(numbers.clone(), numbers))


def test_a_view_is_one(device):
    numbers = torch.zeros(3, 4, device=device)
    numbers[1].add_(1)
    numbers.view(-1)[-1] = 5
    assert numbers.tolist() == [[0] * 4, [1] * 4, [0, 0, 0, 5]]


def test_tied_weights_stay_tied_when_a_module_moves(device):
    one, other = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    other.weight = one.weight
    both = torch.nn.Sequential(one, other).to(device)
    assert both[0].weight is both[1].weight
    assert both[0].weight.device == device
    both.to("cpu")
    assert both[0].weight is both[1].weight
    assert both(torch.ones(1, 2)).device.type == "cpu"


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_autocast_lowers_products_and_not_the_softmax(dtype, device):
    numbers = torch.ones(2, 2, device=device)
    with torch.autocast(device.type, dtype):
        assert (numbers @ numbers).dtype == dtype
        assert torch.nn.functional.linear(numbers, numbers).dtype == dtype
        assert (numbers @ numbers).softmax(-1).dtype == torch.float32
        with torch.autocast(device.type, enabled=False):
            assert (numbers @ numbers).dtype == torch.float32
