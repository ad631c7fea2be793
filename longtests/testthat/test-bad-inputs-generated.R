# Bad inputs that the files of longtests/bad-inputs generate: each gives an error
# of a class of scvigor's or the number of the clean input, and none ends R, takes
# more than 2 GB or more than 30 seconds.

test_that("objects: damaged matrices and what holds them", {
    expect_bad_inputs_handled(try_bad_inputs("objects"), 800)
})

test_that("levels: vectors of every kind, and names that say whose they are", {
    expect_bad_inputs_handled(try_bad_inputs("levels"), 370)
})

test_that("settings: every argument of training with every odd value", {
    expect_bad_inputs_handled(try_bad_inputs("settings"), 2000)
})
