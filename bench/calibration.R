# Are the genes that differential expression calls at a false discovery rate of
# 5 % changed, and how many of the changed ones does it call? For scvigor and
# scvi-tools, on the same simulated counts:
#
#   SCVIGOR_PYTHON=python Rscript bench/calibration.R [--seeds=0:2]
#   [--threads=2]
#
# From a model of the CD14+ monocytes of kang_ctrl_donors (2,770 cells), 60 of
# 1,287 genes changed by +lfc or -lfc, for several lfc. The two sides are told
# to the new model as `batch`, or not. Means over seeds; without SCVIGOR_PYTHON
# scvigor stands alone.

for (file in c("arguments.R", "data.R", "de_programs.R", "simulate.R")) {
    source(file.path("bench", file))
}
suppressPackageStartupMessages(library(scvigor))

asked <- command_line(list(seeds = "0:2", threads = 2))
need_data()
sce <- read_data("kang_ctrl_donors")
sce <- sce[, sce$cell_type == "CD14+ Monocytes"]
model <- trainSCVI(
    sce, gene_likelihood = "nb", max_epochs = 30, seed = 0,
    num_threads = asked$threads, verbose = FALSE
)

scores_of <- function(program, simulated, changed, told, seed) {
    case <- list(
        sce = simulated, epochs = 40, likelihood = "nb", groups = "group",
        group1 = "treated", group2 = "control"
    )
    if (told) {
        case$batch <- "group"
    }
    call_scores(program(case, seed, asked$threads), changed)
}

cat("| lfc | groups are batches | program | called | realized FDR | recall |",
    "true of the first 60 |\n")
cat("|---|---|---|---|---|---|---|\n")
for (lfc in c(0.5, 1, 2)) {
    simulated <- lapply(number_list(asked$seeds), function(seed) {
        changed <- genes_to_change(sce, 60, seed)
        list(seed = seed, changed = rownames(sce)[changed],
             sce = simulate_change(model, sce, changed,
                                   rep(c(-lfc, lfc), each = 30), seed))
    })
    for (told in c(TRUE, FALSE)) {
        programs <- de_programs()
        for (program in names(programs)) {
            scores <- vapply(simulated, function(made) {
                scores_of(programs[[program]], made$sce, made$changed, told,
                          made$seed)
            }, numeric(4))
            cat(sprintf(
                "| %.1f | %s | %s | %s | %.3f | %.3f | %.3f |\n", lfc,
                if (told) "yes" else "no", program,
                toString(scores["called", ]), mean(scores["fdr", ]),
                mean(scores["recall", ]), mean(scores["first", ])
            ))
        }
    }
}
