#include "data/count_stream.hpp"

#include <utility>

#include "scvigor/error.hpp"

namespace scvigor::core {

namespace {

void check_length(const std::vector<std::int8_t>& kept, std::int64_t n,
                  const char* things) {
  if (!kept.empty() && static_cast<std::int64_t>(kept.size()) != n)
    throw ArgumentError("x", "There are " + std::to_string(n) + " " + things +
                                 ", not " + std::to_string(kept.size()) + ".");
}

}  // namespace

CountStreamReader::CountStreamReader(const CountLocation& location,
                                     std::string temporary_folder,
                                     const std::function<void()>& poll)
    : location_(location),
      folder_(std::move(temporary_folder)),
      file_(check_location(location)),
      stamp_(file_.path),
      stream_({location.path, file_.bytes, poll},
              [this](WireWriter& writer) { send_counts(location_, writer); }),
      header_(get_header(stream_.reader())) {}

void CountStreamReader::keep(const std::vector<std::int8_t>& cells,
                             const std::vector<std::int8_t>& genes) {
  if (assembler_) throw ArgumentError("x", "The counts are being read.");
  check_length(cells, header_.n_cells, "cells");
  check_length(genes, header_.n_genes, "genes");
  selection_.cells = cells;
  selection_.genes.assign(genes.size(), -1);
  std::int32_t n_kept = 0;
  for (std::size_t g = 0; g < genes.size(); ++g)
    if (genes[g] != 0) selection_.genes[g] = n_kept++;
}

bool CountStreamReader::next(CsrBlock& block) {
  if (!assembler_)
    assembler_ = assemble_cells(header_.n_cells, header_.n_genes, header_.order,
                                selection_, folder_);
  while (!assembler_->take(block)) {
    if (is_ended_) return false;
    stamp_.check();
    if (has_block(stream_.reader())) {
      assembler_->add(get_block(stream_.reader()));
      continue;
    }
    stream_.expect_done();
    stamp_.check();
    assembler_->end();
    is_ended_ = true;
  }
  return true;
}

const CountStream::NotCounts& CountStreamReader::not_counts() const {
  return assembler_ ? assembler_->not_counts() : none_;
}

}  // namespace scvigor::core
