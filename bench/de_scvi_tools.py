"""Differential expression by scvi-tools, for de_programs.R.

    python bench/de_scvi_tools.py FOLDER NAME=VALUE...

FOLDER holds counts.mtx (genes x cells), genes.txt and cells.csv; the table goes
to its table.csv. Names: epochs, seed, threads, likelihood, and the columns of
cells.csv and their levels: batch, groups, group1, group2, within.
"""

import logging
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import anndata  # noqa: E402
import pandas as pd  # noqa: E402
import scipy.io  # noqa: E402
import scvi  # noqa: E402
import torch  # noqa: E402

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
scvi.settings.verbosity = logging.ERROR


def read_cells(folder):
    counts = scipy.io.mmread(folder / "counts.mtx").T.tocsr()
    genes = (folder / "genes.txt").read_text().splitlines()
    cells = pd.read_csv(folder / "cells.csv", dtype=str).astype("category")
    cells.index = [f"cell_{i}" for i in range(len(cells))]
    return anndata.AnnData(
        counts.astype("float32"), obs=cells, var=pd.DataFrame(index=genes)
    )


def train(adata, asked):
    scvi.settings.seed = int(asked["seed"])
    scvi.model.SCVI.setup_anndata(adata, batch_key=asked.get("batch"))
    model = scvi.model.SCVI(adata, gene_likelihood=asked["likelihood"])
    model.train(
        max_epochs=int(asked["epochs"]), accelerator="cpu",
        enable_progress_bar=False, enable_model_summary=False, logger=False,
    )
    return model


def compare(model, adata, asked):
    def table(**sides):
        return model.differential_expression(
            mode="change", silent=True, **sides
        )

    if "within" not in asked:
        return table(
            groupby=asked["groups"], group1=asked.get("group1"),
            group2=asked.get("group2"),
        )
    group, inside = adata.obs[asked["groups"]], adata.obs[asked["within"]]
    tables = []
    for level in inside.cat.categories:
        found = table(
            idx1=((inside == level) & (group == asked["group1"])).to_numpy(),
            idx2=((inside == level) & (group == asked["group2"])).to_numpy(),
        )
        tables.append(found.assign(within=level))
    return pd.concat(tables)


def main(folder, *words):
    folder = Path(folder)
    asked = dict(word.split("=", 1) for word in words)
    torch.set_num_threads(int(asked["threads"]))
    adata = read_cells(folder)
    found = compare(train(adata, asked), adata, asked)
    found.rename_axis("gene").to_csv(folder / "table.csv")


if __name__ == "__main__":
    main(*sys.argv[1:])
