# Bad inputs that the files of longtests/bad-inputs generate: each gives an
# error of a class of scvigor's or the number of the clean input, and none ends
# R, takes more than 2 GB or more than 30 seconds.

test_that("objects: damaged matrices and what holds them", {
    expect_bad_inputs_handled(try_bad_inputs("objects"), 800)
})

test_that("levels: vectors of every kind, and names that say whose they are", {
    expect_bad_inputs_handled(try_bad_inputs("levels"), 370)
})

test_that("settings: every argument of training with every odd value", {
    expect_bad_inputs_handled(try_bad_inputs("settings"), 2000)
})

test_that("files: damaged, foreign, at odd places, under odd names", {
    expect_bad_inputs_handled(try_bad_inputs("files"), 450)
})

test_that("models: slots edited by hand, asked by the verbs", {
    expect_bad_inputs_handled(try_bad_inputs("models"), 1200)
})

test_that("verbs: every argument of every verb with every odd value", {
    expect_bad_inputs_handled(try_bad_inputs("verbs"), 2500)
})

test_that("states of a session: options, random numbers, masks, output", {
    expect_bad_inputs_handled(try_bad_inputs("state"), 65)
})

# Each is an environment of its own: variables, or words of the shell.
variables <- c(
    "A=ordinary", "LC_ALL=C", "LC_ALL=POSIX", "LC_ALL=C.UTF-8",
    "LC_ALL=xx_YY.nothing", "LC_CTYPE=C", "LANG=",
    paste0("OMP_NUM_THREADS=", c(
        "0", "-7", "1e9", "99999999999999999999", "", "abc", "2,2", " 2 ", "1,",
        "0x2", "1000000"
    )),
    "OMP_THREAD_LIMIT=1", "OMP_DYNAMIC=true", "OMP_PROC_BIND=true",
    "OMP_PLACES=nothing", "OMP_STACKSIZE=abc", "OMP_WAIT_POLICY=abc",
    "OMP_SCHEDULE=nothing", "MKL_NUM_THREADS=abc", "OPENBLAS_NUM_THREADS=0",
    "GOTO_NUM_THREADS=-1", "TZ=Nowhere/None", "TZ=", "HOME=/nonexistent",
    "HOME=", "USER=", "TMPDIR=/nonexistent", "TMPDIR=",
    "R_DEFAULT_PACKAGES=NULL", "HDF5_DISABLE_VERSION_CHECK=2",
    paste0("HDF5_USE_FILE_LOCKING=", c("FALSE", "TRUE", "BEST_EFFORT", "abc")),
    paste0("HDF5_PLUGIN_PATH=", c("/nonexistent", "", "::", "/dev/null")),
    "HDF5_PLUGIN_PRELOAD=::", "HDF5_DEBUG=all", "HDF5_DRIVER=family",
    "SCVIGOR_CPU_LEVEL=base", "SCVIGOR_DISABLE_AMX=abc", "MALLOC_ARENA_MAX=1",
    "MALLOC_PERTURB_=165", "R_PROFILE_USER=/nonexistent", "NO_COLOR=1",
    "TERM=", "COLUMNS=5", "DISPLAY=:99", "CUDA_VISIBLE_DEVICES=7",
    "PYTORCH_JIT=0", "R_MAX_VSIZE=1Gb", "R_GC_MEM_GROW=0",
    "R_COMPILE_PKGS=0", "R_ENABLE_JIT=0", "_R_CHECK_LENGTH_1_LOGIC2_=true"
)
shell_words <- c(
    "ulimit -n 256;", "ulimit -f 20000;", "ulimit -s 1024;",
    "ulimit -s unlimited;", "ulimit -c 0;", "umask 777;", "umask 0;",
    "exec 0<&-;", "exec 0</dev/null;", "exec 2>&-;",
    "mkdir -p gone; cd gone; rmdir ../gone;", "cd /proc;", "cd /;",
    "ulimit -v 3000000;", "ulimit -v 1800000;", "nice -n 19 true;",
    "trap '' CHLD;", "trap '' PIPE;"
)

test_that("environments: variables, limits, closed streams, lost folders", {
    noted <- withr::local_tempfile(fileext = ".rds")
    withr::local_dir(withr::local_tempdir())
    in_environment <- function(name, ...) {
        outcome <- try_bad_inputs("environments", ...)
        outcome$name <- name
        outcome
    }
    basics <- paste0("SCVIGOR_BASICS=", noted)
    outcomes <- lapply(variables, function(variable) {
        in_environment(variable, env = c(basics, variable))
    })
    outcomes <- c(outcomes, lapply(shell_words, function(words) {
        in_environment(words, env = basics, setup = words)
    }))
    expect_bad_inputs_handled(do.call(rbind, outcomes), 80)
})
