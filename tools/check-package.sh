#!/bin/sh
# check-package.sh BUILD [OPTION...]: R CMD check of the tarball, with these
# options too. An error or a warning fails, a note does not. The package is not
# compiled again: the check is given the log of its installation in BUILD, as
# CRAN's own machines do. Vignettes are built apart, from that installation as
# well.
build=${1:?usage: check-package.sh BUILD [OPTION...]}
shift
cd "$(dirname "$0")/.." || exit 1
source=$PWD
work=$build/check
rm -rf "$work"
mkdir -p "$work" && cd "$work" || exit 1

cp -R "$build/scvigor" source || exit 1
(cd source && ./cleanup) || exit 1
R CMD build --no-build-vignettes source > build.log 2>&1 ||
  { cat build.log; exit 1; }

# Without repositories the check looks nothing up on the network.
R_REPOSITORIES=NULL _R_CHECK_FORCE_SUGGESTS_=false R CMD check --no-manual --ignore-vignettes \
  --install="check:$build/install.log" --library="$build/library" "$@" \
  scvigor_*.tar.gz
status=$?
if grep -qE '^Status:.*(ERROR|WARNING)' scvigor.Rcheck/00check.log; then
  status=1
fi

# Two at a time: much of it is loading packages, on one processor.
find "$source/vignettes" -name '*.Rmd' -print0 | sort -z |
  xargs -0 -n 1 -P 2 sh -c '
    echo "scvigor: building $(basename "$1")"
    work=$(basename "$1" .Rmd)
    mkdir "$work" &&
      Rscript -e "rmarkdown::render(commandArgs(TRUE)[1], quiet = TRUE,
          output_dir = commandArgs(TRUE)[2],
          intermediates_dir = commandArgs(TRUE)[2])" "$1" "$work"' sh ||
  status=1
exit "$status"
