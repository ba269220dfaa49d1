#include "app/generate.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "app/administration.h"
#include "app/config_value.h"
#include "app/json_members.h"
#include "app/progress.h"
#include "app/web_client.h"

namespace darkroom::app {
namespace {

constexpr std::string_view kDefaultServer = "http://127.0.0.1:8080";
constexpr std::string_view kImagesEndpoint = "/api/v1/images/generations";
constexpr int kPatience = 10;  // polls in a row that may fail before the server counts as gone
constexpr json::Limits kAnswerLimits{.depth = 32, .bytes = 16 << 20};

const json::object* error_of(const json::object& answer) {
  const json::value* member = answer.if_contains("error");
  return member != nullptr ? member->if_object() : nullptr;
}

std::optional<double> number_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr || !member->is_number()) return std::nullopt;
  return member->to_number<double>();
}

std::string find_variable(const std::map<std::string, std::string>& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

// What to do about the errors that a newcomer meets first, by the contract's number.
std::string_view hint_for(std::string_view code) {
  if (code == "10001" || code == "10003") return "make a key with `darkroom keys create --account NAME --test`";
  if (code == "20004") return "`darkroom models list` shows every model";
  if (code == "30001") return "`darkroom credits grant --account NAME --credits N` gives credits";
  return "";
}

std::string_view extension_of(std::string_view content_type) {
  constexpr std::pair<std::string_view, std::string_view> kKnown[] = {{"image/png", ".png"},
                                                                      {"image/jpeg", ".jpg"},
                                                                      {"image/webp", ".webp"},
                                                                      {"image/gif", ".gif"},
                                                                      {"video/mp4", ".mp4"}};
  for (const auto& [type, extension] : kKnown) {
    if (content_type.substr(0, content_type.find(';')) == type) return extension;
  }
  return ".bin";
}

class Generation {
 public:
  Generation(const GenerateOptions& options, std::string server, Secret key, bool json, Terminal& terminal)
      : options_(options), server_(std::move(server)), key_(std::move(key)), json_(json), terminal_(terminal) {}

  int run() {
    started_ = clock_.steady_now();
    task_ = options_.resume;
    if (!can_save()) return exit_code_;
    if (task_.empty()) {
      const auto body = make_submit_body(options_);
      if (!body) return end(kWrongUsage, body.error().message);
      look_up_model();
      if (exit_code_ != kDone || !submit(*body)) return exit_code_;
    }
    const auto answer = wait_for_end();
    if (!answer) return exit_code_;
    if (text_of(*answer, "status") != "completed") {
      if (json_) terminal_.out << json::print(*answer) << '\n';
      return refuse(*answer);
    }
    return save(*answer);
  }

 private:
  milliseconds elapsed() const { return std::chrono::floor<milliseconds>(clock_.steady_now() - started_); }

  int end(int exit_code, const std::string& sentence) {
    terminal_.err << "darkroom generate: " << sentence << '\n';
    return exit_code_ = exit_code;
  }

  // An error answer, or a task that failed.
  int refuse(const json::object& answer) {
    const json::object* error = error_of(answer);
    if (error == nullptr) return end(kFailed, "the server gave an answer that this command does not understand");
    const std::string code = text_of(*error, "code");
    const std::string request = text_of(*error, "request_id");
    std::string sentence = fmt::format("error {}: {}", code, text_of(*error, "message"));
    if (const std::string param = text_of(*error, "param"); !param.empty())
      sentence += fmt::format(" (parameter {})", param);
    if (!request.empty()) sentence += fmt::format(" [{}]", request);
    if (const auto hint = hint_for(code); !hint.empty()) sentence += fmt::format("\nHint: {}.", hint);
    return end(kFailed, sentence);
  }

  int unreachable(const Error& error) {
    if (is_interrupted()) return interrupted();
    std::string sentence = fmt::format("cannot reach {}: {}", server_, error.message);
    if (task_.empty()) {
      sentence += "\nHint: `darkroom serve` starts a server; --server or DARKROOM_URL names another one.";
    } else {
      sentence += "\n" + resume_hint();
    }
    return end(kUnreachable, sentence);
  }

  std::string resume_hint() const {
    return fmt::format("The task goes on; `darkroom generate --resume {}` fetches it later.", task_);
  }

  std::string again_hint() const {
    return fmt::format("The task is paid for; `darkroom generate --resume {}` fetches it again.", task_);
  }

  int interrupted() { return end(kFailed, task_.empty() ? "interrupted" : "interrupted. " + resume_hint()); }

  // Before anything is paid for.
  bool can_save() {
    std::string folder = std::filesystem::path(options_.file).parent_path().string();
    if (folder.empty()) folder = ".";
    if (::access(folder.c_str(), W_OK | X_OK) == 0) return true;
    return end(kFailed, fmt::format("cannot save into {}: {}", folder, std::strerror(errno))), false;
  }

  // Where the model is offered and how long it takes. A server without this endpoint is asked for an image.
  void look_up_model() {
    const auto answer = client_.call("GET", server_ + "/api/v1/models/" + percent_encode(options_.model), key_, "");
    if (!answer) {
      unreachable(answer.error());
      return;
    }
    const auto model = json::parse_object(answer->body, kAnswerLimits);
    if (!model || answer->status != 200) return;  // the submit says what is wrong
    if (std::string endpoint = text_of(*model, "endpoint"); endpoint.starts_with('/')) endpoint_ = std::move(endpoint);
    typical_seconds_ = number_of(*model, "typical_seconds");
  }

  bool submit(const json::object& body) {
    const auto answer = client_.call("POST", server_ + endpoint_, key_, json::print(body));
    if (!answer) return unreachable(answer.error()), false;
    const auto accepted = json::parse_object(answer->body, kAnswerLimits);
    if (!accepted)
      return end(kFailed, fmt::format("{} does not speak this API (HTTP {})", server_, answer->status)), false;
    if (answer->status != 200) return refuse(*accepted), false;
    task_ = text_of(*accepted, "id");
    if (const auto warnings = http::find_header(answer->headers, "Darkroom-Warnings")) {
      terminal_.err << fmt::format("warning: {}\n", *warnings);
    }
    terminal_.err << fmt::format("{} accepted\n", task_) << std::flush;
    return true;
  }

  // The poll answer of the ended task; nothing when the wait was given up.
  std::optional<json::object> wait_for_end() {
    Progress progress(terminal_, typical_seconds_);
    int failures = 0;
    for (int poll = 0;; ++poll) {
      milliseconds delay = options_.resume.empty() || poll > 0 ? poll_delay(poll, elapsed()) : milliseconds(0);
      wait(std::max(delay, retry_after_), progress);
      retry_after_ = milliseconds(0);
      if (is_interrupted()) return give_up(progress, [&] { interrupted(); });
      const auto answer = client_.call("GET", server_ + "/api/v1/tasks/" + percent_encode(task_), key_, "");
      auto object =
          answer ? json::parse_object(answer->body, kAnswerLimits) : Result<json::object>(fail(answer.error()));
      if (object && answer->status == 200) {
        failures = 0;
        if (text_of(*object, "status") != "processing") return *std::move(object);
        continue;
      }
      const bool passes = !answer || answer->status == 429 || answer->status >= 500;
      if (passes && ++failures < kPatience && !is_interrupted()) {
        if (answer) note_retry_after(*answer);
        continue;
      }
      return give_up(progress, [&] { object ? refuse(*object) : unreachable(object.error()); });
    }
  }

  template <class Say>
  std::nullopt_t give_up(Progress& progress, Say say) {
    progress.clear();
    say();
    return std::nullopt;
  }

  void wait(milliseconds duration, Progress& progress) {
    constexpr milliseconds kFrame{100};
    const SteadyTime until = clock_.steady_now() + duration;
    while (!is_interrupted()) {
      const auto left = std::chrono::ceil<milliseconds>(until - clock_.steady_now());
      if (left.count() <= 0) return;
      progress.show(elapsed());
      wait_interruptibly(std::min(left, kFrame));
    }
  }

  void note_retry_after(const WebAnswer& answer) {
    const auto field = http::find_header(answer.headers, "Retry-After");
    if (!field) return;
    std::int64_t count = 0;
    if (std::from_chars(field->data(), field->data() + field->size(), count).ec == std::errc()) {
      retry_after_ = seconds(std::clamp<std::int64_t>(count, 0, 300));
    }
  }

  int save(const json::object& answer) {
    std::vector<std::string> urls;
    for (const char* list : {"image_urls", "video_urls"}) {
      for (const json::value& url : array_of(object_of(answer, "output"), list)) {
        urls.emplace_back(url.is_string() ? url.get_string().c_str() : "");
      }
    }
    if (urls.empty()) return end(kFailed, "the task completed without any output");
    json::array files;
    for (std::size_t i = 0; i < urls.size(); ++i) {
      const auto path = save_one(urls[i], i, urls.size());
      if (!path) {
        return is_interrupted() ? interrupted()
                                : end(kFailed, fmt::format("{}: {}\n{}", urls[i], path.error().message, again_hint()));
      }
      if (!json_) terminal_.out << *path << '\n' << std::flush;
      files.emplace_back(*path);
    }
    terminal_.err << fmt::format("done in {:.1f} s\n", std::chrono::duration<double>(elapsed()).count());
    if (json_) {
      json::object shown = answer;
      shown["files"] = std::move(files);
      terminal_.out << json::print(shown) << '\n';
    }
    return kDone;
  }

  // Downloads under a temporary name first: the type, and with it the extension, comes with the answer.
  Result<std::string> save_one(const std::string& url, std::size_t index, std::size_t count) {
    const std::string temporary = output_path(options_.file, task_, index, count, "") + ".new";
    const auto answer = client_.download(url, temporary);
    if (!answer) return fail(answer.error());
    if (answer->status != 200) return fail(Code::not_found, fmt::format("the server answered {}", answer->status));
    const auto type = http::find_header(answer->headers, "Content-Type").value_or("");
    std::string path = output_path(options_.file, task_, index, count, type);
    std::error_code problem;
    std::filesystem::rename(temporary, path, problem);
    if (problem) return fail(Code::io_failed, fmt::format("{}: {}", path, problem.message()));
    return path;
  }

  const GenerateOptions& options_;
  std::string server_;
  Secret key_;
  bool json_;
  Terminal& terminal_;
  SystemClock clock_;
  SteadyTime started_{};
  WebClient client_;
  std::string endpoint_{kImagesEndpoint};
  std::optional<double> typical_seconds_;
  std::string task_;  // empty until accepted
  milliseconds retry_after_{0};
  int exit_code_ = kDone;
};

}  // namespace

Result<json::object> make_submit_body(const GenerateOptions& options) {
  json::object body = {{"model", options.model}, {"prompt", options.prompt}};
  if (!options.size.empty()) body["size"] = options.size;
  if (!options.resolution.empty()) body["resolution"] = options.resolution;
  if (options.count) body["n"] = *options.count;
  if (!options.images.empty()) body["image_urls"] = json::array(options.images.begin(), options.images.end());
  for (const std::string& param : options.params) {
    const std::size_t equals = param.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return fail(Code::invalid_parameter, fmt::format("--param must be NAME=VALUE, not {}", param));
    }
    const std::string text = param.substr(equals + 1);
    auto value = json::parse(text);
    body[param.substr(0, equals)] = value ? *std::move(value) : json::value(text);
  }
  return body;
}

milliseconds poll_delay(int poll, milliseconds elapsed) {
  constexpr milliseconds kFirst{300}, kUsual{2000}, kLong{5000};
  if (elapsed > std::chrono::minutes(1)) return kLong;
  if (poll >= 6) return kUsual;  // 0.3 s x 1.5^5 is already above it
  const double grown = static_cast<double>(kFirst.count()) * std::pow(1.5, poll);
  return std::min(kUsual, milliseconds(static_cast<std::int64_t>(grown)));
}

std::string output_path(const std::string& file, const std::string& task, std::size_t index, std::size_t count,
                        std::string_view content_type) {
  std::filesystem::path asked(file);
  if (!asked.has_filename()) asked /= task;
  std::string extension = asked.extension().string();
  std::string stem = (asked.parent_path() / asked.stem()).string();
  if (count > 1) stem += fmt::format("-{}", index);
  if (extension.empty()) extension = extension_of(content_type);
  return stem + extension;
}

int run_generate(const CommandLine& line, const std::map<std::string, std::string>& environment, Terminal& terminal) {
  const GenerateOptions& options = line.generate;
  std::string server = options.server.empty() ? find_variable(environment, "DARKROOM_URL") : options.server;
  if (server.empty()) server = kDefaultServer;
  const auto base = parse_base_url(server);
  if (!base) {
    terminal.err << fmt::format("darkroom generate: the server {}\n", base.error().message);
    return kWrongUsage;
  }
  Secret key(options.key.empty() ? find_variable(environment, "DARKROOM_API_KEY") : options.key);
  if (key.empty()) {
    terminal.err << "darkroom generate: no key: set DARKROOM_API_KEY\n"
                    "Hint: export DARKROOM_API_KEY=$(darkroom keys create --account NAME --test)\n";
    return kWrongUsage;
  }
  catch_interrupts();
  return Generation(options, *base, std::move(key), line.json, terminal).run();
}

}  // namespace darkroom::app
