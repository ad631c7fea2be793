# One input: the environment that this session was started in. What an ordinary
# one computes is noted in a file by the first.

sys.source(file.path(here, "basics.R"), environment())
noted <- Sys.getenv("SCVIGOR_BASICS")
bad("environment", {
    found <- basics()
    if (!file.exists(noted)) {
        saveRDS(found, noted)
    }
    found
}, readRDS(noted))
