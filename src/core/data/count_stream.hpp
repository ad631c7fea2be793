#ifndef SCVIGOR_CORE_DATA_COUNT_STREAM_HPP
#define SCVIGOR_CORE_DATA_COUNT_STREAM_HPP

#include <functional>
#include <memory>
#include <string>

#include "data/cell_assembler.hpp"
#include "io/counts/send_counts.hpp"
#include "io/isolation/isolated_stream.hpp"
#include "util/file_stamp.hpp"

namespace scvigor::core {

// What CountStream does; see scvigor/count_stream.hpp.
class CountStreamReader {
 public:
  CountStreamReader(const CountLocation& location, std::string temporary_folder,
                    const std::function<void()>& poll);

  const CountHeader& header() const { return header_; }
  void keep(const std::vector<std::int8_t>& cells,
            const std::vector<std::int8_t>& genes);
  bool next(CsrBlock& block);
  const CountStream::NotCounts& not_counts() const;

 private:
  CountLocation location_;
  std::string folder_;
  FileToRead file_;
  FileStamp stamp_;
  IsolatedStream stream_;
  CountHeader header_;
  CountSelection selection_;
  std::unique_ptr<CellAssembler> assembler_;
  CountStream::NotCounts none_;
  bool is_ended_ = false;
};

}  // namespace scvigor::core

#endif
