# Models that were edited by hand: each slot in many ways, asked by the verbs.

counts <- toy_counts(12, 40)
sce <- toy_sce(12, 2, 20)
model <- quick_train(
    sce, batch = "batch", labels = "labels", categorical_covariates = "cat1",
    continuous_covariates = "cont1", size_factor = "size_factor", n_hidden = 8
)
replace_slot <- function(slot, value) {
    x <- model
    # a handle of its own, made of what is in the slots
    attr(x, "cache") <- new.env(parent = emptyenv())
    attr(x, slot) <- value
    x
}
values <- list(
    `NULL` = NULL, `NA` = NA, number = 1, text = "a", list = list(),
    none = character(), `function` = mean, `list of 1` = list(1),
    `named list` = list(a = 1)
)
asked <- list(
    latent = function(x) latentRepresentation(x),
    expression = function(x) normalizedExpression(x, seed = 1),
    `new cells` = function(x) elbo(x, sce, seed = 1),
    save = function(x) {
        file <- tempfile()
        saveSCVI(x, file)
        latentRepresentation(loadSCVI(file))
    },
    query = function(x) {
        cells <- sce
        cells$batch <- "batch_new"
        latentRepresentation(loadQuery(cells, x, seed = 1))
    },
    more = function(x) {
        continueTraining(x, sce, max_epochs = 1, seed = 1, verbose = FALSE)
    },
    show = function(x) {
        shown <- utils::capture.output(show(x))
        if (nzchar(shown[1])) "shown" else shown
    }
)
# Slots that some verbs do without; what is asked then has the right answer.
add_edit <- function(name, edited) {
    force(edited)
    for (verb in names(asked)) local({
        ask <- asked[[verb]]
        bad(paste(name, "->", verb), ask(edited), right = function(value) {
            identical(value, "shown") || isTRUE(all.equal(
                content_of(value), content_of(ask(model)), tolerance = 1e-5,
                check.attributes = FALSE
            ))
        })
    })
}
for (slot in setdiff(slotNames("SCVIModel"), "cache")) {
    for (kind in names(values)) {
        if (identical(values[[kind]], model@run)) next
        add_edit(paste(slot, "=", kind), replace_slot(slot, values[[kind]]))
    }
}

# Inside of the lists.
shorter <- function(value) {
    if (is.matrix(value)) value[-1, , drop = FALSE] else value[-1]
}
for (slot in c("weights", "codes", "posterior", "split", "options", "registry")) {
    content <- slot(model, slot)
    for (element in c(1, length(content))) {
        name <- names(content)[element]
        for (kind in c("NULL", "NA", "text", "function", "list of 1")) local({
            new <- content
            new[element] <- list(values[[kind]])
            add_edit(paste0(slot, "$", name, " = ", kind),
                     replace_slot(slot, new))
        })
        # training cells may be fewer
        if (slot != "split" && !is.list(content[[element]]) &&
            length(content[[element]]) > 1) {
            new <- content
            new[[element]] <- shorter(content[[element]])
            add_edit(paste0(slot, "$", name, " shorter"),
                     replace_slot(slot, new))
        }
    }
}
sizes <- list(
    `log_library shorter` = list("log_library", model@log_library[-1]),
    `log_library NA` = list("log_library", replace(model@log_library, 1, NA)),
    `cells fewer` = list("cells", model@cells[-1]),
    `cells twice` = list("cells", replace(model@cells, 1, model@cells[2])),
    `genes fewer` = list("genes", model@genes[-1]),
    `genes twice` = list("genes", replace(model@genes, 1, model@genes[2])),
    `genes NA` = list("genes", replace(model@genes, 1, NA)),
    `posterior NaN` = list("posterior", lapply(model@posterior, `*`, NaN)),
    `posterior minus` = list("posterior", lapply(model@posterior, `-`)),
    `weights NaN` = list("weights", lapply(model@weights, `*`, NaN)),
    `weights without names` = list("weights", unname(model@weights)),
    `weights turned` = list("weights", rev(model@weights)),
    `codes out of range` = list("codes", utils::modifyList(
        model@codes, list(batch = model@codes$batch + 5L)
    )),
    `codes minus` = list("codes", utils::modifyList(
        model@codes, list(batch = model@codes$batch - 5L)
    )),
    `codes NA` = list("codes", utils::modifyList(
        model@codes, list(batch = model@codes$batch * NA)
    ))
)
for (name in names(sizes)) {
    add_edit(name, replace_slot(sizes[[name]][[1]], sizes[[name]][[2]]))
}
bad("handle of another session", {
    x <- unserialize(serialize(model, NULL))
    latentRepresentation(x, sce)
}, latentRepresentation(model, sce))
