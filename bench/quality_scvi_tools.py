"""Scores of scvi-tools with seeds of your own, to see how far they spread.

    python bench/quality_scvi_tools.py DATA.h5ad EPOCHS SEED...

Trained and scored as for the bands: every tenth cell is held out, k-means has
ten starts. "optima" are the best local optima that thirty single starts of
k-means find, as objective (ARI), at most one for each 0.1 of ARI.
"""

import logging
import sys
import warnings

warnings.filterwarnings("ignore")

import anndata  # noqa: E402
import numpy as np  # noqa: E402
import scvi  # noqa: E402
from sklearn.cluster import KMeans  # noqa: E402
from sklearn.metrics import (  # noqa: E402
    adjusted_rand_score,
    normalized_mutual_info_score,
    silhouette_score,
)

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
scvi.settings.verbosity = logging.ERROR


def train(adata, epochs, seed):
    scvi.settings.seed = seed
    model = scvi.model.SCVI(adata)
    cells = np.arange(adata.n_obs)
    held_out = cells[9::10]
    model.train(
        max_epochs=epochs,
        accelerator="cpu",
        enable_progress_bar=False,
        enable_model_summary=False,
        logger=False,
        datasplitter_kwargs={
            "external_indexing": [
                np.setdiff1d(cells, held_out), held_out, np.array([], int)
            ]
        },
    )
    return model, held_out


def optima(latent, labels, k):
    best = {}
    for start in range(30):
        found = KMeans(k, n_init=1, init="random", random_state=start)
        found.fit(latent)
        ari = adjusted_rand_score(labels, found.labels_)
        kind = round(ari, 1)
        if kind not in best or found.inertia_ < best[kind][0]:
            best[kind] = (found.inertia_, ari)
    return ", ".join(f"{o:.0f} ({a:.2f})" for o, a in sorted(best.values())[:3])


def main(path, epochs, seeds):
    adata = anndata.read_h5ad(path)
    several = adata.obs["batch"].nunique() > 1
    scvi.model.SCVI.setup_anndata(
        adata, batch_key="batch" if several else None
    )
    labels = adata.obs["cell_type"]
    k = labels.nunique()
    for seed in seeds:
        model, held_out = train(adata, epochs, seed)
        latent = model.get_latent_representation()
        clusters = KMeans(k, n_init=10, random_state=seed).fit_predict(latent)
        print(
            f"seed {seed}:",
            f"neg_elbo_val {-model.get_elbo(indices=held_out):.1f}",
            f"kmeans_ari {adjusted_rand_score(labels, clusters):.3f}",
            "kmeans_nmi"
            f" {normalized_mutual_info_score(labels, clusters):.3f}",
            f"asw_label {silhouette_score(latent, labels):.3f}",
            f"optima {optima(latent, labels, k)}",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [int(s) for s in sys.argv[3:]])
