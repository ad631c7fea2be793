# Files: damaged, of a wrong kind, at odd places and under odd names.

folder <- tempfile("files")
dir.create(folder)
at <- function(...) paste(folder, ..., sep = "/")
counts <- toy_counts(12, 40)
train <- function(...) quick_train(counts, ..., n_hidden = 8)
model <- train(batch = rep(c("a", "b"), 20))
latent <- latentRepresentation(model)
model_file <- saveSCVI(model, at("model.h5"))
data_file <- saveSCVI(model, at("data.h5"), counts)
checkpoint_file <- at("run.rds")
invisible(quick_train(counts, n_hidden = 8, max_epochs = 2,
                      checkpoint = checkpoint_file, checkpoint_every = 1))
exported <- at("scvi-tools")
exportScviTools(model, exported)

write_h5ad <- function(path, X = counts) {
    rhdf5::h5createFile(path)
    for (group in c("obs", "var")) rhdf5::h5createGroup(path, group)
    rhdf5::h5write(colnames(counts), path, "obs/_index")
    rhdf5::h5write(rownames(counts), path, "var/_index")
    if (!is.null(X)) rhdf5::h5write(X, path, "X")
    rhdf5::h5closeAll()
    path
}
h5ad <- write_h5ad(at("a.h5ad"))
read_bytes <- function(path) readBin(path, "raw", file.size(path))
bytes_of <- list(
    model = read_bytes(model_file), data = read_bytes(data_file),
    h5ad = read_bytes(h5ad), checkpoint = read_bytes(checkpoint_file),
    `scvi-tools` = read_bytes(at("scvi-tools", "model.pt"))
)
put <- function(bytes, name = "bad", fileext = "") {
    path <- tempfile(name, folder, fileext)
    writeBin(bytes, path)
    path
}
put_model_pt <- function(bytes) {
    path <- tempfile("scvi", folder)
    dir.create(path)
    writeBin(bytes, file.path(path, "model.pt"))
    path
}

# Each reader, what it reads, and the value of a sound file.
counts_in <- function(path) {
    # a generic that evaluates it would hide the class of an error
    sce <- readCounts(path, verbose = FALSE)
    as.matrix(SummarizedExperiment::assay(sce))
}
readers <- list(
    model = function(path) latentRepresentation(loadSCVI(path)),
    data = counts_in, h5ad = counts_in,
    checkpoint = function(path) {
        resumeTraining(path, counts, max_epochs = 3, verbose = FALSE)
    },
    `scvi-tools` = function(path) modelWeights(importScviTools(path))
)
save_as <- function(kind, bytes) {
    if (kind == "scvi-tools") put_model_pt(bytes) else put(bytes)
}
sound <- list(
    model = model_file, data = data_file, h5ad = h5ad,
    checkpoint = checkpoint_file, `scvi-tools` = exported
)
cut_to <- function(bytes, fraction) utils::head(bytes, fraction * length(bytes))
flip <- function(bytes, seed) damaged_bytes(bytes, seed)
damages <- c(
    list(
        empty = function(bytes) raw(), `one byte` = function(bytes) bytes[1],
        `no end` = function(bytes) utils::head(bytes, -1),
        half = function(bytes) cut_to(bytes, 0.5),
        tenth = function(bytes) cut_to(bytes, 0.1),
        most = function(bytes) cut_to(bytes, 0.95),
        `no head` = function(bytes) bytes[-(1:8)],
        zeros = function(bytes) raw(length(bytes)),
        `line ends` = function(bytes) {
            # as a transfer in text mode makes them
            ends <- bytes == as.raw(10)
            bytes <- rep(bytes, 1 + ends)
            ends <- which(bytes == as.raw(10))
            replace(bytes, ends[seq(1, length(ends), 2)], as.raw(13))
        },
        text = function(bytes) charToRaw("gene,cell_1,cell_2\na,1,2\n"),
        html = function(bytes) charToRaw("<!DOCTYPE html><title>404</title>"),
        gzip = function(bytes) memCompress(bytes, "gzip"),
        twice = function(bytes) c(bytes, bytes),
        trailing = function(bytes) c(bytes, as.raw(rep(0, 100)))
    ),
    stats::setNames(lapply(1:12, function(seed) {
        function(bytes) flip(bytes, seed)
    }), paste("bits", 1:12))
)
# Damage that no check sum guards may go unnoticed: a number among numbers.
harmless <- c("twice", "trailing")
add_damage <- function(kind, how) {
    read <- readers[[kind]]
    bad(paste(kind, how), {
        path <- save_as(kind, damages[[how]](bytes_of[[kind]]))
        read(path)
    }, right = if (how %in% harmless) {
        function(value) isTRUE(all.equal(
            content_of(value), content_of(read(sound[[kind]]))
        ))
    } else if (startsWith(how, "bits") || how %in% c("most", "no end")) {
        function(value) TRUE
    })
}
for (kind in names(readers)) for (how in names(damages)) add_damage(kind, how)

# Each reader with the files of the others, and with what is no file.
places <- list(
    nothing = at("nothing here"), folder = folder, `NULL` = NULL, `NA` = NA,
    `NA text` = NA_character_, `empty text` = "", none = character(),
    two = c(h5ad, h5ad), number = 1, list = list(h5ad), slash = "/",
    device = "/dev/null", endless = "/dev/zero", random = "/dev/urandom",
    stdin = "/dev/stdin", process = "/proc/self/status",
    memory = "/proc/self/mem", url = "https://localhost:1/a.h5ad",
    connection = stdin(), newline = "a\nb", bytes = "a\xff.h5ad",
    long = strrep("a", 5000), `long path` = strrep("a/", 3000),
    `nul-like` = "a\\0b", home = "~nobody/none.h5ad", factor = factor(h5ad),
    socket = "/dev/log", `function` = mean
)
loop <- at("loop")
invisible(file.symlink(loop, loop))
dangling <- at("dangling")
invisible(file.symlink(at("nothing here"), dangling))
pipe <- at("pipe")
system2("mkfifo", shQuote(pipe))
places <- c(places, list(
    `link to itself` = loop, `dangling link` = dangling, pipe = pipe
))
for (kind in names(readers)) for (place in names(places)) local({
    read <- readers[[kind]]
    path <- places[[place]]
    bad(paste(kind, "at", place), read(path))
})
for (kind in names(readers)) for (other in names(sound)) local({
    read <- readers[[kind]]
    path <- sound[[other]]
    is_readable <- kind == other || (kind == "model" && other == "data") ||
        (kind == "h5ad" && other == "data") ||
        (kind == "data" && other == "h5ad")
    if (!is_readable) {
        bad(paste(kind, "given", other), read(path))
    }
})
for (place in names(places)) local({
    path <- places[[place]]
    bad(paste("model of a verb at", place), latentRepresentation(path))
})

# Sound files under odd names.
names_of_files <- c(
    space = "a b.h5ad", `two dots` = "a..h5ad", `no extension` = "counts",
    quote = "it's \"a\".h5ad", dollar = "$HOME.h5ad", percent = "100%s%d.h5ad",
    accent = "donn\u00e9es.h5ad", combining = "donne\u0301es.h5ad",
    kanji = "\u7d30\u80de.h5ad", emoji = "\U0001f600.h5ad", dash = "-n.h5ad",
    newline = "a\nb.h5ad", tab = "a\tb.h5ad", star = "*.h5ad",
    backslash = "a\\b.h5ad", brackets = "[a]{b}.h5ad", hidden = ".h5ad",
    hash = "a#b?c.h5ad", long = paste0(strrep("a", 240), ".h5ad"),
    latin1 = "donn\xe9es.h5ad"
)
for (name in names(names_of_files)) local({
    path <- at(names_of_files[[name]])
    invisible(file.copy(h5ad, path, overwrite = TRUE))
    if (!file.exists(path)) {
        return()
    }
    bad(paste("counts called", name), counts_in(path), counts_in(h5ad))
    to <- paste0(path, "-model")
    bad(paste("model called", name), {
        saveSCVI(model, to)
        latentRepresentation(loadSCVI(to))
    }, latent)
    checkpoint <- paste0(path, "-run")
    bad(paste("checkpoint called", name), {
        quick_train(counts, n_hidden = 8, max_epochs = 2,
                    checkpoint = checkpoint, checkpoint_every = 1)
        resumeTraining(checkpoint, counts, max_epochs = 3, verbose = FALSE)
    }, resumeTraining(checkpoint_file, counts, max_epochs = 3,
                      verbose = FALSE))
    exported_to <- paste0(path, "-scvi")
    bad(paste("scvi-tools called", name), {
        exportScviTools(model, exported_to)
        modelWeights(importScviTools(exported_to))
    }, modelWeights(importScviTools(exported)))
})
link <- at("link.h5ad")
invisible(file.symlink(h5ad, link))
bad("link to a file", counts_in(link), counts_in(h5ad))
bad("relative path", {
    before <- setwd(folder)
    on.exit(setwd(before))
    counts_in("a.h5ad")
}, counts_in(h5ad))
bad("folder that is gone", {
    gone <- at("gone")
    dir.create(gone)
    before <- setwd(gone)
    on.exit(setwd(before))
    unlink(gone, recursive = TRUE)
    counts_in("a.h5ad")
})

# Places to write to.
targets <- list(
    `no folder` = at("no folder", "a.h5"), folder = folder,
    `below a file` = file.path(h5ad, "a.h5"), exists = h5ad,
    full = "/dev/full", null = "/dev/null", process = "/proc/a.h5",
    `empty text` = "", `NA` = NA_character_, number = 1, two = c("a", "b"),
    long = at(strrep("a", 5000)), `link to itself` = loop,
    system = "/sys/a.h5"
)
for (place in names(targets)) local({
    to <- targets[[place]]
    bad(paste("save to", place), saveSCVI(model, to))
    bad(paste("export to", place), exportScviTools(model, to),
        right = if (place %in% c("no folder", "folder")) function(value) TRUE)
    # a link is replaced, and the folder made by then
    bad(paste("checkpoint to", place), {
        train(max_epochs = 1, checkpoint = to)
    }, right = if (place %in% c("no folder", "folder", "link to itself")) {
        function(value) TRUE
    })
})

# .h5ad files with something wrong in them.
edits <- list(
    `no X` = function(path) rhdf5::h5delete(path, "X"),
    `no obs` = function(path) rhdf5::h5delete(path, "obs"),
    `no var` = function(path) rhdf5::h5delete(path, "var"),
    `X of one dimension` = function(path) {
        rhdf5::h5delete(path, "X")
        rhdf5::h5write(1:480, path, "X")
    },
    `X of three dimensions` = function(path) {
        rhdf5::h5delete(path, "X")
        rhdf5::h5write(array(1, c(12, 40, 2)), path, "X")
    },
    `X of text` = function(path) {
        rhdf5::h5delete(path, "X")
        rhdf5::h5write(matrix("a", 12, 40), path, "X")
    },
    `X with other cells` = function(path) {
        rhdf5::h5delete(path, "X")
        rhdf5::h5write(counts[, 1:10], path, "X")
    },
    `X transposed` = function(path) {
        rhdf5::h5delete(path, "X")
        rhdf5::h5write(t(counts), path, "X")
    },
    `X an empty group` = function(path) {
        rhdf5::h5delete(path, "X")
        rhdf5::h5createGroup(path, "X")
    },
    `X a table` = function(path) {
        rhdf5::h5delete(path, "X")
        rhdf5::h5write(data.frame(a = 1:3, b = 4:6), path, "X")
    },
    `obs index short` = function(path) {
        rhdf5::h5delete(path, "obs/_index")
        rhdf5::h5write(c("a", "b"), path, "obs/_index")
    },
    `var index twice` = function(path) {
        rhdf5::h5delete(path, "var/_index")
        rhdf5::h5write(rep("g", 12), path, "var/_index")
    },
    `obs index of numbers` = function(path) {
        rhdf5::h5delete(path, "obs/_index")
        rhdf5::h5write(1:40, path, "obs/_index")
    },
    `obs column short` = function(path) rhdf5::h5write(1:3, path, "obs/batch"),
    `obs column of text that is no UTF-8` = function(path) {
        rhdf5::h5write(rep("Z\xfc", 40), path, "obs/batch")
    }
)
readable <- c("obs index of numbers", "obs column short", "var index twice",
              "obs column of text that is no UTF-8")
for (edit in names(edits)) local({
    change <- edits[[edit]]
    bad(paste("h5ad:", edit), {
        path <- write_h5ad(tempfile(fileext = ".h5ad"))
        utils::capture.output(suppressMessages(change(path)))
        rhdf5::h5closeAll()
        counts_in(path)
    }, right = if (edit %in% readable) {
        function(value) isTRUE(all.equal(value, counts,
                                         check.attributes = FALSE))
    })
})
