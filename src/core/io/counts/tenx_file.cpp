#include <algorithm>

#include "io/counts/count_file_content.hpp"
#include "io/counts/h5ad_column.hpp"
#include "io/hdf5/h5_text.hpp"

namespace scvigor {

namespace {

bool has_counts(const h5::Group& root, const std::string& name) {
  return root.kind(name) == h5::NodeKind::kGroup &&
         root.has(name + "/barcodes") && root.has(name + "/indptr");
}

// CellRanger 3 and later: the group "matrix". Before: one group per genome.
std::vector<std::string> find_assays(const h5::Group& root) {
  if (has_counts(root, "matrix")) return {"matrix"};
  std::vector<std::string> genomes;
  for (const std::string& name : root.children())
    if (has_counts(root, name)) genomes.push_back(name);
  return genomes;
}

void add_text(const h5::Group& group, const std::string& source,
              const std::string& name, Annotation& genes) {
  add_column(genes, name, group, [&] {
    AnnotationColumn column;
    column.kind = AnnotationColumn::Kind::kText;
    column.text = h5::read_text(h5::Dataset::open(group, source));
    return column;
  });
}

void add_text_if_there(const h5::Group& group, const std::string& source,
                       const std::string& name, Annotation& genes) {
  if (group.has(source)) add_text(group, source, name, genes);
}

Annotation read_genes(const h5::Group& group) {
  Annotation genes;
  const bool features = group.has("features");
  const std::string id = features ? "features/id" : "genes";
  genes.names = h5::read_text(h5::Dataset::open(group, id));
  add_text(group, id, "ID", genes);
  add_text_if_there(group, features ? "features/name" : "gene_names", "Symbol",
                    genes);
  if (features) {
    add_text_if_there(group, "features/feature_type", "Type", genes);
    add_text_if_there(group, "features/genome", "Genome", genes);
  }
  return genes;
}

std::string choose(const h5::Group& root, const std::string& wanted,
                   const std::vector<std::string>& assays) {
  if (wanted.empty() && assays.size() == 1) return assays[0];
  if (wanted.empty())
    throw FileError("\"" + root.file().name +
                    "\" holds counts of several genomes. Set `assay` to one "
                    "of them: " +
                    list_of(assays) + ".");
  if (std::find(assays.begin(), assays.end(), wanted) == assays.end())
    throw FileError("\"" + root.file().name + "\" has no `" + wanted +
                    "`. It is a 10x file that has: " + list_of(assays) + ".");
  return wanted;
}

std::unique_ptr<CountMatrix> open_matrix(const h5::Group& group) {
  const h5::Dataset shape = h5::Dataset::open(group, "shape");
  if (shape.element() != h5::Element::kInteger ||
      shape.dims() != std::vector<std::int64_t>{2})
    shape.fail("must be two integers, genes and cells.");
  const auto sizes = shape.read_all<std::int64_t>();
  return open_sparse(group, sizes[1], sizes[0], true);
}

}  // namespace

bool is_tenx(const h5::Group& root) { return !find_assays(root).empty(); }

OpenCountFile open_tenx(const h5::Group& root, const std::string& assay) {
  OpenCountFile file;
  CountFileContent& content = file.content;
  content.format = CountFileFormat::kTenx;
  content.assays = find_assays(root);
  content.assay = choose(root, assay, content.assays);
  content.place = content.assay;
  const h5::Group group = root.group(content.assay);
  content.cells.names = h5::read_text(h5::Dataset::open(group, "barcodes"));
  content.genes = read_genes(group);
  file.matrix = open_matrix(group);
  check_sizes(root, file);
  return file;
}

}  // namespace scvigor
