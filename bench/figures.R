# What is timed: one entry per line of the table. `do` is train, latent or
# expression; `calls` are calls of an inference verb in one repetition, enough
# for a second or so; `target` is scvi-tools' time over scvigor's.

figure <- function(name, do, data, threads = 2, batch_size = 128, epochs = 2,
                   calls = 1, model = list(), target = NA, quick = FALSE) {
    list(
        name = name, do = do, data = data, threads = threads,
        batch_size = batch_size, epochs = epochs, calls = calls,
        model = model, target = target, quick = quick
    )
}

integration_recipe <- list(gene_likelihood = "nb", n_layers = 2, n_latent = 30)

speed_figures <- list(
    figure("training", "train", "kang_ctrl_donors", target = 10,
           quick = TRUE),
    figure("training", "train", "kang_ctrl_donors", threads = 1,
           target = 10),
    figure("training", "train", "pbmc3k", target = 8),
    figure("training", "train", "kang_ctrl_donors", batch_size = 1024,
           target = 8),
    figure("training, nb, n_layers 2, n_latent 30", "train",
           "kang_ctrl_donors", model = integration_recipe, target = 8),
    figure("latent space", "latent", "kang_ctrl_donors", calls = 5,
           target = 10, quick = TRUE),
    figure("latent space", "latent", "pbmc3k", calls = 5),
    figure("normalized expression", "expression", "kang_ctrl_donors",
           calls = 2, target = 8),
    figure("normalized expression", "expression", "pbmc3k")
)
