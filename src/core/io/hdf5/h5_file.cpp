#include <array>
#include <filesystem>
#include <fstream>

#include "io/hdf5/h5.hpp"
#include "io/hdf5/lzf_filter.hpp"

namespace scvigor::h5 {

namespace {

// What a file that is no HDF5 seems to be, from how it begins; "" for HDF5.
std::string guess_content(const std::string& path) {
  std::array<char, 8> start{};
  std::ifstream stream(path, std::ios::binary);
  stream.read(start.data(), start.size());
  const std::string bytes(start.data(),
                          static_cast<std::size_t>(stream.gcount()));
  const auto begins = [&](const char* mark) {
    return bytes.rfind(mark, 0) == 0;
  };
  if (bytes == std::string("\x89HDF\r\n\x1a\n")) return "";
  if (bytes.empty()) return "it is empty";
  if (begins("\x1f\x8b")) return "it is gzip-compressed: unpack it first";
  if (begins("PK\x03\x04"))
    return "it is a zip archive: importScviTools() reads a model.pt, any "
           "other is to be unpacked first";
  if (begins("%%Matrix"))
    return "it is a Matrix Market file: use Matrix::readMM()";
  return "it does not begin as one, or is damaged";
}

Handle reading_options() {
  Handle options(H5Pcreate(H5P_FILE_ACCESS));
  // Whatever happens, closing the file closes all that was opened in it.
  H5Pset_fclose_degree(options.get(), H5F_CLOSE_STRONG);
  unlock(options.get());
  return options;
}

}  // namespace

void unlock([[maybe_unused]] hid_t file_options) {
#if H5_VERSION_GE(1, 12, 1) || \
    (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  H5Pset_file_locking(file_options, false, true);
#endif
}

std::int64_t check_file(const std::string& path) {
  namespace fs = std::filesystem;
  const std::string quoted = "\"" + path + "\"";
  std::error_code problem;
  const fs::file_status status = fs::status(path, problem);
  if (!fs::exists(status)) throw FileError("There is no file " + quoted + ".");
  if (fs::is_directory(status))
    throw FileError(quoted + " is a directory, not an HDF5 file.");
  if (!fs::is_regular_file(status))
    throw FileError(quoted + " is not a regular file.");
  if (!std::ifstream(path, std::ios::binary))
    throw FileError("There is no permission to read " + quoted + ".");
  const std::string guess = guess_content(path);
  if (!guess.empty())
    throw FileError(quoted + " is not an HDF5 file: " + guess + ".");
  return static_cast<std::int64_t>(fs::file_size(path));
}

Group open_file(const std::string& path) {
  register_lzf();
  auto info = std::make_shared<FileInfo>();
  info->name = path;
  info->bytes = check_file(path);
  // Closing the options would wipe away HDF5's reason.
  const Handle options = reading_options();
  info->handle = Handle(checked(
      [&] { return H5Fopen(path.c_str(), H5F_ACC_RDONLY, options.get()); },
      [&] {
        return "Cannot open \"" + path + "\", which is damaged or incomplete";
      }));
  Handle root(checked(
      [&] { return H5Gopen2(info->handle.get(), "/", H5P_DEFAULT); },
      [&] { return "Cannot open \"" + path + "\", which is damaged"; }));
  return Group(std::move(info), "/", std::move(root));
}

}  // namespace scvigor::h5
