# Where known genes stand in the tables of scvigor and of scvi-tools, each of
# its own models of the same cells, mode "change":
#
#   SCVIGOR_PYTHON=python Rscript bench/markers.R [--seeds=0:2] [--threads=2]
#       [DATA...]
#
# "table": the rank among the genes that are higher (lfc_median > 0), as the
# program sorts them. "markers": by topMarkers(). "counts": by the ratio of mean
# counts per 10,000, each plus one, without a model, of the genes that a quarter
# of the group's cells have. A dash: not among them. Without SCVIGOR_PYTHON
# scvigor stands alone.

for (file in c("arguments.R", "data.R", "de_programs.R")) {
    source(file.path("bench", file))
}
suppressPackageStartupMessages(library(scvigor))

cases <- list(
    pbmc3k = list(
        epochs = 100, groups = "cell_type", panel = "group1", known = list(
            B = c("CD79A", "MS4A1"), NK = c("NKG7", "GNLY"),
            `CD14+ Mono` = c("LYZ", "S100A8", "S100A9"),
            Platelet = c("PPBP", "PF4"), `Naive CD4 T` = c("IL7R", "LDHB"),
            `Memory CD4 T` = c("IL7R", "LDHB"), `CD8 T` = c("CD8A", "CCL5"),
            DC = c("FCER1A", "CST3")
        )
    ),
    kang_ctrl_stim = list(
        epochs = 60, batch = "batch", groups = "batch", group1 = "stim",
        group2 = "ctrl", within = "cell_type", panel = "within",
        known = c("ISG15", "IFIT1", "IFI6", "ISG20")
    )
)

# Ranks of the genes asked for, in the order that a rule puts `table` in.
rules <- list(
    table = function(table) table$gene[table$lfc_median > 0],
    markers = function(table) {
        as.character(topMarkers(table, n = nrow(table))$gene)
    },
    counts = function(table) {
        ratio <- (table$raw_normalized_mean1 + 1) /
            (table$raw_normalized_mean2 + 1)
        seen <- table$non_zeros_proportion1 >= 0.25
        table$gene[order(-ratio * seen)]
    }
)

asked <- command_line(list(seeds = "0:2", threads = 2))
need_data()
cat("| data | cells | genes | program | table, each seed | markers | counts |",
    "\n|---|---|---|---|---|---|---|\n", sep = "")
for (data in names(cases)) {
    if (length(asked$words) && !data %in% asked$words) {
        next
    }
    case <- c(list(sce = read_data(data)), cases[[data]])
    programs <- de_programs()
    tables <- lapply(programs, function(program) {
        lapply(number_list(asked$seeds), function(seed) {
            program(case, seed, asked$threads)
        })
    })
    panels <- if (is.list(case$known)) {
        names(case$known)
    } else {
        sort(unique(tables$scvigor[[1]][[case$panel]]))
    }
    for (panel in panels) {
        known <- if (is.list(case$known)) case$known[[panel]] else case$known
        for (program in names(programs)) {
            ranks <- lapply(rules, function(rule) {
                paste(vapply(tables[[program]], function(table) {
                    inside <- table[table[[case$panel]] == panel, ]
                    rank <- match(known, rule(inside))
                    paste(ifelse(is.na(rank), "-", rank), collapse = " ")
                }, ""), collapse = ", ")
            })
            cat("|", data, "|", panel, "|", paste(known, collapse = " "), "|",
                program, "|", ranks$table, "|", ranks$markers, "|",
                sub(",.*", "", ranks$counts), "|\n")
        }
    }
}
