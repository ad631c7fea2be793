#!/usr/bin/env python3
"""Packs numbers of scvi-tools into tests/fixtures.

    python3 tools/make-fixtures.py FOLDER...

Each FOLDER holds files of the form that tests/fixtures/README.md documents;
`longtests/make_reference` writes such files. What FIXTURES names is taken from
the first FOLDER that has it. Values are stored bit for bit as they are there;
where FIXTURES says so, optional groups are left out and tables are thinned.
"""

import ctypes
import re
import shutil
import sys
import zlib
from pathlib import Path

import h5py
import numpy as np

TARGET = Path(__file__).resolve().parent.parent / "tests" / "fixtures"
MAX_BYTES = 380_000  # 400 kB with README.md and what a disk adds

# Attributes that no test reads.
SPARE = re.compile("requires_grad|modules|numpy_version|torch_version|names|"
                   "table_columns|parameter_names|state_dict_order|dtypes")

# Paths that are left out, by what they hold.
OUTPUTS = "train/(?!grad|loss)|eval/transform_batch_[02]"
ONE_PASS = f"adam|{OUTPUTS}"
FORWARD = f"{ONE_PASS}|eval/(transform|px_rate)"

# file: (paths left out, how many rows of a table are kept)
FIXTURES = {
    "module_enccov_shallow_2layers.h5": (FORWARD, None),
    "module_size_factor_nb_genebatch_2layers.h5": (ONE_PASS, None),
    "module_poisson_layernorm_both.h5": ("train|eval/transform", None),
    "module_normal_genecell.h5": (FORWARD, None),
    "module_ldvae_default.h5": (f"train|{FORWARD}", None),
    "query_tiny_onehot_categorical.h5": (
        "freeze_|no_freeze_|unfrozen|query_eval_on_reference", None),
    "distributions.h5": ("", 14),
    "training.h5": ("", None),
    "de.h5": (
        "bayes_factors/(different|observed|.*permuted|ties/.*two|"
        ".*None_pseudocounts_1|.*0.25_pseudocounts_None)|"
        "estimate_pseudocounts_offset/(first|.*0.5)|estimate_delta/weak|"
        "fdr/(certain|.*_0.(01|2)$)|describe_continuous_distrib/(ties|no)", None),
    "toy_model/outputs.h5": (
        "expression/(.*_r[02]|size1e4)|state_dict|float64|history/kl_", None),
    "toy_model/cells.h5ad": ("uns|obsm|varm|obsp|varp|layers", None),
    "toy_model/model.pt": None,
}


def thinned(value, n_rows):
    """Rows from everywhere in a table of more."""
    if n_rows is None or value.ndim != 1 or len(value) <= n_rows:
        return value
    return value[np.linspace(0, len(value) - 1, n_rows).astype(int)]


def packs(value):
    """Whether compression pays for what it costs."""
    planes = value.reshape(-1).view(np.uint8).reshape(-1, value.itemsize)
    return len(zlib.compress(planes.T.tobytes(), 9)) + 120 < value.nbytes


def copy_dataset(source, target, name, n_rows):
    value = thinned(np.asarray(source[()]), n_rows)
    plain = value.dtype.kind in "iuf"
    if plain and value.ndim and packs(value):
        target.create_dataset(name, data=value, compression=9, shuffle=True)
    elif plain:
        compact_dataset(target, name, value)
    else:
        target.create_dataset(name, data=value, dtype=source.dtype)


def compact_dataset(target, name, value):
    """In the header itself: the least that a small dataset takes."""
    form = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    form.set_layout(h5py.h5d.COMPACT)
    form.set_obj_track_times(False)
    space = h5py.h5s.create_simple(value.shape) if value.ndim else (
        h5py.h5s.create(h5py.h5s.SCALAR))
    dataset = h5py.h5d.create(target.id, name.encode(),
                              h5py.h5t.py_create(value.dtype), space, form)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ascontiguousarray(value))


def copy_attributes(source, target):
    for name, value in source.attrs.items():
        if not SPARE.fullmatch(name):
            target.attrs[name] = value


def copy(source, target, left_out, n_rows):
    copy_attributes(source, target)
    for name, item in source.items():
        if left_out and re.match(left_out, item.name.lstrip("/")):
            continue
        if isinstance(item, h5py.Group):
            copy(item, create_group(target, name), left_out, n_rows)
        else:
            copy_dataset(item, target, name, n_rows)
            copy_attributes(item, target[name])


def hdf5_library():
    """The library that h5py uses, for two functions that it has no name for."""
    maps = Path("/proc/self/maps").read_text()
    return ctypes.CDLL(re.search(r"/\S*libhdf5(?:_serial)?[-.]\S*so\S*", maps)[0])


def omit_attribute_space(file):
    """Half the size of a file of many small datasets."""
    hdf5_library().H5Fset_dset_no_attrs_hint(ctypes.c_int64(file.id.id),
                                             ctypes.c_bool(True))


def create_group(parent, name):
    """With its links in its header, however many they are."""
    form = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
    hdf5_library().H5Pset_link_phase_change(ctypes.c_int64(form.id),
                                            ctypes.c_uint(1000), ctypes.c_uint(0))
    return h5py.Group(h5py.h5g.create(parent.id, name.encode(), gcpl=form))


def pack(source, target, left_out, n_rows):
    # HDF5 1.10 reads it.
    with h5py.File(source) as old, h5py.File(
            target, "w", libver=("v110", "v110")) as new:
        omit_attribute_space(new)
        copy(old, new, left_out, n_rows)


def make(name, recipe, folders):
    found = [folder / name for folder in folders if (folder / name).exists()]
    if not found:
        sys.exit(f"No folder has {name}.")
    target = TARGET / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if recipe is None:
        shutil.copyfile(found[0], target)
    else:
        pack(found[0], target, *recipe)
    return target.stat().st_size


def main(folders):
    if not folders:
        sys.exit(__doc__)
    sizes = {name: make(name, recipe, folders) for name, recipe in FIXTURES.items()}
    for name, size in sizes.items():
        print(f"{size:8d}  {name}")
    total = sum(sizes.values())
    print(f"{total:8d}  in all")
    if total > MAX_BYTES:
        sys.exit(f"More than {MAX_BYTES} bytes.")


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]])
