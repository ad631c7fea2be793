"""<model>/: a trained SCVI model as scvi-tools saves it, what it finds with z
at the mean of its posterior, and queries of it. The cells are in
<model>/cells.h5ad."""

import json
import os
import shutil

import anndata
import h5py
import numpy as np
import torch
from scipy.sparse import csr_matrix
from scvi import settings
from scvi.model import SCVI

from common import (ADAM, Source, float64, noise, restore, versions, write,
                    write_all, write_attributes)
from modules import forward
from queries import (COVARIATES, SWITCHES, allowed, cells, clone_of, inputs_of,
                     load_query, shapes_of, switch_attributes)

# setup_anndata(), the model, cells and genes, whether `weights` are written,
# and queries: the batch that only the query has, and the query's model.
CASES = {
    "toy_model": (
        COVARIATES, {"n_hidden": 8, "n_latent": 3, "encode_covariates": True},
        (40, 12), True,
        {"new_batch": ({"encode_covariates": True}, "r2")}),
    "latent_library_model": (
        {"batch_key": "batch", "labels_key": "label"},
        {"n_hidden": 12, "n_latent": 3, "n_layers": 2, "gene_likelihood": "nb",
         "dispersion": "gene-batch", "use_observed_lib_size": False},
        (150, 30), False,
        {"shallow": ({"n_layers": 2, "deeply_inject_covariates": False,
                      "encode_covariates": True}, "r1"),
         "unnormalized": ({"use_batch_norm": "none", "use_layer_norm": "both",
                           "use_observed_lib_size": False}, "r0"),
         "vectors": ({"batch_representation": "embedding",
                      "dispersion": "gene-label"}, "r2")}),
    "size_factor_model": (
        {**COVARIATES, "size_factor_key": "size", "labels_key": "label"},
        {"n_hidden": 10, "n_latent": 5, "dispersion": "gene-label",
         "batch_representation": "embedding"},
        (120, 25), False, {"covariates": ({"encode_covariates": True}, "r0")}),
    "normal_model": (
        {"batch_key": "number"},
        {"n_hidden": 9, "n_latent": 2, "gene_likelihood": "normal",
         "latent_distribution": "ln", "log_variational": False},
        (100, 20), False, {}),
}
SIZES = {"size1": 1, "size1e4": 1e4, "latent": "latent"}
N_EXPRESSION = 8
N_LIKELIHOOD = 8
N_FLOAT64 = 30
N_STEP = 128


def columns_of(setup):
    """The columns of obs that it names, and the batches, which queries need."""
    out = {"batch"}
    for given in setup.values():
        out.update(given if isinstance(given, list) else [given])
    return sorted(out)


def make_cells(source, n, n_genes, setup):
    adata = cells(source, n, n_genes, ["r1", "r0", "r2"], [10, 9], ["T", "B"])
    adata.X = csr_matrix(adata.X.astype(np.float32))
    adata.obs["number"] = source.random.permutation(np.arange(n) % 2) * 3
    adata.obs["batch"] = adata.obs["batch"].astype("category")
    adata.obs["label"] = adata.obs["label"].astype("category")
    adata.obs = adata.obs[columns_of(setup)]
    return adata


def fit(model, epochs):
    model.train(max_epochs=epochs, accelerator="cpu", enable_progress_bar=False,
                check_val_every_n_epoch=1)


def batches_of(model):
    state = model.registry["field_registries"]["batch"]["state_registry"]
    return list(state["categorical_mapping"])


def plain(value):
    """For JSON."""
    return value.item() if isinstance(value, np.generic) else value


def write_expression(file, model, adata):
    levels = batches_of(model)
    moves = {"own": None, **{str(b): b for b in levels}, "all": levels}
    for size_name, size in SIZES.items():
        for name, batch in moves.items():
            values = model.get_normalized_expression(
                adata[:N_EXPRESSION], transform_batch=batch, library_size=size,
                return_numpy=True)
            path = f"expression/{size_name}_{name}"
            write(file, path, values)
            batch = ([plain(b) for b in batch] if isinstance(batch, list)
                     else plain(batch))
            write_attributes(file[path], {
                "arguments": {"library_size": size, "transform_batch": batch},
                "n_cells": N_EXPRESSION})


def write_losses(file, model):
    per_cell = {"elbo": model.get_elbo,
                "reconstruction_error": model.get_reconstruction_error}
    for name, function in per_cell.items():
        values = function(return_mean=False)
        values = values["reconstruction_loss"] if isinstance(values, dict) else values
        write(file, name, np.asarray(values).ravel())
        mean = function()
        mean = mean["reconstruction_loss"] if isinstance(mean, dict) else mean
        write(file, f"{name}_mean", float(mean))


def write_likelihood(file, model, adata):
    if model.module.gene_likelihood not in ("nb", "zinb"):
        return  # scvi-tools fails there
    found = model.get_likelihood_parameters(adata[:N_LIKELIHOOD])
    rename = {"mean": "mean", "dispersions": "dispersions", "dropout": "dropout"}
    write_all(file.create_group("likelihood"),
              {name: found[name] for name in rename if name in found})


def write_float64(file, model, inputs):
    with float64():
        module = model.module.double().eval()
        with torch.no_grad():
            out = forward(module, inputs, draws=())
        module.float()
    write_all(file.create_group("float64"), {
        "latent_mean": out["qz_mean"][:N_FLOAT64],
        "latent_var": out["qz_var"][:N_FLOAT64],
        "reconstruction_error": out["reconstruction_loss"], "kl_z": out["kl_z"],
    })


def write_state(file, state):
    group = file.create_group("state_dict")
    flat = {n: v.double().reshape(-1) for n, v in state.items()}
    write_all(group, {
        "name": list(state),
        "sum": [v.sum().item() for v in flat.values()],
        "sum_abs": [v.abs().sum().item() for v in flat.values()],
        "first": [v[0].item() for v in flat.values()],
        "last": [v[-1].item() for v in flat.values()],
    })
    write_attributes(group, {
        "names": list(state), "shapes": shapes_of(state),
        "dtypes": {n: str(v.dtype).split(".")[1] for n, v in state.items()}})


def write_outputs(folder, model, adata, source, with_weights):
    get = model.get_anndata_manager(adata, required=True).get_from_registry
    inputs = inputs_of(model, adata, source)
    with noise(), h5py.File(f"{folder}/outputs.h5", "w") as file:
        write(file, "registry_json", json.dumps(model.registry, default=as_list))
        write_all(file, {
            "obs_names": list(adata.obs_names), "var_names": list(adata.var_names),
            "batch_index": inputs["batch_index"], "labels": inputs["labels"],
            "library_size": np.asarray(get("X").sum(1), dtype=float).ravel()})
        mean, var = model.get_latent_representation(return_dist=True)
        write_all(file.create_group("latent"), {"mean": mean, "var": var})
        write_expression(file, model, adata)
        write_losses(file, model)
        write_likelihood(file, model, adata)
        write_all(file.create_group("history"), {
            name: table.to_numpy(dtype=float).ravel()
            for name, table in model.history_.items()
            if not name.endswith("_step")})
        state = clone_of(model.module)
        write_state(file, state)
        write_float64(file, model, inputs)
        if with_weights:
            used = model.module.use_observed_lib_size
            write_all(file.create_group("weights"), {
                n: v for n, v in state.items()
                if not (used and n.startswith("l_encoder"))
                and "px_r_decoder" not in n})
        write_attributes(file, {
            **versions(source), "init_params": model.init_params_,
            "n_obs": adata.n_obs, "n_vars": adata.n_vars})


def as_list(value):
    return value.tolist()


def changes(module, state, query, decay):
    """How many entries of each tensor three steps change."""
    restore(module, state)
    module.train()
    moving = [p for p in module.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(moving, **{**ADAM, "weight_decay": decay})
    for _ in range(3):
        optimizer.zero_grad()
        _, _, losses = module(query)
        losses.loss.backward()
        optimizer.step()
    return {n: int((v != state[n]).sum()) for n, v in module.state_dict().items()}


def minibatch_of(model, n):
    loader = model._make_data_loader(model.adata, batch_size=n)
    return next(iter(loader))


def write_model_switch(file, name, query, reference, state, fresh):
    model = load_query_single(query, reference, SWITCHES[name], fresh)
    module = model.module
    restore(module, state)
    module.train()
    tensors = minibatch_of(model, N_STEP)
    _, _, losses = module(tensors)
    losses.loss.backward()
    named = dict(module.named_parameters())
    grads = {n: p.grad for n, p in named.items() if p.grad is not None}
    group = file.create_group(name)
    attributes = switch_attributes(module, SWITCHES[name],
                                   sorted(set(named) - set(grads)))
    kinds = attributes["mask_kind"]
    write_all(group.create_group("allowed"),
              {n: allowed(p, kinds[n]) for n, p in named.items()})
    write_all(group.create_group("grad_nonzero"),
              {n: (g != 0).numpy() for n, g in grads.items()})
    for decay in (0, 1e-6):
        attributes[f"n_changed_after_3_steps_weight_decay_{decay}"] = changes(
            module, state, tensors, decay)
    write_attributes(group, attributes)


def load_query_single(query, reference, arguments, seed):
    model = load_query(query, reference, arguments, seed)
    model.module.float()
    return model


def grown(file, before, after):
    for name, value in after.items():
        old = before[name].shape
        for dim, (n_old, n_new) in enumerate(zip(old, value.shape)):
            if n_old == n_new:
                continue
            write(file, f"appended/{name}",
                  value.narrow(dim, n_old, n_new - n_old))
            write_attributes(file[f"appended/{name}"],
                             {"dim": dim, "start": n_old})


def make_model_query(folder, name, setup, options, batch, adata, seed):
    source = Source(seed, f"{folder}/{name}")
    is_new = (adata.obs["batch"] == batch).to_numpy()
    known, query = adata[~is_new].copy(), adata[is_new].copy()
    for part in (known, query):
        part.obs["batch"] = part.obs["batch"].cat.remove_unused_categories()
    SCVI.setup_anndata(known, **setup)
    reference = SCVI(known, **{"n_hidden": 8, "n_latent": 3, **options})
    fit(reference, 3)
    reference.save(f"{folder}/query_{name}_reference", overwrite=True,
                   save_anndata=False)
    fresh = int(source.random.integers(2**31))
    start = load_query_single(query, reference, {}, fresh)
    before, state = clone_of(reference.module), clone_of(start.module)
    with h5py.File(f"{folder}/query_{name}.h5", "w") as file:
        write_all(file, {"reference_obs_names": list(known.obs_names),
                         "query_obs_names": list(query.obs_names)})
        grown(file, before, state)
        for switch in SWITCHES:
            write_model_switch(file, switch, query, reference, state, fresh)
        write_attributes(file, {
            **versions(source), "setup_args": reference.registry["setup_args"],
            "init_params": reference.init_params_, "names": list(state),
            "batch_categories": [str(b) for b in batches_of(start)],
            "reference_shapes": shapes_of(before),
            "query_shapes": shapes_of(state)})


def make_model(out, case, seed):
    settings.seed = seed
    source = Source(seed, case)
    setup, options, (n, n_genes), with_weights, queries = CASES[case]
    folder = f"{out}/{case}"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    adata = make_cells(source, n, n_genes, setup)
    adata.write_h5ad(f"{folder}/cells.h5ad", compression="gzip")
    adata = anndata.read_h5ad(f"{folder}/cells.h5ad")
    SCVI.setup_anndata(adata, **setup)
    model = SCVI(adata, **options)
    fit(model, 4)
    model.save(folder, overwrite=True, save_anndata=False)
    write_outputs(folder, model, adata, source, with_weights)
    for name, (query_options, batch) in queries.items():
        fresh = anndata.read_h5ad(f"{folder}/cells.h5ad")
        make_model_query(folder, name, setup, query_options, batch, fresh, seed)
