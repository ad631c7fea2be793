"""A query mapped onto a reference by scvi-tools, for map_query.R.

    python bench/map_scvi_tools.py DATA.h5ad MODEL REFERENCE_EPOCHS
        QUERY_EPOCHS SEED THREADS FOLDER TIMES BATCH...

Cells of the batches named are the query, which is mapped so many TIMES. Writes
the latent spaces to FOLDER: before.csv (reference cells, reference model),
and for each time, from 1 on, reference1.csv (reference cells, query model) and
query1.csv; and the reference model, to FOLDER/model.
"""

import logging
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import anndata  # noqa: E402
import pandas as pd  # noqa: E402
import scvi  # noqa: E402
import torch  # noqa: E402

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
scvi.settings.verbosity = logging.ERROR

MODELS = {
    "defaults": {},
    "scarches": {
        "n_layers": 2,
        "encode_covariates": True,
        "use_layer_norm": "both",
        "use_batch_norm": "none",
    },
}
QUIET = {
    "accelerator": "cpu",
    "enable_progress_bar": False,
    "enable_model_summary": False,
    "logger": False,
}


def main(path, model, reference_epochs, query_epochs, seed, threads, folder,
         times, *batches):
    torch.set_num_threads(int(threads))
    scvi.settings.seed = int(seed)
    adata = anndata.read_h5ad(path)
    # as text, so that either part has its own levels only
    adata.obs["batch"] = adata.obs["batch"].astype(str)
    in_query = adata.obs["batch"].isin(batches)
    old, new = adata[~in_query].copy(), adata[in_query].copy()

    scvi.model.SCVI.setup_anndata(old, batch_key="batch")
    reference = scvi.model.SCVI(old, **MODELS[model])
    reference.train(max_epochs=int(reference_epochs), **QUIET)

    def write(name, latent, cells):
        pd.DataFrame(latent, index=cells.obs_names).to_csv(
            Path(folder) / f"{name}.csv"
        )

    write("before", reference.get_latent_representation(), old)
    reference.save(str(Path(folder) / "model"))
    for time in range(1, int(times) + 1):
        if time > 1:
            scvi.settings.seed = 1000 * int(seed) + time
        query = scvi.model.SCVI.load_query_data(new, reference)
        query.train(
            max_epochs=int(query_epochs), plan_kwargs={"weight_decay": 0.0},
            **QUIET,
        )
        write(f"query{time}", query.get_latent_representation(), new)
        write(f"reference{time}", query.get_latent_representation(old), old)


if __name__ == "__main__":
    main(*sys.argv[1:])
