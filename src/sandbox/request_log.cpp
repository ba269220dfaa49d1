#include "sandbox/request_log.h"

#include "sandbox/calls.h"

namespace darkroom::sandbox {

void RequestLog::note(std::string_view kind, const http::Request& request) {
  const std::uint64_t key = hash_text(request.path, hash_text(request.method, hash_text(kind)));
  auto held = rows_.lock();
  if (Row* row = held->find(key)) {
    ++row->count;
    return;
  }
  held->put(key, {std::string(kind), request.method, request.path, 1});
}

json::array RequestLog::print() {
  json::array rows;
  rows_.lock()->for_each([&](std::uint64_t, const Row& row) {
    rows.push_back(json::object{{"kind", row.kind}, {"method", row.method}, {"path", row.path}, {"count", row.count}});
  });
  return rows;
}

}  // namespace darkroom::sandbox
