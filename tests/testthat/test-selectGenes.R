# scvi-tools' poisson_gene_selection() with its draws replaced by what they
# estimate: the probability that one of two draws alone is a zero.
as_scvi_tools <- function(counts, batch, n) {
    of_batch <- lapply(split(seq_len(ncol(counts)), batch), function(cells) {
        part <- as.matrix(counts[, cells])
        share <- rowSums(part) / sum(part)
        expected <- rowMeans(exp(-outer(share, colSums(part))))
        observed <- rowMeans(part == 0)
        enrichment <- round(observed * (1 - expected), 12)
        rank <- rank(-enrichment, ties.method = "first")
        list(rank = rank, observed = observed, expected = expected)
    })
    of <- function(what) sapply(of_batch, `[[`, what)
    n_batches <- rowSums(of("rank") <= n)
    rank <- apply(of("rank"), 1, median)
    list(
        genes = head(rownames(counts)[order(-n_batches, rank)], n),
        n_batches = n_batches, rank = rank,
        observed = apply(of("observed"), 1, median),
        expected = apply(of("expected"), 1, median)
    )
}

sce <- exampleIFNB()
counts <- SummarizedExperiment::assay(sce)

test_that("genes are those of scvi-tools without its random draws", {
    for (batch in c("stimulus", "sample")) {
        expected <- as_scvi_tools(counts, sce[[batch]], 200)
        expect_identical(selectGenes(sce, 200, batch = batch), expected$genes)
        table <- selectGenes(sce, 200, batch = batch, details = TRUE)
        expect_identical(table$gene, rownames(sce))
        expect_identical(sum(table$selected), 200L)
        for (column in c("n_batches", "rank", "observed", "expected")) {
            expect_equal(table[[column]], unname(expected[[column]]))
        }
    }
    one <- as_scvi_tools(counts, rep(1, ncol(sce)), 50)
    expect_identical(selectGenes(sce, 50), one$genes)
})

test_that("every form of counts gives the same genes", {
    small <- sce[1:300, seq(1, 1500, by = 7)]
    expected <- selectGenes(small, 40, batch = "donor")
    counts <- SummarizedExperiment::assay(small)
    expect_identical(
        selectGenes(counts, 40, batch = small$donor), expected
    )
    expect_identical(
        selectGenes(as.matrix(counts), 40, batch = small$donor), expected
    )
    unnamed <- counts
    dimnames(unnamed) <- list(NULL, NULL)
    expect_identical(
        rownames(small)[selectGenes(unnamed, 40, batch = small$donor)],
        expected
    )
    parts <- split(seq_len(ncol(small)), small$donor)
    expect_identical(
        selectGenes(lapply(parts, function(cells) small[, cells]), 40),
        expected
    )
})

test_that("a DelayedMatrix is read by blocks of cells", {
    skip_if_not_installed("DelayedArray")
    small <- sce[1:300, seq(1, 1500, by = 7)]
    expected <- selectGenes(small, 40, batch = "donor")
    delayed <- DelayedArray::DelayedArray(SummarizedExperiment::assay(small))
    expect_identical(
        selectGenes(delayed, 40, batch = small$donor), expected
    )
    SummarizedExperiment::assay(small) <- delayed
    expect_identical(selectGenes(small, 40, batch = "donor"), expected)
    size <- DelayedArray::getAutoBlockSize()
    on.exit(suppressMessages(DelayedArray::setAutoBlockSize(size)))
    suppressMessages(DelayedArray::setAutoBlockSize(300 * 10 * 8))
    expect_identical(selectGenes(delayed, 40, batch = small$donor), expected)
    blocks <- scvigor:::.cell_blocks(delayed, 300 * 10)
    expect_identical(unlist(blocks), seq_len(ncol(small)))
    expect_true(all(lengths(blocks) <= 10))
    negative <- delayed
    negative[1, 200] <- -1
    expect_argument_error(selectGenes(negative, 40), "x", "negative")
})

test_that("packed counts and dense matrices on disk are read", {
    small <- sce[1:300, seq(1, 1500, by = 7)]
    expected <- selectGenes(small, 40, batch = "donor")
    expect_identical(
        selectGenes(packCounts(small), 40, batch = "donor"), expected
    )
    skip_if_not_installed("DelayedArray")
    dense <- as.matrix(SummarizedExperiment::assay(small))
    expect_identical(
        selectGenes(
            DelayedArray::DelayedArray(dense), 40, batch = small$donor
        ), expected
    )
})

test_that("a Seurat object gives its genes by the names it has", {
    skip_if_not_installed("SeuratObject")
    object <- SeuratObject::CreateSeuratObject(counts)
    object$stimulus <- sce$stimulus
    expect_identical(
        selectGenes(object, 100, batch = "stimulus"),
        selectGenes(sce, 100, batch = "stimulus")
    )
})

test_that("genes without a count are never selected", {
    few <- as.matrix(counts[1:30, 1:100])
    few[1, ] <- 1
    few[2:10, 1] <- 1
    few[11:30, ] <- 0
    expect_message(found <- selectGenes(few, 25), "10 of the 30 genes")
    expect_setequal(found, rownames(counts)[1:10])
})

test_that("arguments are checked", {
    expect_argument_error(selectGenes(), "x")
    expect_argument_error(selectGenes(1:3), "x")
    expect_argument_error(selectGenes(sce, 0), "n")
    expect_argument_error(selectGenes(sce, batch = "lane"), "batch", "lane")
    expect_argument_error(selectGenes(sce, batch = 1:3), "batch", "1556 cells")
    expect_argument_error(selectGenes(sce, details = 1), "details")
    expect_argument_error(selectGenes(sce, nfeatures = 10), "nfeatures", "`n`")
    expect_argument_error(
        selectGenes(sce, assay.type = "logcounts"), "assay.type"
    )
    expect_warning(selectGenes(log1p(as.matrix(counts[1:30, 1:50])), 10),
                   "fractions")
    missing <- sce[1:20, 1:50]
    missing$donor[3] <- NA
    expect_argument_error(selectGenes(missing, 5, batch = "donor"), "batch")
})
