# Tests on real data that take minutes; see bench/README.md for the data.
library(testthat)
library(scvigor)

test_check("scvigor")
