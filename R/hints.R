# Hints in errors about unknown words that other programs use: names
# of arguments of scvi-tools, Seurat and harmony, and near misses.

# Arguments by other names: where one of the functions that they belong to here
# has the argument, an error names it. Several: the first that it has.
.foreign_arguments <- list(
    # scvi-tools
    adata = c("x", "object"), adata_or_mudata = "x", batch_key = "batch",
    labels_key = "labels", labels_keys = "labels",
    categorical_covariate_keys = "categorical_covariates",
    continuous_covariate_keys = "continuous_covariates",
    size_factor_key = "size_factor",
    layer = c("assay.type", "layer", "assay"), filename = c("file", "path"),
    n_epochs = "max_epochs", epochs = "max_epochs",
    train_epochs = "max_epochs", use_gpu = "accelerator",
    gpu = "accelerator", use_cuda = "accelerator", device = "accelerator",
    devices = "accelerator", learning_rate = "lr",
    n_epochs_kl = "n_epochs_kl_warmup", n_top_genes = c("n", "subset.row"),
    gene_list = "subset.row", gene_subset = "subset.row",
    indices = "subset.col", subset.col = "subset", gene_mask = "subset.row",
    groupby = c("groups", "batch"), sample_key = "sample",
    sample_cov_keys = "sample", dir_path = c("path", "dir"),
    save_path = c("path", "dir"), save_dir = c("path", "dir"),
    save_anndata = "x", reference_model = "reference",
    inplace_subset_query_vars = "x", random_state = "seed",
    random_seed = "seed", silent = "verbose", n_jobs = "num_threads",
    num_workers = "num_threads", n_threads = "num_threads",
    threads = "num_threads", ncores = "num_threads", cores = "num_threads",
    nthreads = "num_threads", early_stopping_kwargs = "early_stopping",
    checkpoint_path = "checkpoint", resume_from = "checkpoint",
    n_hid = "n_hidden", latent_dim = "n_latent", n_dims = "n_latent",
    likelihood = "gene_likelihood", prior = "latent_distribution",
    # Seurat
    features = "subset.row", genes = "subset.row", cells = "subset.col",
    idents = c("groups", "subset"), ident = "groups",
    ident.1 = "group1", ident.2 = "group2",
    group.by = c("groups", "batch", "sample", "color"), split.by = "batch",
    pt.size = "size", point_size = "size", colour = "color",
    color_by = "color", colour_by = "color", color.by = "color",
    dimred = "name", basis = "name", n_neighbours = "n_neighbors",
    n.neighbors = "n_neighbors", min.dist = "min_dist",
    slot = "assay.type", layers = "assay.type", reduction = "name",
    reduction.name = "name", new.reduction = "name",
    reduction.save = "name", reduction.key = "name", ndims = "n_latent",
    npcs = "n_latent", dims = "n_latent", nlayers = "n_layers",
    nfeatures = c("n", "subset.row"), seed.use = "seed",
    logfc.threshold = "delta", latent.vars = "categorical_covariates",
    # harmony and others
    group.by.vars = "batch", vars_use = "batch", vars.use = "batch",
    meta_data = "batch", data_mat = "x", assay.use = c("assay", "assay.type"),
    dims.use = "n_latent", max.iter.harmony = "max_epochs",
    max_iter = "max_epochs", max.iter = "max_epochs",
    use_assay = "assay.type", exprs_values = "assay.type",
    assay_name = "assay.type", batch_col = "batch", batch_column = "batch",
    batches = "batch", sample.col = "sample", n_components = "n_latent"
)

# How what is called so differs.
.foreign_notes <- c(
    use_gpu = " (\"auto\", \"cpu\" or \"cuda\")",
    gpu = " (\"auto\", \"cpu\" or \"cuda\")",
    use_cuda = " (\"auto\", \"cpu\" or \"cuda\")",
    device = " (\"auto\", \"cpu\" or \"cuda\")",
    devices = " (\"auto\", \"cpu\" or \"cuda\"; one device)",
    silent = ", which says the opposite",
    reduction.key = ", from which the key follows"
)

# The end of an error's sentence about an argument that does not exist.
.argument_hint <- function(name, known) {
    name <- .mark_utf8(name)
    ours <- intersect(.foreign_arguments[[.lower_case(name)]], known)
    if (!length(ours) && "group1" %in% known &&
        "subset.row" %in% .foreign_arguments[[.lower_case(name)]]) {
        return("; all genes are compared: choose rows of the result.")
    }
    if (!length(ours)) {
        return(.did_you_mean(name, setdiff(known, c("x", "object"))))
    }
    note <- .foreign_notes[.lower_case(name)]
    if (ours[1] == "subset.row" && is.na(note)) {
        note <- ", the genes to use"
    }
    paste0(
        "; in scvigor it is `", ours[1], "`", if (!is.na(note)) note, "."
    )
}

# The end of a sentence about texts, such as levels or genes, that are not among
# those that are known.
.near_miss <- function(unknown, known) {
    unknown <- .mark_utf8(unknown[!is.na(unknown)])
    for (one in head(unknown, 20)) {
        near <- .nearest_text(one, known)
        if (!is.null(near)) {
            return(paste0(
                "; did you mean \"", near$text, "\"", near$why,
                if (length(unknown) > 1) paste0(" for \"", one, "\""), "?"
            ))
        }
    }
    "."
}

# NULL, or list(text, why) of the known text that `one` was probably meant as.
.nearest_text <- function(one, known) {
    known <- .mark_utf8(as.character(known[!is.na(known)]))
    found <- function(key, why) {
        at <- which(key(known) == key(one))
        if (length(at)) list(text = known[at[1]], why = why)
    }
    squeeze <- function(text) gsub("[[:space:]\u00a0]+", "", text)
    plain <- function(text) gsub("[-_. ]+", "", .lower_case(text))
    near <- found(trimws, " (without blanks around it)")
    if (is.null(near)) near <- found(.as_number, " (the same number)")
    if (is.null(near)) near <- .normal_form_twin(one, known)
    if (is.null(near)) {
        near <- found(.lower_case, " (upper and lower case differ)")
    }
    if (is.null(near)) near <- found(squeeze, " (blanks differ)")
    if (is.null(near) && nchar(plain(one))) near <- found(plain, "")
    if (is.null(near)) near <- .versioned_gene(one, known)
    if (is.null(near)) near <- .misspelled(one, known)
    near
}

.as_number <- function(text) suppressWarnings(as.numeric(text))

# tolower() leaves letters that are not ASCII alone in the C locale, and changes
# the letter i in a Turkish one.
.lower_case <- function(text) {
    text <- .mark_utf8(text)
    if (!all(validUTF8(text))) {
        return(text)
    }
    capitals <- c(65:90, 0xC0:0xD6, 0xD8:0xDE, 0x391:0x3A1, 0x3A3:0x3AB,
                  0x410:0x42F)
    chartr(intToUtf8(capitals), intToUtf8(capitals + 32L), text)
}

.normal_form_twin <- function(one, known) {
    if (Encoding(one) == "unknown" && all(Encoding(known) == "unknown")) {
        return(NULL)
    }
    text <- c(one, known)
    if (!all(validUTF8(text))) {
        return(NULL)
    }
    twins <- which(canonical_matches(text) == 1L)[-1]
    if (length(twins)) {
        list(text = text[twins[1]],
             why = " (Unicode writes its characters in two ways)")
    }
}

# ENSG00000141510.12 and ENSG00000141510
.versioned_gene <- function(one, known) {
    bare <- function(id) sub("^(ENS[A-Z]*[0-9]{11})\\.[0-9]+$", "\\1", id)
    at <- match(bare(one), bare(known))
    if (!is.na(at)) list(text = known[at], why = " (versions differ)")
}

# One or two slips in a longer word; gene and cell names that are alike belong
# together only by chance.
.misspelled <- function(one, known) {
    if (nchar(one) < 4 || length(known) > 200) {
        return(NULL)
    }
    distance <- adist(one, known, ignore.case = TRUE)[1, ]
    if (min(distance, Inf) <= 1 + (nchar(one) > 7)) {
        list(text = known[which.min(distance)], why = "")
    }
}
