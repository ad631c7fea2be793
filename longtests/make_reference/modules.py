"""module_<case>.h5: scvi.module.VAE and LDVAE, from a minibatch to gradients
and three steps of Adam."""

import inspect

import h5py
import numpy as np
import torch
from scvi import REGISTRY_KEYS
from scvi.module import LDVAE, VAE

from common import (ADAM, KL_WEIGHT, Source, float64, noise, perturb, restore,
                    versions, write, write_all, write_attributes)

SIZES = {"n_batch": 3, "n_labels": 2, "n_hidden": 8, "n_latent": 3,
         "dropout_rate": 0.0}
# n_cells and n_genes are the file's, all else are arguments of the class.
CASES = {
    "defaults": {},
    "other_sizes": {"n_cells": 21, "n_genes": 9, "n_hidden": 11, "n_latent": 2,
                    "n_batch": 5, "n_layers": 2},
    "one_dimension_latent_library": {"n_latent": 1,
                                     "use_observed_lib_size": False},
    "shallow_everything": {
        "n_layers": 3, "encode_covariates": True, "n_cats_per_cov": [4, 1, 2],
        "n_continuous_cov": 3, "deeply_inject_covariates": False,
        "use_observed_lib_size": False, "dispersion": "gene-batch",
    },
    "gene_cell_size_factor": {
        "dispersion": "gene-cell", "use_size_factor_key": True,
        "gene_likelihood": "nb", "n_cats_per_cov": [3],
    },
    "poisson_ln": {"gene_likelihood": "poisson", "latent_distribution": "ln",
                   "n_continuous_cov": 1},
    "normal_label": {"gene_likelihood": "normal", "dispersion": "gene-label",
                     "n_labels": 4, "use_layer_norm": "encoder"},
    "embedding_everything": {
        "batch_representation": "embedding", "encode_covariates": True,
        "n_layers": 2, "n_cats_per_cov": [2, 2], "n_continuous_cov": 1,
        "use_observed_lib_size": False, "gene_likelihood": "nb",
        "use_batch_norm": "decoder", "use_layer_norm": "decoder",
        "batch_embedding_kwargs": {"embedding_dim": 3},
    },
    "ln_latent_library": {"latent_distribution": "ln", "n_layers": 2,
                          "use_observed_lib_size": False},
    "linear_label": {"class": "LDVAE", "dispersion": "gene-label",
                     "n_layers_encoder": 3, "latent_distribution": "ln"},
    "linear_one_batch": {"class": "LDVAE", "n_batch": 1, "bias": True,
                         "gene_likelihood": "poisson"},
}
WITH_MARGINAL = {"defaults", "one_dimension_latent_library", "poisson_ln",
                 "ln_latent_library", "shallow_everything"}


def constructor(case, source):
    """The class and its arguments, the prior of the library with them."""
    given = {**SIZES, **CASES[case]}
    cls = {"VAE": VAE, "LDVAE": LDVAE}[given.pop("class", "VAE")]
    n_cells, n_genes = given.pop("n_cells", 16), given.pop("n_genes", 12)
    arguments = {**given, "n_input": n_genes}
    latent_library = not arguments.get("use_observed_lib_size", cls is VAE)
    if latent_library and not arguments.get("use_size_factor_key"):
        shape = 1, max(1, arguments["n_batch"])
        for name, value in (("means", 4 + 0.3 * source.normal(*shape)),
                            ("vars", np.exp(0.3 * source.normal(*shape)) / 2)):
            arguments[f"library_log_{name}"] = value.astype(np.float32).astype(float)
    return cls, arguments, n_cells


def config(cls, arguments):
    """The class and every argument of its constructor."""
    parameters = inspect.signature(cls.__init__).parameters
    given = {name: p.default for name, p in parameters.items()
             if p.kind == p.POSITIONAL_OR_KEYWORD and name != "self"}
    given.update(arguments)
    return {"class": cls.__name__, **{
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in given.items()}}


def minibatch(arguments, n_cells, source):
    """Names as in the file's group `inputs`; every level occurs."""
    def codes(n_levels):
        return source.random.permutation(np.arange(n_cells) % max(1, n_levels))

    counts = source.counts(n_cells, arguments["n_input"])
    inputs = {
        # as normal variables have, and well conditioned in float32
        "X": np.log1p(counts) if arguments.get("gene_likelihood") == "normal"
        else counts,
        "batch_index": codes(arguments["n_batch"]),
        "labels": codes(arguments["n_labels"]),
        "eps_z": source.normal(n_cells, arguments["n_latent"]),
        "kl_weight": KL_WEIGHT,
    }
    if arguments.get("n_cats_per_cov"):
        inputs["cat_covs"] = np.stack(
            [codes(n) for n in arguments["n_cats_per_cov"]], axis=1)
    if arguments.get("n_continuous_cov"):
        inputs["cont_covs"] = source.normal(n_cells, arguments["n_continuous_cov"])
    if arguments.get("use_size_factor_key"):
        inputs["size_factor"] = np.exp(source.normal(n_cells))
    if "library_log_means" in arguments:
        inputs["eps_l"] = source.normal(n_cells, 1)
    return inputs


REGISTRY = {
    "X": REGISTRY_KEYS.X_KEY,
    "batch_index": REGISTRY_KEYS.BATCH_KEY,
    "labels": REGISTRY_KEYS.LABELS_KEY,
    "cat_covs": REGISTRY_KEYS.CAT_COVS_KEY,
    "cont_covs": REGISTRY_KEYS.CONT_COVS_KEY,
    "size_factor": REGISTRY_KEYS.SIZE_FACTOR_KEY,
}


def tensors_of(inputs):
    out = {}
    for name, key in REGISTRY.items():
        if name in inputs:
            value = torch.as_tensor(np.asarray(inputs[name]))
            out[key] = value.reshape(-1, 1) if value.ndim == 1 else value
    return out


def forward(module, inputs, draws=None, transform_batch=None):
    """Outputs under the names of the file, and the loss."""
    if draws is None:
        draws = [inputs[name] for name in ("eps_z", "eps_l") if name in inputs]
    generative = {}
    if transform_batch is not None:
        generative = {"transform_batch": torch.tensor(transform_batch)}
    with noise(*draws):
        q, p, losses = module(
            tensors_of(inputs), loss_kwargs={"kl_weight": KL_WEIGHT},
            generative_kwargs=generative,
        )
    px = p["px"]
    out = {"qz_mean": q["qz"].loc, "qz_var": q["qz"].scale ** 2, "z": q["z"],
           "library": q["library"]}
    if q["ql"] is not None:
        out.update(ql_mean=q["ql"].loc, ql_var=q["ql"].scale ** 2)
    out.update(likelihood_of(px, module, out["qz_mean"].shape[0]))
    out.update(reconstruction_loss=losses.dict_sum(losses.reconstruction_loss),
               kl_z=losses.kl_local["kl_divergence_z"],
               kl_l=losses.kl_local["kl_divergence_l"], loss=losses.loss)
    return out


def likelihood_of(px, module, n_cells):
    kind = module.gene_likelihood
    if kind == "normal":
        parts = {"px_scale": px.normal_mu, "px_rate": px.loc, "px_r": px.scale}
    elif kind == "poisson":
        parts = {"px_scale": px.scale, "px_rate": px.rate}
    else:
        parts = {"px_scale": px.scale, "px_rate": px.mu, "px_r": px.theta}
    if kind == "zinb":
        parts["px_dropout"] = px.zi_logits
    n_genes = parts["px_rate"].shape[-1]
    return {name: part.expand(n_cells, n_genes) for name, part in parts.items()}


def gradients(module):
    return {name: parameter.grad.clone()
            for name, parameter in module.named_parameters()
            if parameter.grad is not None}


def buffers(module):
    return {name: value.clone() for name, value in module.named_buffers()
            if not name.startswith("library_log")}


def adam_steps(module, loss_of):
    """The losses before each of three steps."""
    moving = [p for p in module.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(moving, **ADAM)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = loss_of()
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    return losses


def write_evaluation(file, module, inputs, n_batch):
    module.eval()
    with torch.no_grad():
        write_all(file.create_group("eval"), forward(module, inputs))
        for b in range(max(1, n_batch)):
            group = file.create_group(f"eval/transform_batch_{b}")
            moved = forward(module, inputs, transform_batch=b)
            wanted = ["px_scale", "px_rate", "px_dropout"]
            if module.dispersion == "gene-batch":
                wanted.append("px_r")
            write_all(group, {k: moved[k] for k in wanted if k in moved})
        if isinstance(module, LDVAE):
            write(file, "eval/loadings", module.get_loadings())


def write_training(file, module, inputs):
    module.train()
    module.zero_grad()
    out = forward(module, inputs)
    out["loss"].backward()
    group = file.create_group("train")
    write_all(group, out)
    write_all(group.create_group("grad"), gradients(module))
    write_all(group.create_group("buffers_after"), buffers(module))
    return sorted(set(dict(module.named_parameters())) - set(gradients(module)))


def write_adam(file, module, inputs):
    module.train()
    module.zero_grad()
    losses = adam_steps(module, lambda: forward(module, inputs)["loss"])
    group = file.create_group("adam")
    write(group, "loss", losses)
    write_all(group.create_group("params_after_3"),
              {n: p for n, p in module.named_parameters()})
    write_all(group.create_group("buffers_after_3"), buffers(module))


def write_marginal(file, module, inputs, source, n_samples=7):
    n_cells, n_latent = inputs["eps_z"].shape
    eps = {"eps_z": source.normal(n_samples, n_cells, n_latent)}
    if "eps_l" in inputs:
        eps["eps_l"] = source.normal(n_samples, n_cells, 1)
    rows = []
    module.eval()
    for k in range(n_samples):
        with noise(*[draws[k] for draws in eps.values()]):
            rows.append(module.marginal_ll(tensors_of(inputs), 1))
    rows = torch.stack([torch.as_tensor(row) for row in rows])
    group = file.create_group("marginal_ll")
    write_all(group, {
        **eps, "log_weight": rows,
        "marginal_ll": torch.logsumexp(rows, 0) - np.log(n_samples),
    })


def make_module(folder, case, seed):
    source = Source(seed, f"module_{case}")
    with float64(), h5py.File(f"{folder}/module_{case}.h5", "w") as file:
        cls, arguments, n_cells = constructor(case, source)
        inputs = minibatch(arguments, n_cells, source)
        module = cls(**arguments)
        perturb(module, source)
        start = {n: v.clone() for n, v in module.state_dict().items()}
        write_all(file.create_group("weights"), start)
        write_all(file.create_group("inputs"), inputs)
        write_evaluation(file, module, inputs, arguments["n_batch"])
        without_grad = write_training(file, module, inputs)
        restore(module, start)
        write_adam(file, module, inputs)
        if case in WITH_MARGINAL:
            restore(module, start)
            write_marginal(file, module, inputs, source)
        write_attributes(file, {
            **versions(source), "case": case, "config": config(cls, arguments),
            "n_cells": n_cells, "kl_weight": KL_WEIGHT,
            "optimizer": {"name": "Adam", "betas": [0.9, 0.999],
                          "amsgrad": False, **ADAM},
            "state_dict_order": list(start),
            "parameter_names": [n for n, _ in module.named_parameters()],
            "parameters_without_grad": without_grad,
        })
