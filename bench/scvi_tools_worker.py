"""Timings of scvi-tools, for speed.R: one request a line, one answer a line.

A request is words "name=value", quoted as in a shell: do (train, latent,
expression or de), data (an .h5ad file), batch_size, threads, epochs, calls, and the
model's arguments, as model.NAME; for de also groups and group1. The answer is
"seconds=... cells=...": the time of one pass over so many cells, or "error=...".
"""

import logging
import os
import shlex
import sys
import time
import warnings

# Answers go to the real stdout; whatever prints, prints to stderr.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
warnings.filterwarnings("ignore")

import anndata  # noqa: E402
import scvi  # noqa: E402
import torch  # noqa: E402
from lightning.pytorch.callbacks import Callback  # noqa: E402

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
scvi.settings.verbosity = logging.ERROR

data_sets = {}
models = {}


def data_set(path):
    """An AnnData file, read once."""
    if path not in data_sets:
        adata = anndata.read_h5ad(path)
        several = adata.obs["batch"].nunique() > 1
        scvi.model.SCVI.setup_anndata(
            adata, batch_key="batch" if several else None
        )
        data_sets[path] = adata
    return data_sets[path]


class EpochClock(Callback):
    """The time inside of epochs: without what Lightning does around them."""

    def __init__(self):
        self.seconds = 0.0

    def on_train_epoch_start(self, trainer, pl_module):
        self.start = time.perf_counter()

    def on_train_epoch_end(self, trainer, pl_module):
        self.seconds += time.perf_counter() - self.start


def new_model(request):
    scvi.settings.seed = 0
    return scvi.model.SCVI(data_set(request["data"]), **request["model"])


def train(model, request):
    """Seconds in epochs; the validation cells are not looked at."""
    clock = EpochClock()
    model.train(
        max_epochs=request["epochs"],
        batch_size=request["batch_size"],
        accelerator="cpu",
        enable_progress_bar=False,
        enable_model_summary=False,
        logger=False,
        check_val_every_n_epoch=None,
        callbacks=[clock],
    )
    return clock.seconds


def time_training(request):
    model = new_model(request)
    seconds = train(model, request)
    return seconds, len(model.train_indices) * request["epochs"]


def trained_model(request):
    """A model to infer with, trained once, for an epoch."""
    key = (request["data"], str(request["model"]))
    if key not in models:
        models[key] = new_model(request)
        train(models[key], {**request, "epochs": 1, "batch_size": 128})
    return models[key]


def time_inference(request, verb):
    model = trained_model(request)
    start = time.perf_counter()
    for _ in range(request["calls"]):
        verb(model)
    seconds = time.perf_counter() - start
    return seconds, model.adata.n_obs * request["calls"]


def time_de(request):
    """Seconds of one call: a cell counts as one."""
    model = trained_model(request)
    start = time.perf_counter()
    model.differential_expression(
        groupby=request["groups"],
        group1=request.get("group1"),
        mode="change",
        silent=True,
    )
    return time.perf_counter() - start, 1


def answer(request):
    # First of all: setting scvi-tools' number of threads sets torch's.
    scvi.settings.num_threads = request["threads"]
    size = request["batch_size"]
    if request["do"] == "train":
        return time_training(request)
    if request["do"] == "latent":
        return time_inference(
            request, lambda m: m.get_latent_representation(batch_size=size)
        )
    if request["do"] == "expression":
        return time_inference(
            request,
            lambda m: m.get_normalized_expression(
                batch_size=size, return_numpy=True
            ),
        )
    if request["do"] == "de":
        return time_de(request)
    raise ValueError("unknown request " + request["do"])


def parse(line):
    request = {"model": {}}
    for word in shlex.split(line):
        name, value = word.split("=", 1)
        value = int(value) if value.isdigit() else value
        if name.startswith("model."):
            request["model"][name[len("model."):]] = value
        else:
            request[name] = value
    return request


def say(text):
    answers.write(text + "\n")
    answers.flush()


def main():
    say(f"scvi-tools={scvi.__version__} torch={torch.__version__}")
    for line in sys.stdin:
        try:
            seconds, cells = answer(parse(line))
            say(f"seconds={seconds:.6f} cells={cells}")
        except Exception as error:
            say("error=" + shlex.quote(" ".join(str(error).split())))


if __name__ == "__main__":
    main()
