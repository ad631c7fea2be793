library(testthat)
library(scvigor)

test_check("scvigor")
