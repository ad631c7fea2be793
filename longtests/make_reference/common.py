"""What every part of the set shares: a generator for each item, scvi-tools in
float64 with the noise that is asked for, and HDF5 files of the documented
form (tests/fixtures/README.md)."""

import contextlib
import json
import warnings
import zlib

import h5py
import numpy as np
import scvi
import torch

warnings.simplefilter("ignore")
scvi.settings.verbosity = 40

KL_WEIGHT = 0.3
ADAM = {"lr": 1e-3, "eps": 0.01, "weight_decay": 1e-6}


class Source:
    """Random numbers of one item of a set: the same for the same seed."""

    def __init__(self, seed, item):
        self.seed = seed
        self.random = np.random.default_rng([seed, zlib.crc32(item.encode())])
        torch.manual_seed(int(self.random.integers(2**31)))

    def normal(self, *shape):
        return self.random.normal(size=shape)

    def counts(self, n_cells, n_genes):
        means = self.random.gamma(1.0, 4.0, n_genes)
        depth = self.random.gamma(4.0, 0.25, (n_cells, 1))
        counts = self.random.negative_binomial(
            2.0, 2.0 / (2.0 + means * depth)
        ).astype(float)
        counts[np.arange(n_cells), self.random.integers(n_genes, size=n_cells)] += 1
        return counts


@contextlib.contextmanager
def float64():
    """scvi calls .float() on one-hot matrices and on the library's prior."""
    single = torch.Tensor.float
    torch.Tensor.float = torch.Tensor.double
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.Tensor.float = single
        torch.set_default_dtype(torch.float32)


@contextlib.contextmanager
def noise(*draws):
    """Draws of normal variables are mean + sd * these, one after the other;
    without any they are the mean."""
    normal = torch.distributions.Normal
    kept = normal.rsample, normal.sample
    waiting = list(draws)

    def draw(self, sample_shape=()):
        shape = self._extended_shape(torch.Size(sample_shape))
        if not draws:
            return self.loc.expand(shape)
        return self.loc + self.scale * torch.as_tensor(waiting.pop(0))

    normal.rsample = normal.sample = draw
    try:
        yield
    finally:
        normal.rsample, normal.sample = kept


def perturb(module, source):
    """Weights and running statistics that no initialization would give, all
    of them numbers of float32."""
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if name.endswith("num_batches_tracked"):
                tensor.fill_(int(source.random.integers(1, 100)))
                continue
            if name.startswith("library_log"):
                continue
            change = 0.2 * source.normal(*tensor.shape)
            if name.endswith("running_var"):
                tensor.copy_(torch.as_tensor(np.exp(change)))
            else:
                tensor += torch.as_tensor(change, dtype=tensor.dtype)
            tensor.copy_(tensor.type(torch.float32).type(tensor.dtype))


def restore(module, state):
    """In place: load_state_dict() makes a new parameter of an embedding, which
    is trainable and shares its memory with `state`."""
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            tensor.copy_(state[name])


def write(group, name, value):
    """A dataset, with the groups on its way; texts are UTF-8 strings."""
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    if isinstance(value, str):
        group.create_dataset(name, data=value, dtype=h5py.string_dtype())
        return
    value = np.asarray(value)
    if value.dtype == bool:
        value = value.astype(np.uint8)
    if value.dtype.kind in "UO":
        group.create_dataset(name, data=value.astype(object),
                             dtype=h5py.string_dtype())
        return
    packed = {"compression": "gzip", "shuffle": True} if value.size > 500 else {}
    group.create_dataset(name, data=value, **packed)


def write_all(group, values):
    for name, value in values.items():
        write(group, name, value)


def write_attributes(group, values):
    """Numbers and texts as they are, anything with a structure as JSON."""
    for name, value in values.items():
        plain = isinstance(value, (str, int, float))
        group.attrs[name] = value if plain else json.dumps(value)


def versions(source):
    return {
        "seed": source.seed,
        "scvi_tools_version": scvi.__version__,
        "torch_version": torch.__version__.split("+")[0],
        "numpy_version": np.__version__,
    }
