"""query_tiny_<case>.h5: SCVI.load_query_data on small references, in
float64."""

import anndata
import h5py
import numpy as np
import pandas as pd
import torch
from scipy.sparse import issparse
from scvi.model import SCVI

from common import (Source, float64, perturb, restore, versions, write,
                    write_all, write_attributes)
from modules import KL_WEIGHT, adam_steps, buffers, forward, gradients

SWITCHES = {
    "default": {},
    "freeze_dropout": {"freeze_dropout": True},
    "no_freeze_expression": {"freeze_expression": False},
    "no_freeze_decoder_first_layer": {"freeze_decoder_first_layer": False},
    "no_freeze_batchnorm_encoder": {"freeze_batchnorm_encoder": False},
    "freeze_batchnorm_decoder": {"freeze_batchnorm_decoder": True},
    "unfrozen": {"unfrozen": True},
}

BATCH = {"batch_key": "batch"}
COVARIATES = {
    **BATCH,
    "categorical_covariate_keys": ["plate", "kit"],
    "continuous_covariate_keys": ["age", "dose"],
}
MODEL = {"n_hidden": 8, "n_latent": 3, "dropout_rate": 0.0}
# setup_anndata(), the model, and what the reference and the query hold.
CASES = {
    "latent_library": (BATCH, {"use_observed_lib_size": False}, {}),
    "latent_library_encoded": (
        BATCH, {"use_observed_lib_size": False, "encode_covariates": True,
                "dispersion": "gene-batch", "n_layers": 2}, {}),
    "shallow_covariates": (
        COVARIATES, {"encode_covariates": True, "n_layers": 3,
                     "deeply_inject_covariates": False}, {}),
    "deep_covariates_two_new": (
        COVARIATES, {"encode_covariates": True, "n_layers": 2,
                     "gene_likelihood": "nb"},
        {"query_batches": ["r1", "q0", "q1"]}),
    "new_category": (
        COVARIATES, {"encode_covariates": True, "use_batch_norm": "none",
                     "use_layer_norm": "both"}, {"query_plates": ["p1", "p9"]}),
    "one_reference_batch": (BATCH, {"encode_covariates": True},
                            {"reference_batches": ["r0"]}),
    "known_batches_only": (BATCH, {"encode_covariates": True},
                           {"query_batches": ["r1"]}),
    "label_dispersion": (
        {**BATCH, "labels_key": "label"}, {"dispersion": "gene-label"},
        {"query_labels": ["T", "B", "NK"]}),
    "cell_dispersion": (
        BATCH, {"dispersion": "gene-cell", "gene_likelihood": "nb",
                "use_batch_norm": "encoder"}, {}),
    "size_factor_poisson": (
        {**BATCH, "size_factor_key": "size"}, {"gene_likelihood": "poisson"},
        {}),
    "embedding_covariates": (
        COVARIATES, {"batch_representation": "embedding", "n_layers": 2,
                     "encode_covariates": True, "latent_distribution": "ln",
                     "use_observed_lib_size": False}, {}),
    "no_log_normal": (
        BATCH, {"gene_likelihood": "normal", "log_variational": False,
                "encode_covariates": True}, {}),
}


def cells(source, n, n_genes, batches, plates, labels):
    """Every level occurs."""
    def pick(levels):
        at = np.arange(n) % len(levels)
        return np.array(levels)[source.random.permutation(at)]

    obs = pd.DataFrame({
        "batch": pick(batches), "plate": pick(plates), "kit": pick(["k0", "k1", "k2"]),
        "label": pick(labels), "age": source.normal(n), "dose": source.normal(n),
        "size": np.exp(source.normal(n)),
    }, index=[f"cell_{i}" for i in range(n)])
    out = anndata.AnnData(source.counts(n, n_genes), obs=obs)
    out.var_names = [f"gene_{g}" for g in range(n_genes)]
    return out


def inputs_of(model, adata, source):
    """What the model sees of the cells, named as in the file."""
    get = model.get_anndata_manager(adata, required=True).get_from_registry
    setup = model.registry["setup_args"]
    counts = get("X")
    inputs = {
        "X": np.asarray(counts.toarray() if issparse(counts) else counts,
                        dtype=float),
        "batch_index": get("batch").ravel().astype(np.int64),
        "labels": get("labels").ravel().astype(np.int64),
        "eps_z": source.normal(adata.n_obs, model.module.n_latent),
    }
    if setup["categorical_covariate_keys"]:
        inputs["cat_covs"] = np.asarray(get("extra_categorical_covs"),
                                        dtype=np.int64)
    if setup["continuous_covariate_keys"]:
        inputs["cont_covs"] = np.asarray(get("extra_continuous_covs"), dtype=float)
    if setup["size_factor_key"]:
        inputs["size_factor"] = np.asarray(get("size_factor"), dtype=float).ravel()
    if not model.module.use_observed_lib_size:
        inputs["eps_l"] = source.normal(adata.n_obs, 1)
    return inputs


def clone_of(module):
    return {name: value.detach().clone()
            for name, value in module.state_dict().items()}


def shapes_of(state):
    return {name: list(value.shape) for name, value in state.items()}


def mask_kind(module, name, parameter):
    """What a gradient of ones becomes."""
    if not parameter.requires_grad:
        return "frozen"
    grad = torch.ones_like(parameter)
    for hook in (parameter._backward_hooks or {}).values():
        changed = hook(grad)
        grad = grad if changed is None else changed
    if bool(grad.all()):
        return "all"
    if not bool(grad.any()):
        return "zero"
    n = int(grad[0].sum())
    assert bool(grad[:, -n:].all()) and int(grad.sum()) == n * len(grad)
    return f"last {n} columns"


def allowed(parameter, kind):
    out = np.zeros(tuple(parameter.shape), np.uint8)
    if kind == "all":
        out[...] = 1
    elif kind.startswith("last"):
        out[:, -int(kind.split()[1]):] = 1
    return out


def modules_of(module):
    parts = dict(module.named_modules())
    return {
        "dropout_p": {n: m.p for n, m in parts.items()
                      if isinstance(m, torch.nn.Dropout)},
        "batchnorm_momentum": {n: m.momentum for n, m in parts.items()
                               if isinstance(m, torch.nn.BatchNorm1d)},
    }


def switch_attributes(module, arguments, without_grad):
    named = dict(module.named_parameters())
    return {
        "arguments": arguments,
        "requires_grad": {n: p.requires_grad for n, p in named.items()},
        "mask_kind": {n: mask_kind(module, n, p) for n, p in named.items()},
        "parameters_without_grad": without_grad,
        "modules": modules_of(module),
    }


def load_query(query, reference, arguments, seed):
    """The same fresh weights for every switch."""
    torch.manual_seed(seed)
    model = SCVI.load_query_data(query.copy(), reference, accelerator="cpu",
                                 **arguments)
    model.module.double()
    return model


def write_switch(file, name, query, reference, state, inputs, seed):
    model = load_query(query, reference, SWITCHES[name], seed)
    module = model.module
    restore(module, state)
    module.train()
    out = forward(module, inputs)
    out["loss"].backward()
    grads = gradients(module)
    group = file.create_group(name)
    write(group, "loss", out["loss"])
    write_all(group.create_group("grad"), grads)
    restore(module, state)
    adam_steps(module, lambda: forward(module, inputs)["loss"])
    named = dict(module.named_parameters())
    write_all(group.create_group("params_after_3"), {n: named[n] for n in grads})
    write_all(group.create_group("buffers_after_3"), buffers(module))
    write_attributes(group, switch_attributes(
        module, SWITCHES[name], sorted(set(named) - set(grads))))


def evaluation(module, inputs):
    module.eval()
    with torch.no_grad():
        out = forward(module, inputs)
    return {name: out[name] for name in ("qz_mean", "px_rate")}


def make_query(folder, case, seed, n_genes=12):
    source = Source(seed, f"query_tiny_{case}")
    setup, options, levels = CASES[case]
    known = cells(source, 24, n_genes,
                  levels.get("reference_batches", ["r0", "r1"]), ["p0", "p1"],
                  ["B", "T"])
    query = cells(source, 20, n_genes, levels.get("query_batches", ["r1", "q0"]),
                  levels.get("query_plates", ["p0", "p1"]),
                  levels.get("query_labels", ["B", "T"]))
    with float64(), h5py.File(f"{folder}/query_tiny_{case}.h5", "w") as file:
        SCVI.setup_anndata(known, **setup)
        reference = SCVI(known, **MODEL, **options)
        reference.module.double()
        perturb(reference.module, source)
        fresh = int(source.random.integers(2**31))
        start = load_query(query, reference, {}, fresh)
        state = clone_of(start.module)
        known_inputs = inputs_of(reference, known, source)
        mapped = inputs_of(start, start.adata, source)
        mapped["kl_weight"] = KL_WEIGHT
        write_all(file.create_group("reference_weights"), clone_of(reference.module))
        write_all(file.create_group("query_weights"), state)
        write_all(file.create_group("reference_inputs"), known_inputs)
        write_all(file.create_group("inputs"), mapped)
        write_all(file.create_group("reference_eval"),
                  evaluation(reference.module, known_inputs))
        write_all(file.create_group("query_eval_on_reference"),
                  evaluation(start.module, known_inputs))
        for name in SWITCHES:
            write_switch(file, name, query, reference, state, mapped, fresh)
        batches = start.registry["field_registries"]["batch"]["state_registry"]
        write_attributes(file, {
            **versions(source), "case": case, "setup_args": setup,
            "init_params": reference.init_params_,
            "batch_categories": [str(b) for b in batches["categorical_mapping"]],
            "reference_shapes": shapes_of(clone_of(reference.module)),
            "query_shapes": shapes_of(state),
        })
