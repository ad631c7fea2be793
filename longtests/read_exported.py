"""The latent means that scvi-tools finds with models that scvigor exported.

    python longtests/read_exported.py CELLS.h5ad FOLDER...

Loads the model in each FOLDER with the cells that FOLDER/cells.txt names and
writes FOLDER/latent.csv. Columns and genes are found by name.
"""

import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import anndata  # noqa: E402
import numpy as np  # noqa: E402
import scvi  # noqa: E402

scvi.settings.verbosity = 40


def main(path, *folders):
    cells = anndata.read_h5ad(path)
    for folder in map(Path, folders):
        names = (folder / "cells.txt").read_text().splitlines()
        model = scvi.model.SCVI.load(
            str(folder), cells[names].copy(), accelerator="cpu"
        )
        np.savetxt(
            folder / "latent.csv", model.get_latent_representation(),
            delimiter=",",
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
