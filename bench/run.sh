#!/bin/sh
# run.sh [OPTIONS OF speed.R]: the timings beside scvi-tools, then the memory
# that training needs. Takes the scvigor that R finds.
#
#   SCVIGOR_PYTHON   a Python that has scvi-tools; else python3 on the PATH
#   SCVIGOR_DATA     the folder of the .h5ad files, ../shared/data
cd "$(dirname "$0")/.." || exit 1
Rscript bench/speed.R "$@" && Rscript bench/memory.R
