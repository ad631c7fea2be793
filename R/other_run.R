# Whose work a checkpoint would replace.

# A file that holds another run is kept unless asked; one of the same cells and
# model is replaced with a message.
.check_other_run <- function(path, config, overwrite) {
    if (is.null(path) || overwrite || !file.exists(path)) {
        return(invisible())
    }
    found <- tryCatch(
        .read_checkpoint(path), scvigor_file_error = function(error) {
            .stop_argument(
                "checkpoint", "The checkpoint that is there already cannot be ",
                "read: ", conditionMessage(error), .overwrite_hint
            )
        }
    )
    differs <- .run_differences(found$config, config)
    run <- paste0(
        .pluralize(found$state$epochs, "epoch"), " on ",
        .pluralize(length(found$config$log_library), "cell")
    )
    if (length(differs)) {
        .stop_argument(
            "checkpoint", "\"", path, "\" holds another run, with other ",
            paste(differs, collapse = ", "), ": ", run, ".", .overwrite_hint
        )
    }
    .inform(
        "The checkpoint \"", path, "\" held a run of the same cells and ",
        "model, ", run, "; it is replaced. resumeTraining() continues such ",
        "a run."
    )
}

.overwrite_hint <- paste0(
    " Give another path, or `checkpoint_overwrite = TRUE` to replace it."
)

# What two runs do not share, in words.
.run_differences <- function(one, other) {
    same <- c(
        genes = identical(one$genes, other$genes),
        cells = identical(one$cells, other$cells) &&
            length(one$log_library) == length(other$log_library),
        counts = length(one$log_library) != length(other$log_library) ||
            all(.same_log_library(one$log_library, other$log_library)),
        covariates = identical(
            .numeric_codes(one$codes), .numeric_codes(other$codes)
        ),
        `options of the model` = isTRUE(all.equal(
            one$model_options, other$model_options
        ))
    )
    names(same)[!same]
}
