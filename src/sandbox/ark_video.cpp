#include "sandbox/ark_video.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/answers.h"
#include "sandbox/ark_answers.h"
#include "sandbox/ark_video_request.h"
#include "sandbox/film_stand_in.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kTasks = "/api/v3/contents/generations/tasks";
constexpr std::string_view kIdStart = "cgt-";
constexpr std::int64_t kLongestPage = 500;

std::string print_id(std::uint64_t number) { return fmt::format("{}{}", kIdStart, print_number(number)); }

std::string_view print_status(FilmState state) {
  switch (state) {
    case FilmState::queued: return "queued";
    case FilmState::running: return "running";
    case FilmState::cancelled: return "cancelled";
    case FilmState::made:
    case FilmState::empty: return "succeeded";
    case FilmState::withheld: break;
  }
  return "failed";
}

http::Response no_task() { return ark_refusal(404, "ResourceNotFound", "The specified task is not found."); }

// Every value of a parameter that may come several times, as sent.
std::vector<std::string> find_all(std::string_view query, std::string_view name) {
  std::vector<std::string> values;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      values.emplace_back(pair.substr(name.size() + 1));
    }
  }
  return values;
}

std::int64_t find_count(const http::Request& request, std::string_view name, std::int64_t otherwise) {
  const std::string text = request.query_parameter(name).value_or("");
  const bool is_number = !text.empty() && text.size() <= 3 && text.find_first_not_of("0123456789") == std::string::npos;
  std::int64_t count = 0;
  for (const char digit : is_number ? text : std::string()) count = count * 10 + (digit - '0');
  return count > 0 ? std::min(count, kLongestPage) : otherwise;
}

class ArkVideo final : public FilmStandIn {
 public:
  using FilmStandIn::FilmStandIn;

 private:
  bool serves_api(const http::Request& request) const override { return request.path.starts_with(kTasks); }
  bool is_submit(const http::Request& request) const override {
    return request.method == "POST" && request.path == kTasks;
  }
  std::optional<http::Response> refuse_key(const http::Request& request) const override {
    return refuse_ark_key(request);
  }
  std::expected<FilmAsk, http::Response> read_submit(const http::Request& request) const override {
    return read_ark_video_request(request.body);
  }
  http::Response accept(std::uint64_t number, const FilmJob&, const std::string&) const override {
    return json_response(200, json::object{{"id", print_id(number)}});
  }
  http::Response failure(int status) const override { return ark_failure(status); }
  std::optional<http::Response> refuse_prompt() const override {
    return ark_refusal(400, "InputTextSensitiveContentDetected", "The input text may contain sensitive information.");
  }

  http::Response answer_other(const http::Request& request, const std::string& base_url) override {
    if (request.method == "GET" && request.path == kTasks) return list(request, base_url);
    std::string_view id = request.path;
    id.remove_prefix(std::min(kTasks.size() + 1, id.size()));
    const auto number = id.starts_with(kIdStart) ? parse_number(id.substr(kIdStart.size())) : std::nullopt;
    const auto job = number ? jobs().find(*number) : std::nullopt;
    if (!job) return no_task();
    if (request.method == "GET") return json_response(200, describe(*number, *job, base_url));
    if (request.method != "DELETE") return ark_refusal(405, "InvalidParameter", "The method is not allowed.");
    return cancel(*number, *job);
  }

  // Out of the queue it goes; what runs is finished.
  http::Response cancel(std::uint64_t number, const FilmJob& job) {
    if (state_of(job) == FilmState::running) {
      return ark_refusal(409, "TaskRunningCannotCancel", "A running task cannot be cancelled.");
    }
    jobs().cancel(number);
    return json_response(200, json::object());
  }

  static json::object describe(std::uint64_t number, const FilmJob& job, const std::string& base_url) {
    const FilmAsk& ask = *job.ask;
    const FilmState state = state_of(job);
    const std::int64_t created = to_unix_seconds(ask.asked_at);
    json::object task{{"id", print_id(number)}, {"model", ask.order.picture.model}, {"status", print_status(state)}};
    for (const auto& member : ask.echo) {
      if (member.key() != "return_last_frame") task[member.key()] = member.value();
    }
    task["error"] = nullptr;
    if (state == FilmState::withheld) {
      task["error"] =
          ark_error("OutputVideoSensitiveContentDetected", "The output video may contain sensitive information.");
    }
    if (state == FilmState::made) {
      json::object content{{"video_url", film_link(base_url, number)}};
      if (json::get_bool(ask.echo, "return_last_frame")) content["last_frame_url"] = frame_link(base_url, number);
      task["content"] = std::move(content);
      const PixelSize size = ask.order.picture.size;
      const auto tokens = static_cast<std::int64_t>(size.width_pixels) * size.height_pixels * ask.order.length.count() *
                          ask.order.frames_per_second / 1024 / 1000;
      task["usage"] = json::object{{"completion_tokens", tokens}, {"total_tokens", tokens}};
    }
    task["created_at"] = created;
    task["updated_at"] = created;
    return task;
  }

  http::Response list(const http::Request& request, const std::string& base_url) {
    const std::int64_t page = find_count(request, "page_num", 1);
    const std::int64_t page_size = find_count(request, "page_size", 10);
    const auto status = request.query_parameter("filter.status");
    const std::vector<std::string> ids = find_all(request.query, "filter.task_ids");
    json::array items;
    std::int64_t total = 0;
    for (const auto& [number, job] : jobs().list()) {
      if (status && *status != print_status(state_of(job))) continue;
      if (!ids.empty() && std::ranges::find(ids, print_id(number)) == ids.end()) continue;
      const std::int64_t index = total++;
      if (index / page_size + 1 == page) items.push_back(describe(number, job, base_url));
    }
    return json_response(200, json::object{{"items", std::move(items)}, {"total", total}});
  }
};

}  // namespace

std::unique_ptr<StandIn> make_ark_video(const Clock& clock, Random& random) {
  return std::make_unique<ArkVideo>(clock, random);
}

}  // namespace darkroom::sandbox
