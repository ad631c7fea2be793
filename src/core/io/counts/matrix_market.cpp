#include "io/counts/matrix_market.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "io/counts/text_lines.hpp"
#include "io/hdf5/h5_demand.hpp"

namespace scvigor {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockEntries = std::size_t{1} << 18;
// A line of text for each entry.
constexpr double kBytesPerEntry = 64;

std::string first_existing(const fs::path& folder,
                           const std::vector<std::string>& names) {
  std::error_code problem;
  for (const std::string& name : names)
    for (const char* suffix : {"", ".gz"})
      if (fs::is_regular_file(folder / (name + suffix), problem))
        return (folder / (name + suffix)).string();
  return "";
}

}  // namespace

std::string matrix_path(const std::string& path) {
  std::error_code problem;
  if (fs::is_directory(path, problem))
    return first_existing(path, {"matrix.mtx"});
  return path;
}

namespace {

std::vector<std::string_view> split(std::string_view line, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = line.find(separator, begin);
    parts.push_back(line.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::string_view next_word(std::string_view& line) {
  const std::size_t begin =
      std::min(line.find_first_not_of(" \t"), line.size());
  const std::size_t end =
      std::min(line.find_first_of(" \t", begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

bool parse(std::string_view word, std::int64_t& value) {
  const auto result =
      std::from_chars(word.data(), word.data() + word.size(), value);
  return result.ec == std::errc() && result.ptr == word.data() + word.size();
}

// Most values are short whole numbers.
bool parse(std::string_view word, double& value) {
  std::int64_t whole = 0;
  if (word.size() < 16 && parse(word, whole)) {
    value = static_cast<double>(whole);
    return true;
  }
  const std::string text(word);
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  return !text.empty() && end == text.c_str() + text.size();
}

// What the first lines say.
struct Header {
  std::int64_t n_genes = 0, n_cells = 0, n_entries = 0;
  bool has_values = true;
};

Header read_header(TextLines& lines) {
  Header header;
  std::string_view line;
  if (!lines.next(line)) lines.fail("is missing: the file is empty.");
  std::string lower(line);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  std::string_view rest(lower);
  if (next_word(rest) != "%%matrixmarket")
    lines.fail("says \"" + std::string(line.substr(0, 60)) +
               "\"; a Matrix Market file begins with \"%%MatrixMarket\".");
  const std::string_view object = next_word(rest), format = next_word(rest);
  const std::string_view field = next_word(rest), symmetry = next_word(rest);
  header.has_values = field != "pattern";
  if (object != "matrix" || format != "coordinate" ||
      (field != "integer" && field != "real" && field != "pattern") ||
      symmetry != "general")
    lines.fail("says \"" + std::string(line) +
               "\"; counts are read from a general coordinate matrix of "
               "integers or real numbers.");
  do {
    if (!lines.next(line)) lines.fail("is missing: the file is incomplete.");
  } while (line.empty() || line[0] == '%');
  rest = line;
  if (!parse(next_word(rest), header.n_genes) ||
      !parse(next_word(rest), header.n_cells) ||
      !parse(next_word(rest), header.n_entries) || header.n_entries < 0)
    lines.fail("must have the numbers of genes, cells and entries.");
  return header;
}

struct Triplet {
  std::int32_t gene, cell;
  double value;
};

// Triplets as a block by cells.
void to_block(std::vector<Triplet>& triplets, EntryBlock& block) {
  const auto by_cell = [](const Triplet& a, const Triplet& b) {
    return a.cell < b.cell;
  };
  if (!std::is_sorted(triplets.begin(), triplets.end(), by_cell))
    std::stable_sort(triplets.begin(), triplets.end(), by_cell);
  block.clear();
  block.first = triplets.front().cell;
  block.lengths.assign(
      static_cast<std::size_t>(triplets.back().cell - block.first) + 1, 0);
  for (const Triplet& triplet : triplets) {
    ++block.lengths[static_cast<std::size_t>(triplet.cell - block.first)];
    block.indices.push_back(triplet.gene);
    block.values.push_back(triplet.value);
  }
}

class MatrixMarket final : public CountMatrix {
 public:
  MatrixMarket(const std::string& path, const Header& header)
      : CountMatrix("\"" + path + "\"", header.n_cells, header.n_genes),
        path_(path),
        header_(header) {}

  ValueSummary summarize() const override {
    ValueSummary summary;
    stream([&](const EntryBlock& block) {
      for (const double value : block.values) summary.add(value);
    });
    return summary;
  }

  // The file may have any order.
  EntryOrder order() const override {
    return {n_cells_, header_.n_entries, CountLocation::Layout::kCountFile};
  }

  void stream(const EntrySink& sink) const override {
    TextLines lines(path_);
    const Header header = read_header(lines);
    // What gzip packs at best, whatever the header declares.
    constexpr double kMaxRatio = 1100;
    h5::announce(
        {0, std::min(kBytesPerEntry * static_cast<double>(header.n_entries),
                     kMaxRatio * static_cast<double>(fs::file_size(path_)))});
    std::vector<Triplet> triplets;
    EntryBlock block;
    std::int64_t n = 0;
    std::string_view line;
    while (lines.next(line)) {
      if (line.empty()) continue;
      if (++n > header.n_entries)
        lines.fail("is one more than the " + std::to_string(header.n_entries) +
                   " entries that the file declares: it is damaged.");
      triplets.push_back(read_triplet(lines, line, header));
      if (triplets.size() < kBlockEntries) continue;
      to_block(triplets, block);
      triplets.clear();
      sink(block);
    }
    if (n < header.n_entries)
      throw FileError("\"" + path_ + "\" ends after " + std::to_string(n) +
                      " of the " + std::to_string(header.n_entries) +
                      " entries that it declares: it is incomplete.");
    if (triplets.empty()) return;
    to_block(triplets, block);
    sink(block);
  }

 private:
  static Triplet read_triplet(const TextLines& lines, std::string_view line,
                              const Header& header) {
    std::int64_t gene = 0, cell = 0;
    double value = 1;
    const bool is_whole = parse(next_word(line), gene) &&
                          parse(next_word(line), cell) &&
                          (!header.has_values || parse(next_word(line), value));
    if (!is_whole)
      lines.fail(
          "must have the number of a gene, that of a cell and a value: the "
          "file is damaged.");
    if (gene < 1 || gene > header.n_genes || cell < 1 || cell > header.n_cells)
      lines.fail("is about gene " + std::to_string(gene) + " of cell " +
                 std::to_string(cell) + "; there are " +
                 std::to_string(header.n_genes) + " genes and " +
                 std::to_string(header.n_cells) +
                 " cells: the file is damaged.");
    return {static_cast<std::int32_t>(gene - 1),
            static_cast<std::int32_t>(cell - 1), value};
  }

  std::string path_;
  Header header_;
};

void add_column_if_there(Annotation& table, const std::string& name,
                         std::vector<std::string> text) {
  if (text.size() != table.names.size() || text.empty()) return;
  AnnotationColumn column;
  column.name = name;
  column.kind = AnnotationColumn::Kind::kText;
  column.text = std::move(text);
  table.columns.push_back(std::move(column));
}

// features.tsv: identifier, name, type. genes.tsv has no type.
Annotation read_features(const std::string& path) {
  Annotation genes;
  std::vector<std::string> names, types;
  TextLines lines(path);
  std::string_view line;
  while (lines.next(line)) {
    const auto parts = split(line, '\t');
    genes.names.emplace_back(parts[0]);
    if (parts.size() > 1) names.emplace_back(parts[1]);
    if (parts.size() > 2) types.emplace_back(parts[2]);
  }
  add_column_if_there(genes, "ID", genes.names);
  add_column_if_there(genes, "Symbol", std::move(names));
  add_column_if_there(genes, "Type", std::move(types));
  return genes;
}

Annotation read_barcodes(const std::string& path) {
  Annotation cells;
  TextLines lines(path);
  std::string_view line;
  while (lines.next(line)) cells.names.emplace_back(split(line, '\t')[0]);
  return cells;
}

// As Cell Ranger calls it.
bool has_standard_name(const std::string& file) {
  const std::string name = fs::path(file).filename().string();
  return name == "matrix.mtx" || name == "matrix.mtx.gz";
}

void check_table(const std::string& path, const Annotation& table,
                 const char* thing, std::int64_t n) {
  if (static_cast<std::int64_t>(table.names.size()) != n)
    throw FileError(
        "\"" + path + "\" names " + std::to_string(table.names.size()) + " " +
        thing + (table.names.size() == 1 ? "" : "s") +
        ", but the matrix beside it has " + std::to_string(n) + ".");
}

}  // namespace

bool is_matrix_market(const std::string& path) {
  const std::string file = matrix_path(path);
  // Not a pipe, in which nobody may write.
  std::error_code problem;
  if (!fs::is_regular_file(file, problem)) return false;
  // Whatever it holds, reading it tells what is wrong.
  if (has_standard_name(file)) return true;
  const std::string mark = "%%MatrixMarket";
  const gzFile opened = gzopen(file.c_str(), "rb");
  if (!opened) return false;
  std::string start(mark.size(), '\0');
  const int n =
      gzread(opened, start.data(), static_cast<unsigned>(mark.size()));
  gzclose_r(opened);
  return n == static_cast<int>(mark.size()) && start == mark;
}

OpenCountFile open_matrix_market(const std::string& path,
                                 const std::string& assay) {
  if (!assay.empty())
    throw FileError("\"" + path + "\" has one matrix only, without a name: `" +
                    assay + "` is not in it.");
  const std::string file = matrix_path(path);
  const fs::path folder = fs::path(file).parent_path();
  TextLines lines(file);
  const Header header = read_header(lines);
  OpenCountFile opened;
  opened.content.format = CountFileFormat::kMatrixMarket;
  opened.content.assay = "matrix";
  opened.content.assays = {"matrix"};
  opened.matrix = std::make_unique<MatrixMarket>(file, header);
  // Beside a matrix of another name, they need not be of it.
  if (!has_standard_name(file)) return opened;
  const std::string features =
      first_existing(folder, {"features.tsv", "genes.tsv"});
  const std::string barcodes = first_existing(folder, {"barcodes.tsv"});
  if (!features.empty()) {
    opened.content.genes = read_features(features);
    check_table(features, opened.content.genes, "gene", header.n_genes);
  }
  if (!barcodes.empty()) {
    opened.content.cells = read_barcodes(barcodes);
    check_table(barcodes, opened.content.cells, "cell", header.n_cells);
  }
  return opened;
}

}  // namespace scvigor
