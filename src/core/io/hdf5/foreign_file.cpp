#include "io/hdf5/foreign_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

namespace scvigor::h5 {

namespace {

namespace fs = std::filesystem;
using std::string;

constexpr std::size_t kStartBytes = 4096;

// The first bytes; of a file that is gzip-compressed, unpacked.
string read_start(const string& path) {
  string bytes(kStartBytes, '\0');
  const gzFile file = gzopen(path.c_str(), "rb");
  if (!file) return "";
  const int n = gzread(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose_r(file);
  bytes.resize(static_cast<std::size_t>(std::max(n, 0)));
  return bytes;
}

bool begins(const string& bytes, const string& mark) {
  return bytes.compare(0, mark.size(), mark) == 0;
}

bool ends(const string& name, std::string_view extension) {
  return name.size() >= extension.size() &&
         name.compare(name.size() - extension.size(), extension.size(),
                      extension) == 0;
}

bool is_text(const string& bytes) {
  return std::none_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 9 || (byte > 13 && byte < 32);
  });
}

// saveRDS() begins with X (binary), A (text) or B (native), and the version.
bool is_rds(const string& bytes) {
  return begins(bytes, string("X\n\0\0\0", 5)) || begins(bytes, "A\n2\n") ||
         begins(bytes, "A\n3\n") || begins(bytes, "B\n");
}

string describe_rds(const string& bytes) {
  if (bytes.find("scvigor_checkpoint") != string::npos)
    return "it is a checkpoint of trainSCVI(): resumeTraining() continues "
           "from it";
  return "it is an R object: readRDS() reads it";
}

// What the bytes are once they are unpacked; "" where that is not known.
string describe_start(const string& bytes) {
  struct Mark {
    string bytes, description;
  };
  static const std::vector<Mark> marks{
      {"%%MatrixMarket", "it is a Matrix Market file: readCounts() reads it"},
      {"RDX", "it is R data: load() reads it"},
      {"RDA", "it is R data: load() reads it"},
      {"PAR1", "it is a Parquet file: arrow::read_parquet() reads it"},
      {"ARROW1", "it is an Arrow file: arrow::read_feather() reads it"},
      {"SQLite format 3", "it is an SQLite database"},
      {"\x93NUMPY", "it is an array of numpy"},
      {"CDF", "it is a netCDF file of the classic kind"},
      {"version https://git-lfs",
       "it is a pointer of git-lfs: `git lfs pull` fetches the file itself"},
      {"<!DOCTYPE", "it is a web page: the download went wrong"},
      {"<html", "it is a web page: the download went wrong"},
      {"<?xml", "it is an XML file, perhaps an error of a download"}};
  if (is_rds(bytes)) return describe_rds(bytes);
  for (const Mark& mark : marks)
    if (begins(bytes, mark.bytes)) return mark.description;
  if (bytes.size() > 262 && bytes.compare(257, 5, "ustar") == 0)
    return "it is a tar archive: unpack it first";
  if (bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5)
    return "it is a Python pickle";
  return "";
}

bool has_any(const string& folder, const std::vector<string>& names) {
  std::error_code problem;
  return std::any_of(names.begin(), names.end(), [&](const string& name) {
    return fs::exists(fs::path(folder) / name, problem);
  });
}

bool holds_matrix_market(const string& folder) {
  return has_any(folder, {"matrix.mtx", "matrix.mtx.gz"});
}

}  // namespace

bool has_signature(std::istream& file) {
  static const string signature("\x89HDF\r\n\x1a\n");
  for (std::int64_t at = 0; file; at = at == 0 ? 512 : 2 * at) {
    string bytes(signature.size(), '\0');
    file.seekg(at);
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (file && bytes == signature) return true;
  }
  return false;
}

string describe_foreign_file(const string& path) {
  std::ifstream file(path, std::ios::binary);
  string raw(8, '\0');
  file.read(raw.data(), static_cast<std::streamsize>(raw.size()));
  raw.resize(static_cast<std::size_t>(file.gcount()));
  if (raw.empty()) return "it is empty";
  const string bytes = read_start(path);
  const string known = describe_start(bytes);
  if (!known.empty()) return known;
  if (begins(raw, "\x1f\x8b"))
    return is_text(bytes)
               ? "it is a gzip-compressed text: as.matrix(read.table()) reads "
                 "a table of counts"
               : "it is gzip-compressed: unpack it first";
  if (begins(raw, "BZh") ||
      begins(raw,
             "\xFD"
             "7zXZ") ||
      begins(raw, "\x28\xB5\x2F\xFD"))
    return "it is compressed: unpack it first, or read it with readRDS() if "
           "it is an R object";
  if (begins(raw, "PK\x03\x04"))
    return "it is a zip archive: importScviTools() reads the folder of a "
           "model.pt, any other archive is to be unpacked first";
  if (is_text(bytes))
    return "it is a text: as.matrix(read.table()) reads a table of counts";
  return "it does not begin as one, or is damaged";
}

string describe_folder(const string& path) {
  if (has_any(path,
              {".zgroup", ".zattrs", ".zarray", ".zmetadata", "zarr.json"}))
    return "it is a zarr store. In Python, anndata.read_zarr(folder).write"
           "_h5ad(file) makes an .h5ad of one";
  if (holds_matrix_market(path))
    return "it is a folder with a matrix.mtx. readCounts() reads it";
  if (has_any(path, {"se.rds"}))
    return "it is an object that HDF5Array saved. "
           "HDF5Array::loadHDF5SummarizedExperiment() reads it";
  if (has_any(path, {"index_data", "idxptr"}))
    return "it is a matrix of BPCells. BPCells::open_matrix_dir() reads it";
  if (has_any(path, {"OBJECT"}))
    return "it is an object of alabaster. alabaster.base::readObject() reads "
           "it";
  if (has_any(path, {"model.pt", "model_params.pt"}))
    return "it is a model of scvi-tools. importScviTools() reads it";
  std::error_code problem;
  std::vector<string> names;
  for (const auto& entry : fs::directory_iterator(path, problem))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  for (const string& name : names)
    for (const std::string_view extension :
         {".h5ad", ".h5mu", ".h5", ".mtx", ".mtx.gz"})
      if (ends(name, extension))
        return "give the path of a file in it, such as \"" + name + "\"";
  for (const string& name : names)
    if (holds_matrix_market(path + "/" + name))
      return "give the path of a folder in it, such as \"" + name + "\"";
  return "give the path of a file";
}

}  // namespace scvigor::h5
