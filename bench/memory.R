# Memory that training needs: the largest resident size of the process, less
# its resident size after loading R, LibTorch and the data. Linux only.
#
#   Rscript bench/memory.R [--epochs=3] [--threads=2] [--batch_size=128] [DATA]

for (file in c("arguments.R", "data.R", "memory_use.R")) {
    source(file.path("bench", file))
}
options <- command_line(list(epochs = 3, threads = 2, batch_size = 128))
need_data()
data <- if (length(options$words)) options$words[1] else "kang_ctrl_donors"
used <- training_memory(
    data, options$epochs, options$threads, options$batch_size
)
cat(
    "Training ", data, ", batch ", options$batch_size, ", ", options$threads,
    " threads: ", round(used[["peak"]] - used[["before"]]), " MB (",
    round(used[["before"]]), " MB before, ", round(used[["peak"]]),
    " MB at the peak)\n", sep = ""
)
