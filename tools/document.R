# Rscript tools/document.R DIR: rewrites the Rcpp exports, NAMESPACE and man/ of
# the package in DIR. roxygen2 reads the code of the installed package, which
# saves compiling it once more; `make docs` installs it first.
package <- commandArgs(trailingOnly = TRUE)[1]
Rcpp::compileAttributes(package)
if (requireNamespace("scvigor", quietly = TRUE)) {
    roxygen2::roxygenise(package, load_code = "installed")
}
