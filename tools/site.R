# Rscript tools/site.R: makes a website of the help pages and tutorials of the
# installed package with pkgdown, in the folder that _pkgdown.yml names. Needs no
# network. `make site` installs the package first.
options(pkgdown.internet = FALSE)
pkgdown::build_site(
    ".", install = FALSE, new_process = FALSE, preview = FALSE, devel = FALSE
)
