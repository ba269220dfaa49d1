#include "api/console/task_query.h"

#include "api/query.h"
#include "base/time_text.h"

namespace darkroom::api::console {
namespace {

// By its public number. Several codes may share one; the first is as good as any, since pages show the number.
Result<std::optional<int>> read_error_code(const http::Request& request) {
  const auto text = request.query_parameter("error_code");
  if (!text || text->empty()) return std::nullopt;
  const auto number = parse_number(*text);
  if (!number || *number < 0 || *number > 99'999 || find_code_by_public_number(static_cast<int>(*number)) == nullptr) {
    return refuse_parameter("error_code", "a code of the errors catalogue, such as 80003");
  }
  return static_cast<int>(*number);
}

}  // namespace

Result<std::optional<WallTime>> read_moment(const http::Request& request, std::string_view name) {
  const auto text = request.query_parameter(name);
  if (!text || text->empty()) return std::nullopt;
  if (const auto time = parse_rfc3339(*text)) return time;
  if (parse_number(*text)) return read_time(request, name);
  return refuse_parameter(name, "a time such as 2026-05-12T08:49:37Z");
}

Result<std::optional<ledger::Book>> read_book(const http::Request& request) {
  const auto text = request.query_parameter("book");
  if (!text || text->empty()) return std::nullopt;
  for (const ledger::Book book : {ledger::Book::live, ledger::Book::test}) {
    if (*text == ledger::print(book)) return book;
  }
  return refuse_parameter("book", "live or test");
}

Result<usecase::TaskQuery> read_task_query(const Visit& visit) {
  const http::Request& request = visit.request;
  usecase::TaskQuery query;
  DR_TRY(put_into(query.limit, page_limit(visit)));
  DR_TRY(put_into(query.after, read_task_cursor(request)));
  DR_TRY(put_into(query.created_after, read_moment(request, "created_after")));
  DR_TRY(put_into(query.created_before, read_moment(request, "created_before")));
  DR_TRY(put_into(query.status, read_task_status(request)));
  DR_TRY(put_into(query.key, read_task_key(request)));
  DR_TRY(put_into(query.book, read_book(request)));
  DR_TRY(put_into(query.error_number, read_error_code(request)));
  if (auto media = request.query_parameter("media"); media && !media->empty()) {
    if (*media != "image" && *media != "video") return refuse_parameter("media", "image or video");
    query.media = std::move(*media);
  }
  if (auto model = request.query_parameter("model"); model && !model->empty()) query.model = std::move(*model);
  return query;
}

}  // namespace darkroom::api::console
