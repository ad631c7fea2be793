"""Numbers of scvi-tools 1.4.2 in files of the form that tests/fixtures/README.md
documents: other configurations, sizes and names than those of the fixtures.

    python longtests/make_reference [--seed N] [--small] FOLDER [ITEM...]

writes them into FOLDER, or the ITEMs alone: `de` and names such as
module_defaults, query_tiny_latent_library and toy_model. --small: only what the
fixtures take from here.
"""

import argparse
import os

import de
import models
import modules
import queries

SMALL = ["de", "toy_model"]


def items(seed, small):
    """What makes each file or folder, by its name."""
    out = {"de": lambda folder: de.make_de(
        folder, seed, **({"n_samples": 30, "n_genes": 7, "few": True} if small
                         else {}))}
    for prefix, cases, make in (
        ("module_", modules.CASES, modules.make_module),
        ("query_tiny_", queries.CASES, queries.make_query),
        ("", models.CASES, models.make_model),
    ):
        for case in cases:
            out[prefix + case] = (
                lambda folder, make=make, case=case: make(folder, case, seed))
    return out


def main():
    parser = argparse.ArgumentParser(prog="make_reference", description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("folder")
    parser.add_argument("items", nargs="*")
    given = parser.parse_args()
    known = items(given.seed, given.small)
    os.makedirs(given.folder, exist_ok=True)
    for name in given.items or (SMALL if given.small else known):
        known[name](given.folder)
        print(name, flush=True)


if __name__ == "__main__":
    main()
