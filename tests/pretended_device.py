"""A device that is none: the processor's tensors that say they are elsewhere, and do not mix.

What a GPU refuses is refused here with no GPU at hand: an operation on tensors of two devices,
NumPy on a tensor of the device. Everything else is computed by the processor's own kernels. What a
GPU allows is allowed: a CPU tensor of no dimension in element-wise operations, CPU indices in
``tensor[...]``, copies from one device to the other. float64 is refused where it is not asked for:
Apple's GPUs have none.

A tensor of the device is a tensor of PyTorch's reserved device type (``privateuseone``) that lies
in the processor's memory, so that views, in-place operations and the identity of memory are what
they are. Its operations come to Python by ``__torch_dispatch__``; a `TorchDispatchMode` is on
besides, since ``torch.zeros(..., device=...)`` has no tensor of the device among its arguments.

Registering the device cannot be taken back: use it in a process of its own. Private parts of
PyTorch 2.13 that it rests on: ``torch.utils.backend_registration
._setup_privateuseone_for_python_backend``, ``torch.Tensor._make_subclass`` with
``device_for_backend_keys``, ``torch._C._set_only_lift_cpu_tensors`` and
``torch._C._ExcludeDispatchKeyGuard``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar

import torch
from torch.utils import backend_registration
from torch.utils._python_dispatch import TorchDispatchMode

NAME = "pretended"

aten = torch.ops.aten
_MADE_OF_OTHERS = torch._C.DispatchKey.CompositeImplicitAutograd
_COPIES = {aten.copy_.default}
_INDEXED = {
    aten.index.Tensor,
    aten.index_put.default,
    aten.index_put_.default,
    aten._index_put_impl_.default,
}
_TAKE_SCALARS = {aten.fill_.Tensor, aten.masked_fill.Tensor, aten.masked_fill_.Tensor} | _INDEXED


class DeviceTensor(torch.Tensor):
    """A tensor of the pretended device, in the memory of `inner`."""

    inner: torch.Tensor
    float64: ClassVar[bool]

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> "DeviceTensor":
        made: DeviceTensor = torch.Tensor._make_subclass(
            cls, inner, dispatch_device=True, device_for_backend_keys=registered()
        )
        made.inner = inner
        return made

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})

    @property
    def device(self) -> torch.device:
        return registered()

    def tolist(self) -> Any:
        return self.inner.tolist()

    def __repr__(self, **_: Any) -> str:
        return f"{self.inner!r} on {registered()}"


class _Everywhere(TorchDispatchMode):
    """Sees the operations that have no tensor of the device among their arguments, too."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})


@contextmanager
def pretended_device(float64: bool = False) -> Iterator[torch.device]:
    """Have the device inside the block, with float64 or not; the first call registers it."""
    device = registered()
    # Not a context variable: backward passes run in threads of PyTorch's own.
    DeviceTensor.float64 = float64
    before = (
        torch._C._only_lift_cpu_tensors(),
        torch.__future__.get_swap_module_params_on_conversion(),
    )
    # What `torch.tensor(..., device=...)` is made of has to pass by here on its way to the device,
    # and a module that is moved keeps its parameters, tied ones included, as on a GPU.
    torch._C._set_only_lift_cpu_tensors(True)
    torch.__future__.set_swap_module_params_on_conversion(True)
    try:
        with _Everywhere():
            yield device
    finally:
        torch._C._set_only_lift_cpu_tensors(before[0])
        torch.__future__.set_swap_module_params_on_conversion(before[1])


def _run(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run one operation on the processor's memory, or refuse it."""
    if func is torch.ops.prim.device.default:
        return registered()
    if _is_made_of_others(func):
        with _Everywhere():  # what it is made of comes by here in turn
            return func._op_dk(_MADE_OF_OTHERS, *args, **kwargs)
    if func is aten._pack_padded_sequence.default:
        # Documents on the device, their lengths on the processor: the same on a GPU.
        packed, sizes = func(_inner(args[0]), *args[1:])
        return DeviceTensor(packed) if isinstance(args[0], DeviceTensor) else packed, sizes
    there = [each for each in _tensors((args, kwargs)) if isinstance(each, DeviceTensor)]
    if there:
        _refuse_mixtures(func, args, kwargs)
    if func in _ONLY_THERE:
        func = _ONLY_THERE[func]
    args, kwargs = _each(_inner, args), _each(_inner, kwargs)
    asked = kwargs.get("device")
    if asked is not None:
        kwargs["device"] = torch.device("cpu")
    goes_there = bool(there) if asked is None else torch.device(asked).type == NAME
    same = {id(tensor.inner): tensor for tensor in there}

    def outer(value: torch.Tensor) -> torch.Tensor:
        if id(value) in same:  # changed in place, or written to
            known = same[id(value)]
            if known.shape != value.shape:
                raise NotImplementedError(f"{func} changes a shape in place; not pretended here.")
            return known
        if goes_there and value.dtype == torch.float64 and not DeviceTensor.float64:
            raise TypeError(
                f"{func} makes float64, which some GPUs have not; do it on the processor."
            )
        return DeviceTensor(value) if goes_there else value

    return _each(outer, func(*args, **kwargs))


def _refuse_mixtures(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Raise where a GPU would for tensors of two devices."""
    if func in _COPIES:
        return
    if func in _INDEXED and isinstance(args[0], DeviceTensor):
        args = (args[0], *args[2:])  # indices may be anywhere
    scalars = func in _TAKE_SCALARS or torch.Tag.pointwise in func.tags
    for place, value in enumerate((*args, *kwargs.values())):
        for leaf in _tensors(value):
            if isinstance(leaf, DeviceTensor):
                continue
            written = place == 0 and func._schema.is_mutable
            if leaf.dim() == 0 and scalars and not written:
                continue
            raise RuntimeError(
                f"Expected all tensors to be on the same device, but {func} was given one of shape "
                f"{tuple(leaf.shape)} on cpu beside others on {registered()}."
            )


def _inner(value: torch.Tensor) -> torch.Tensor:
    return value.inner if isinstance(value, DeviceTensor) else value


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    """Go through the tensors of what an operation is given or gives."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, tuple | list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _tensors(part)


def _each(change: Callable[[torch.Tensor], torch.Tensor], value: Any) -> Any:
    """Return the same with its tensors changed."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, tuple | list):
        return type(value)(_each(change, part) for part in value)
    if isinstance(value, dict):
        return {name: _each(change, part) for name, part in value.items()}
    return value


@cache
def _is_made_of_others(func: Any) -> bool:
    """Return whether PyTorch writes an operation in terms of others on every device."""
    return torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), _MADE_OF_OTHERS)


def _lstm_cell(gates, hidden_gates, cell, bias=None, hidden_bias=None):
    """Return hidden state, memory and what the backward pass needs of one step of an LSTM."""
    for part in (hidden_gates, bias, hidden_bias):
        gates = gates if part is None else gates + part
    opened = [g.tanh() if k == 2 else g.sigmoid() for k, g in enumerate(gates.chunk(4, 1))]
    into, forget, new, out = opened
    memory = forget * cell + into * new
    return out * memory.tanh(), memory, torch.cat(opened, 1)


def _lstm_cell_backward(by_hidden, by_memory, cell, memory, opened, has_bias):
    """Return the gradients by the gates, by the memory before and by the bias."""
    into, forget, new, out = opened.chunk(4, 1)
    zeros = torch.zeros_like(memory)
    by_hidden, by_memory = (zeros if by is None else by for by in (by_hidden, by_memory))
    by_memory = by_memory + by_hidden * out * (1 - memory.tanh() ** 2)
    by_gates = torch.cat(
        [
            by_memory * new * into * (1 - into),
            by_memory * cell * forget * (1 - forget),
            by_memory * into * (1 - new**2),
            by_hidden * memory.tanh() * out * (1 - out),
        ],
        1,
    )
    return by_gates, by_memory * forget, by_gates.sum(0) if has_bias else None


_ONLY_THERE = {
    aten._thnn_fused_lstm_cell.default: _lstm_cell,
    aten._thnn_fused_lstm_cell_backward_impl.default: _lstm_cell_backward,
}
"""What PyTorch calls on accelerators and has no kernel for on a processor."""


class _Module(backend_registration._DummyBackendModule):
    """What stands for ``torch.cuda``."""

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.float16, torch.bfloat16]

    def get_rng_state(self, device: Any = None) -> torch.Tensor:
        return torch.get_rng_state()

    def set_rng_state(self, state: torch.Tensor, device: Any = None) -> None:
        torch.set_rng_state(state)


_KEPT: list[torch.library.Library] = []


@cache
def registered() -> torch.device:
    """Return the device; the first call registers it, and what autocast does on it.

    Before the first backward pass, if there is to be one on the device: PyTorch starts a thread for
    every device that it knows by then.
    """
    backend_registration._setup_privateuseone_for_python_backend(NAME, backend_module=_Module())
    through = torch.library.Library("_", "IMPL", "AutocastPrivateUse1")
    through.fallback(torch.library.fallthrough_kernel)
    cast = torch.library.Library("aten", "IMPL", "AutocastPrivateUse1")
    for op, low in _AUTOCAST.items():
        cast.impl(op, _casting(op, low))
    _KEPT.extend((through, cast))  # they live as long as these
    return torch.device(NAME, 0)


_AUTOCAST: dict[Any, bool] = {
    **dict.fromkeys(
        (
            aten.linear.default,
            aten.matmul.default,
            aten.mm.default,
            aten.bmm.default,
            aten.addmm.default,
            aten.baddbmm.default,
            aten.einsum.default,
            aten.scaled_dot_product_attention.default,
        ),
        True,
    ),
    **dict.fromkeys((aten.softmax.int, aten.log_softmax.int, aten.layer_norm.default), False),
}
"""The operations that autocast on CUDA runs in the lower precision, and in float32."""


def _casting(op: Any, low: bool) -> Callable[..., Any]:
    """Return an operation that casts what it is given, as on CUDA."""
    key = torch._C.DispatchKeySet(torch._C.DispatchKey.AutocastPrivateUse1)

    def run(*args: Any, **kwargs: Any) -> Any:
        dtype = torch.get_autocast_dtype(registered().type) if low else torch.float32

        def cast(value: torch.Tensor) -> torch.Tensor:
            whole = not value.is_floating_point() or value.dtype == torch.float64
            return value if whole or not isinstance(value, DeviceTensor) else value.to(dtype)

        with torch._C._ExcludeDispatchKeyGuard(key):
            return op(*_each(cast, args), **_each(cast, kwargs))

    return run
