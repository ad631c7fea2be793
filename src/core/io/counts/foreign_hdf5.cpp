#include "io/counts/foreign_hdf5.hpp"

#include <algorithm>

#include "io/counts/count_file_content.hpp"
#include "io/hdf5/h5_text.hpp"

namespace scvigor {

namespace {

// A format, by members of the root that a file of it has.
struct Format {
  std::vector<std::string> members;
  std::string description;
};

const std::vector<Format>& known_formats() {
  static const std::vector<Format> formats{
      {{"matrix", "row_attrs", "col_attrs"},
       "a loom file. LoomExperiment::import() reads it in R, and in Python "
       "anndata.read_loom(), whose result can be written as an .h5ad"},
      {{"barcode_idx", "umi"},
       "10x Genomics' molecule information, without a matrix of counts. "
       "DropletUtils::read10xMolInfo() reads it; the counts are in "
       "filtered_feature_bc_matrix.h5 beside it"},
      {{"cell.names", "meta.data"},
       "an h5Seurat file. SeuratDisk::LoadH5Seurat() reads it"},
      {{"assay001"},
       "the assays of an object that HDF5Array saved. "
       "HDF5Array::loadHDF5SummarizedExperiment() reads its folder"},
      {{"aux", "bootstrap", "est_counts"},
       "a file of kallisto. tximport::tximport() reads it"},
      {{"Metadata", "Fragments"}, "an Arrow file of ArchR"}};
  return formats;
}

std::string describe(const h5::Group& root) {
  const std::string own = h5::text_attribute_or_empty(root, "format");
  if (own == "scvigor_model")
    return "a model that saveSCVI() wrote without counts. loadSCVI() reads it";
  if (own == "scvigor_checkpoint")
    return "a checkpoint of trainSCVI(): resumeTraining() continues it";
  if (h5::has_attribute(root, "PYTABLES_FORMAT_VERSION"))
    return "a table of pandas or PyTables. pandas.read_hdf() reads it in "
           "Python";
  for (const Format& format : known_formats())
    if (std::all_of(format.members.begin(), format.members.end(),
                    [&](const std::string& name) { return root.has(name); }))
      return format.description;
  return "";
}

}  // namespace

void fail_foreign(const h5::Group& root) {
  const std::string file = "\"" + root.file().name + "\"";
  const std::string known = describe(root);
  if (!known.empty()) throw FileError(file + " is " + known + ".");
  throw FileError(file +
                  " is an HDF5 file, but neither an .h5ad (which has obs and "
                  "var), an .h5mu (mod) nor a 10x .h5 (matrix/barcodes): it "
                  "has " +
                  list_of(root.children()) + ".");
}

}  // namespace scvigor
