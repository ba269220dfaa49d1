#include "api/console/audit.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "api/query.h"
#include "base/time_text.h"
#include "net/answer_stream.h"

namespace darkroom::api::console {
namespace {

using Rows = Result<std::vector<people::AuditRow>>;

json::value tree_of(const std::string& text) {
  if (text.empty()) return nullptr;
  Result<json::value> tree = json::parse(text);
  return tree ? std::move(*tree) : json::value(text);
}

json::object print_deed(const people::AuditRow& row) {
  const people::Deed& deed = row.deed;
  json::object shown = {{"id", fmt::format("{}", row.number)}, {"at", print_rfc3339(deed.at)}};
  shown["actor"] = nullptr;
  if (deed.actor) shown["actor"] = json::object{{"id", deed.actor->text()}, {"email", deed.actor_email}};
  shown["action"] = deed.action;
  shown["account"] = nullptr;
  if (deed.account) shown["account"] = json::object{{"id", deed.account->text()}, {"name", deed.account_name}};
  shown["target"] = deed.target;
  shown["before"] = tree_of(deed.before);
  shown["after"] = tree_of(deed.after);
  shown["address"] = deed.address;
  shown["request_id"] = deed.request_id;
  shown["digest"] = people::print_hex(row.digest);
  return shown;
}

Async<Rows> read_deeds(store::PeopleStore& people, Loop& loop, store::DeedFilter filter) {
  co_return co_await await_on<Rows>(loop,
                                    [&](Done<Rows> done) { people.list_deeds(std::move(filter), std::move(done)); });
}

// The rows of a filter as JSON lines, newest first, a page at a time.
class DeedLines final : public net::AnswerStream {
 public:
  DeedLines(store::PeopleStore& people, Loop& loop, store::DeedFilter filter)
      : people_(people), loop_(loop), filter_(std::move(filter)) {
    filter_.limit = store::kMaxPage;
  }

  Async<std::string> next() override {
    std::string lines;
    if (has_ended_) co_return lines;
    const Rows rows = co_await read_deeds(people_, loop_, filter_);
    if (!rows) throw std::runtime_error(rows.error().message);  // breaks the answer off: half a log is no log
    for (const people::AuditRow& row : *rows) {
      lines += json::print(print_deed(row));
      lines += '\n';
    }
    has_ended_ = rows->size() < filter_.limit;
    if (!rows->empty()) filter_.before = rows->back().number;
    co_return lines;
  }

 private:
  store::PeopleStore& people_;
  Loop& loop_;
  store::DeedFilter filter_;
  bool has_ended_ = false;
};

Result<store::DeedFilter> read_filter(const Visit& visit) {
  store::DeedFilter filter;
  const http::Request& request = visit.request;
  if (const auto actor = request.query_parameter("actor"); actor && !actor->empty()) {
    filter.actor = UserId::parse(*actor);
    if (!filter.actor) return refuse_parameter("actor", "the id of a user");
  }
  filter.action = request.query_parameter("action").value_or("");
  if (const auto cursor = request.query_parameter("cursor"); cursor && !cursor->empty()) {
    const auto number = parse_number(*cursor);
    if (!number || *number < 1) return refuse_parameter("cursor", "that of an earlier page");
    filter.before = static_cast<std::uint64_t>(*number);
  }
  return filter;
}

http::Response answer_lines(Visit& visit, store::DeedFilter filter) {
  http::Response response;
  response.content_type = "application/jsonl";
  response.set("Content-Disposition", "attachment; filename=\"audit.jsonl\"");
  response.body = std::make_shared<DeedLines>(visit.people(), visit.loop, std::move(filter));
  return response;
}

Async<Result<http::Response>> answer_deeds(Visit& visit, store::DeedFilter filter) {
  const auto format = visit.request.query_parameter("format");
  if (format == "jsonl") co_return answer_lines(visit, std::move(filter));
  if (format && !format->empty() && format != "json") co_return refuse_parameter("format", "\"json\" or \"jsonl\"");
  const Result<std::size_t> limit = page_limit(visit);
  if (!limit) co_return fail(limit.error());
  filter.limit = *limit + 1;
  Rows rows = co_await read_deeds(visit.people(), visit.loop, std::move(filter));
  if (!rows) co_return fail(std::move(rows.error()));
  const bool has_more = rows->size() > *limit;
  if (has_more) rows->pop_back();
  json::array data;
  for (const people::AuditRow& row : *rows) data.push_back(print_deed(row));
  co_return answer_page(std::move(data), has_more ? fmt::format("{}", rows->back().number) : std::string());
}

}  // namespace

Answer list_deeds(Visit& visit) {
  Result<store::DeedFilter> filter = read_filter(visit);
  if (!filter) co_return fail(std::move(filter.error()));
  if (const auto name = visit.request.query_parameter("account"); name && !name->empty()) {
    const Result<account::Account> account = co_await find_account(visit, *name);
    if (!account) co_return fail(account.error());
    filter->account = account->id;
  }
  co_return co_await answer_deeds(visit, std::move(*filter));
}

Answer list_deeds_of_account(Visit& visit) {
  Result<store::DeedFilter> filter = read_filter(visit);
  if (!filter) co_return fail(std::move(filter.error()));
  filter->account = visit.account().id;
  co_return co_await answer_deeds(visit, std::move(*filter));
}

Answer list_settings(Visit& visit) {
  json::array settings;
  if (visit.services.list_settings) settings = visit.services.list_settings();
  co_return answer_page(std::move(settings));
}

Answer verify_deeds(Visit& visit) {
  using Report = Result<people::AuditReport>;
  const Report report =
      co_await await_on<Report>(visit.loop, [&](Done<Report> done) { visit.people().check_deeds(std::move(done)); });
  if (!report) co_return fail(report.error());
  json::object shown = {{"rows", report->rows}};
  shown["first_bad"] = nullptr;
  if (report->first_bad != 0) shown["first_bad"] = report->first_bad;
  co_return answer_with(shown);
}

}  // namespace darkroom::api::console
