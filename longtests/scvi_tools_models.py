"""Small models of scvi-tools, one for each option that scvigor knows.

    scvi_tools_models.py train DIR   trains and saves them, with their latents
    scvi_tools_models.py check DIR   loads what scvigor exported, prints the
                                     largest difference of the latents

DIR/cells.h5ad holds the cells. Of each case NAME there are DIR/NAME (saved by
scvi-tools), DIR/NAME/latent.csv, and DIR/NAME-exported (written by scvigor).
"""

import contextlib
import io
import os
import sys
import warnings

import anndata
import numpy as np
import scvi
import torch

warnings.simplefilter("ignore")
scvi.settings.seed = 1
scvi.settings.verbosity = 40

BATCH = {"batch_key": "batch"}
FULL = {
    "batch_key": "batch",
    "labels_key": "labels",
    "categorical_covariate_keys": ["cat1", "cat2"],
    "continuous_covariate_keys": ["cont1", "cont2"],
}

# name: (class, setup_anndata(), model)
CASES = {
    "default": ("SCVI", {}, {}),
    "batch": ("SCVI", BATCH, {}),
    "layer": ("SCVI", {**BATCH, "layer": "counts"}, {}),
    "full": ("SCVI", FULL, {}),
    "full_encoded": ("SCVI", FULL, {"encode_covariates": True, "n_layers": 2}),
    "shallow": (
        "SCVI",
        FULL,
        {"encode_covariates": True, "n_layers": 3, "deeply_inject_covariates": False},
    ),
    "whole_number_batch": ("SCVI", {"batch_key": "cat1"}, {"encode_covariates": True}),
    "truth_value_batch": ("SCVI", {"batch_key": "flag"}, {"encode_covariates": True}),
    "real_batch": ("SCVI", {"batch_key": "dose"}, {"encode_covariates": True}),
    "one_batch": ("SCVI", {"batch_key": "single"}, {}),
    "size_factor": ("SCVI", {**BATCH, "size_factor_key": "size_factor"}, {}),
    "learned_library": ("SCVI", BATCH, {"use_observed_lib_size": False}),
    "embedding": ("SCVI", BATCH, {"batch_representation": "embedding"}),
    "embedding_wide": (
        "SCVI",
        FULL,
        {
            "batch_representation": "embedding",
            "batch_embedding_kwargs": {"embedding_dim": 7},
            "encode_covariates": True,
        },
    ),
    "ln": ("SCVI", BATCH, {"latent_distribution": "ln"}),
    "plain_counts": ("SCVI", BATCH, {"log_variational": False}),
    "softplus": ("SCVI", BATCH, {"var_activation": torch.nn.functional.softplus}),
    "exp": ("SCVI", BATCH, {"var_activation": torch.exp}),
    "sizes": ("SCVI", BATCH, {"n_hidden": 7, "n_latent": 3, "dropout_rate": 0.3}),
    **{
        f"dispersion_{value}": ("SCVI", FULL, {"dispersion": value})
        for value in ["gene", "gene-batch", "gene-label", "gene-cell"]
    },
    **{
        f"likelihood_{value}": ("SCVI", BATCH, {"gene_likelihood": value})
        for value in ["zinb", "nb", "poisson", "normal"]
    },
    **{
        f"batch_norm_{value}": ("SCVI", BATCH, {"use_batch_norm": value, "n_layers": 2})
        for value in ["encoder", "decoder", "none"]
    },
    **{
        f"layer_norm_{value}": ("SCVI", BATCH, {"use_layer_norm": value, "n_layers": 2})
        for value in ["encoder", "decoder", "both"]
    },
    "linear": ("LinearSCVI", {}, {}),
    "linear_batch": ("LinearSCVI", BATCH, {"n_layers": 2}),
    "linear_options": (
        "LinearSCVI",
        {**BATCH, "labels_key": "labels"},
        {
            "use_observed_lib_size": True,
            "gene_likelihood": "zinb",
            "dispersion": "gene-batch",
            "latent_distribution": "ln",
            "bias": True,
            "use_batch_norm": False,
        },
    ),
    "minified": ("SCVI", FULL, {}),
    "minified_linear": ("LinearSCVI", BATCH, {"use_observed_lib_size": True}),
    "minified_with_counts": ("SCVI", BATCH, {}),
    # references of two batches that load_query_data() gave a third
    "query": ("SCVI", BATCH, {"encode_covariates": True}),
    "query_full": ("SCVI", FULL, {"encode_covariates": True, "n_layers": 2}),
    "query_embedding": ("SCVI", BATCH, {"batch_representation": "embedding"}),
    "query_library": (
        "SCVI",
        BATCH,
        {"use_observed_lib_size": False, "dispersion": "gene-batch"},
    ),
}


def make_cells():
    random = np.random.default_rng(1)
    n, genes = 200, 30
    counts = random.negative_binomial(5, 0.3, (n, genes)).astype(np.float32)
    adata = anndata.AnnData(counts)
    adata.layers["counts"] = counts.copy()
    adata.obs_names = [f"cell_{i}" for i in range(n)]
    adata.var_names = [f"gene_{i}" for i in range(genes)]
    obs = adata.obs
    obs["batch"] = random.choice(["b", "ä", "c"], n)
    obs["labels"] = random.choice(["T", "B"], n)
    obs["cat1"] = random.choice([2, 10, 9], n)
    obs["cat2"] = random.choice(["x", "y"], n)
    obs["flag"] = random.choice([True, False], n)
    obs["dose"] = random.choice([0.5, 2.0], n)
    obs["single"] = "only"
    obs["cont1"] = random.normal(size=n)
    obs["cont2"] = random.normal(size=n)
    obs["size_factor"] = random.uniform(1, 4, n)
    return adata


def latent(model):
    """Mean and variance of the posterior, side by side."""
    return np.hstack(model.get_latent_representation(return_dist=True))


def fit(model):
    model.train(max_epochs=2, enable_progress_bar=False, accelerator="cpu",
                check_val_every_n_epoch=1)


def trained_model(name, adata):
    cls, setup, options = CASES[name]
    model_class = getattr(scvi.model, cls)
    is_query = name.startswith("query")
    known = adata[adata.obs["batch"] != "c"].copy() if is_query else adata
    model_class.setup_anndata(known, **setup)
    model = model_class(known, **{"n_hidden": 16, "n_latent": 4, **options})
    fit(model)
    if is_query:
        model = model_class.load_query_data(adata, model, accelerator="cpu")
        fit(model)
    return model


def train(folder):
    os.makedirs(folder, exist_ok=True)
    make_cells().write_h5ad(f"{folder}/cells.h5ad")
    for name in CASES:
        adata = anndata.read_h5ad(f"{folder}/cells.h5ad")
        model = trained_model(name, adata)
        where = f"{folder}/{name}"
        values = latent(model)
        if name.startswith("minified"):
            qzm, qzv = model.get_latent_representation(return_dist=True)
            adata.obsm["X_latent_qzm"] = qzm
            adata.obsm["X_latent_qzv"] = qzv
            kept = "_with_counts" if name.endswith("_with_counts") else ""
            model.minify_adata("latent_posterior_parameters" + kept)
        model.save(where, overwrite=True, save_anndata=name.startswith("minified"))
        np.savetxt(f"{where}/latent.csv", values, delimiter=",", fmt="%.9g")
        print(name, flush=True)


def check(folder):
    for name, (cls, _, _) in CASES.items():
        adata = anndata.read_h5ad(f"{folder}/cells.h5ad")
        with contextlib.redirect_stdout(io.StringIO()):
            model = getattr(scvi.model, cls).load(f"{folder}/{name}-exported", adata)
            values = latent(model)
        wanted = np.loadtxt(f"{folder}/{name}/latent.csv", delimiter=",")
        scale = 1 + np.abs(wanted)
        print(f"RESULT {name} {np.max(np.abs(values - wanted) / scale):.3g}", flush=True)


if __name__ == "__main__":
    {"train": train, "check": check}[sys.argv[1]](sys.argv[2])
