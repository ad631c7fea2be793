"""de.h5: DifferentialComputation with samples of its own in place of the
model's."""

import itertools

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scvi.model import SCVI
from scvi.model._utils import scrna_raw_counts_properties
from scvi.model.base import _differential as differential
from scvi.model.base._de_core import _fdr_de_prediction

from common import Source, versions, write, write_all, write_attributes

LEVELS = [0.5, 0.95]
QUANTILES = (0.5, 0.9)
TARGETS = (0.01, 0.05, 0.1, 0.2)


class Samples:
    """Scales, the batch of each, and counts of both groups."""

    def __init__(self, source, n_samples, n_genes, n_cells, batches):
        random = source.random
        self.scale1, self.scale2 = (
            random.dirichlet(random.gamma(0.3, 1.0, n_genes) + 1e-3, n_samples)
            + 1e-12 for _ in range(2))
        for scale in (self.scale1, self.scale2):
            scale /= scale.sum(1, keepdims=True)
        self.batch1, self.batch2 = (
            random.permutation(np.array(batches)[np.arange(n_samples) % len(batches)])
            for _ in range(2))
        self.counts = source.counts(n_cells, n_genes)
        self.counts[:, :n_genes // 4] = 0
        group = random.permutation(np.arange(n_cells) % 3)
        self.idx1, self.idx2 = group == 0, group == 1
        self.counts[:, 0] = self.idx1
        self.counts[:, 1] = self.idx2

    def manager(self):
        adata = anndata.AnnData(csr_matrix(self.counts.astype(np.float32)))
        adata.obs_names = adata.obs_names.astype(str)
        SCVI.setup_anndata(adata)
        return SCVI(adata, n_hidden=2, n_latent=2).get_anndata_manager(adata)


def compute(samples, manager, given, seed, n2, batch2, arguments):
    """get_bayes_factors(), the pairs that it made, the delta that it used."""
    computation = differential.DifferentialComputation(None, None, manager)
    parts = iter([{"scale": given[0], "batch": samples.batch1[:len(given[0])]},
                  {"scale": given[1][:n2], "batch": batch2[:n2]}])
    computation.scale_sampler = lambda **_: next(parts)
    deltas, pairs = [], []
    estimate, sampler = differential.estimate_delta, differential.pairs_sampler

    def kept_delta(**kwargs):
        deltas.append(estimate(**kwargs))
        return deltas[-1]

    def kept_pairs(first, second, **kwargs):
        out = sampler(first, second, **kwargs)
        pairs.append(out)
        return out

    differential.estimate_delta = kept_delta
    differential.pairs_sampler = kept_pairs
    np.random.seed(seed)
    try:
        found = computation.get_bayes_factors(
            samples.idx1, samples.idx2, **arguments)
    finally:
        differential.estimate_delta = estimate
        differential.pairs_sampler = sampler
    paired = [np.concatenate([pair[k] for pair in pairs]) for k in (0, 1)]
    return found, paired, deltas


def rows_of(paired, scale):
    """Which row of `scale` each paired sample is; rows are distinct."""
    rows = {row.tobytes(): i for i, row in enumerate(scale)}
    assert len(rows) == len(scale)
    return np.array([rows[row.tobytes()] for row in paired])


def write_case(group, name, found, arguments, deltas):
    write_all(group.create_group(name), found)
    attributes = {"arguments": arguments, "columns": list(found)}
    if arguments.get("delta", 0) is None:
        attributes.update(delta_used_in_test=float(deltas[0]),
                          delta_reported=float(deltas[-1]))
    write_attributes(group[name], attributes)


def tests(few):
    yield "vanilla", {"mode": "vanilla"}
    deltas, pseudocounts = ((0.25, None), (1e-5, None))
    for delta, c, kind in itertools.product(deltas, pseudocounts, ("two", "three")):
        if few and (kind == "two") != (c is None):
            continue
        yield f"change_delta_{delta}_pseudocounts_{c}_{kind}", {
            "mode": "change", "delta": delta, "pseudocounts": c,
            "test_mode": kind, "cred_interval_lvls": LEVELS}


def write_pairs(file, name, samples, manager, call, seed, few, scales=None,
                n2=None, batch2=None, cases=None):
    group = file.create_group(f"bayes_factors/{name}")
    given = scales or (samples.scale1, samples.scale2)
    batch2 = samples.batch2 if batch2 is None else batch2
    n2 = len(given[1]) if n2 is None else n2
    if scales:
        write_all(group, {"scale1": scales[0], "scale2": scales[1]})
    for case, arguments in cases or tests(few):
        found, paired, deltas = compute(samples, manager, given, seed, n2, batch2,
                                        {**call, **arguments})
        write_case(group, case, found, arguments, deltas)
    write(group, "pair_idx1", rows_of(paired[0], given[0]))
    write(group, "pair_idx2", rows_of(paired[1], given[1][:n2]))
    write_attributes(group, {"arguments": call, "n_samples1": len(given[0]),
                             "n_samples2": n2})


def tied_scales(source, n_genes):
    n = 20
    draw = lambda: 2.0 ** -source.random.integers(1, 6, (n, n_genes))  # noqa: E731
    out = draw(), draw()
    for scale in out:  # rows that can be told apart
        scale[:, -1] = 2.0 ** -np.arange(1, n + 1)
    return out


def write_bayes_factors(file, samples, source, manager, seed, few):
    n = len(samples.scale1)
    m = 2 * n + 1
    observed = {"use_observed_batches": True}
    permuted = {"use_permutation": True, "m_permutation": m}
    common = samples, manager
    write_pairs(file, "same_batches", *common, {}, seed, few)
    others = np.array([f"other {b}" for b in samples.batch2])
    write_pairs(file, "different_batches", *common, {}, seed, few, batch2=others)
    write_pairs(file, "observed", *common, observed, seed, few)
    write_pairs(file, "same_batches_permuted", *common, permuted, seed, few,
                n2=n - n // 6)
    write_pairs(file, "observed_permuted", *common, {**observed, **permuted}, seed,
                few, n2=n - n // 6)
    ties = [("vanilla", {"mode": "vanilla"})] + [
        (f"change_delta_1_{kind}", {
            "mode": "change", "delta": 1.0, "pseudocounts": 0.0, "test_mode": kind,
            "cred_interval_lvls": LEVELS}) for kind in ("two", "three")]
    write_pairs(file, "ties", *common, observed, seed, few, cases=ties,
                scales=tied_scales(source, samples.scale1.shape[1]))


def write_pseudocounts(file, samples):
    zero1 = samples.counts[samples.idx1].mean(0) < 0.01
    zero2 = samples.counts[samples.idx2].mean(0) < 0.01
    none = np.zeros_like(zero1)
    for name, (a, b) in {"both": (zero1, zero2), "first": (zero1, none),
                         "neither": (none, none)}.items():
        for quantile in QUANTILES:
            offset = differential.estimate_pseudocounts_offset(
                samples.scale1, samples.scale2, a, b, quantile)
            path = f"estimate_pseudocounts_offset/{name}_{quantile}"
            write_all(file.create_group(path), {
                "where_zero_a": a, "where_zero_b": b, "quantile": quantile,
                "offset": offset})


def write_delta(file, source):
    for name, effect in {"weak": 0.05, "strong": 3.0}.items():
        means = np.concatenate([source.normal(40) * 0.1 + at
                                for at in (-effect, 0, 0, effect)])
        deltas = []
        for seed in range(50):
            np.random.seed(seed)
            deltas.append(differential.estimate_delta(means))
        write_all(file.create_group(f"estimate_delta/{name}"),
                  {"lfc_means": means, "delta_by_seed": deltas})


def write_description(file, source):
    for name, (samples, levels) in {
        "plain": (source.normal(31, 5), [0.25, 0.9]),
        "ties": (np.round(source.normal(40, 4)), [0.5]),
        "no_levels": (source.normal(10, 3), []),
    }.items():
        path = f"describe_continuous_distrib/{name}"
        group = file.create_group(path)
        write(group, "samples", samples)
        write_all(group.create_group("result"),
                  differential.describe_continuous_distrib(samples, levels))
        group.attrs["levels"] = np.array(levels, dtype=float)


def write_fdr(file, source):
    for name, proba in {
        "spread": source.random.uniform(size=40),
        "certain": 1 - source.random.uniform(size=25) / 20,
        "ties": np.round(source.random.uniform(size=30), 1),
    }.items():
        write_all(file.create_group(f"fdr/{name}"), {"proba": proba, **{
            f"is_de_fdr_{t}": _fdr_de_prediction(pd.Series(proba), fdr=t).to_numpy()
            for t in TARGETS}})


def make_de(folder, seed, batches=("beta", "10", "alpha"), n_samples=60, n_genes=12,
            few=False):
    source = Source(seed, "de")
    samples = Samples(source, n_samples, n_genes, 45, list(batches))
    manager = samples.manager()
    with h5py.File(f"{folder}/de.h5", "w") as file:
        write_all(file.create_group("samples"), {
            "scale1": samples.scale1, "scale2": samples.scale2,
            "batch1": samples.batch1, "batch2": samples.batch2})
        write_all(file.create_group("counts"), {
            "X": samples.counts, "idx1": samples.idx1, "idx2": samples.idx2,
            "where_zero1": samples.counts[samples.idx1].mean(0) < 0.01,
            "where_zero2": samples.counts[samples.idx2].mean(0) < 0.01})
        write_bayes_factors(file, samples, source, manager, seed, few)
        write_pseudocounts(file, samples)
        write_delta(file, source)
        write_description(file, source)
        write_fdr(file, source)
        found = scrna_raw_counts_properties(manager, samples.idx1, samples.idx2)
        write_all(file.create_group("raw_counts_properties"), found)
        write_attributes(file, {**versions(source), "cred_interval_lvls": LEVELS})
