#include "sandbox/veo.h"

#include <fmt/format.h>

#include <charconv>

#include "sandbox/answers.h"
#include "sandbox/base64.h"
#include "sandbox/calls.h"
#include "sandbox/film.h"
#include "sandbox/jobs.h"
#include "sandbox/veo_request.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kFilesStart = "/v1beta/files/";
constexpr std::string_view kFilesEnd = ":download";

// "…/operations/0123456789abcdef".
std::optional<std::uint64_t> parse_number(std::string_view hex) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(hex.data(), hex.data() + hex.size(), number, 16);
  return problem == std::errc() && end == hex.data() + hex.size() && hex.size() == 16 ? std::optional(number)
                                                                                      : std::nullopt;
}

class Veo final : public StandIn {
 public:
  Veo(GoogleHost host, const Clock& clock, Random& random) : host_(host), jobs_(clock, random) {}

  bool serves(const http::Request& request) const override {
    if (request.path.starts_with(kFilesStart) || is_operation(request.path)) return host_ == GoogleHost::gemini_api;
    const auto call = parse_model_call(request.path, host_);
    return call && (call->method == "predictLongRunning" || call->method == "fetchPredictOperation");
  }
  Reply answer(const http::Request& request, const std::string& base_url) override;

 private:
  struct Ask {
    std::string operation;  // its name, without the number
    std::string model;
    VeoRequest request;
    Words words;
    CallName call;
  };
  using View = Jobs<Ask>::View;

  static bool is_operation(std::string_view path) {
    return path.starts_with("/v1beta/models/") && path.contains("/operations/");
  }
  Reply submit(const http::Request& request, const ModelCall& call);
  Reply show(std::string_view name, const std::string& base_url);
  Reply send_file(const http::Request& request);
  json::object finish(const View& job, std::uint64_t number, const std::string& base_url);
  // How many of the job's films come out; the others are filtered.
  static std::int64_t count_delivered(const Ask& ask);
  Result<Film> film_of(const Ask& ask, std::int64_t index);

  GoogleHost host_;
  Jobs<Ask> jobs_;
  FilmShelf films_;
};

Reply Veo::answer(const http::Request& request, const std::string& base_url) {
  if (auto refused = refuse_google_key(request, host_)) return {.response = std::move(*refused)};
  if (request.path.starts_with(kFilesStart)) return send_file(request);
  if (is_operation(request.path)) {
    if (request.method != "GET") return {.response = google_error(404, "Not found.")};
    return show(std::string_view(request.path).substr(std::string_view("/v1beta/").size()), base_url);
  }
  const auto call = parse_model_call(request.path, host_);
  if (request.method != "POST" || !call) return {.response = google_error(404, "Not found.")};
  if (call->method == "predictLongRunning") return submit(request, *call);
  const auto body = json::parse_object(request.body);
  if (!body) return {.response = google_error(400, "Invalid JSON payload received.")};
  return show(json::get_string(*body, "operationName"), base_url);
}

Reply Veo::submit(const http::Request& request, const ModelCall& call) {
  const VeoModel* model = find_veo_model(call.model, host_);
  if (!model) return {.response = google_error(404, "models/" + call.model + " is not found.")};
  auto read = read_veo_request(request.body, *model);
  if (!read) return {.response = google_error(400, read.error())};

  Ask ask{"", call.model, std::move(*read), {}, name_call(request)};
  ask.words = parse_words(ask.request.prompt);
  if (ask.words.hang) return {.response = {}, .hang = true};
  if (ask.words.fail && calls().fails(ask.call, *ask.words.fail)) {
    return {.response = google_failure(ask.words.fail->status, host_)};
  }
  if (ask.words.moderated) {
    return {.response = google_error(400,
                                     "The prompt could not be submitted: it goes against the usage guidelines. "
                                     "Support codes: 89371032")};
  }
  if (host_ == GoogleHost::vertex) {
    const std::string scope = call.scope.empty() ? "projects/sandbox/locations/global" : call.scope;
    ask.operation = fmt::format("{}/publishers/google/models/{}/operations/", scope, call.model);
  } else {
    ask.operation = fmt::format("models/{}/operations/", call.model);
  }
  std::uint64_t bytes = 4096 + ask.request.prompt.size();
  for (const std::string& picture : ask.request.pictures) bytes += picture.size();
  const std::string operation = ask.operation;
  const milliseconds time = kJobTime + ask.words.slow;
  const std::uint64_t number = jobs_.add(std::move(ask), time, bytes);
  return {.response = json_response(200, json::object{{"name", fmt::format("{}{:016x}", operation, number)}})};
}

Reply Veo::show(std::string_view name, const std::string& base_url) {
  const std::size_t slash = name.rfind('/') + 1;
  const auto number = parse_number(name.substr(slash));
  const auto job = number ? jobs_.find(*number) : std::nullopt;
  if (!job || name.substr(0, slash) != job->ask->operation) {
    return {.response = google_error(404, "Operation is not found.")};
  }
  json::object tree{{"name", name}};
  if (job->left.count() > 0) return {.response = json_response(200, tree)};
  tree["done"] = true;
  tree["response"] = finish(*job, *number, base_url);
  Reply reply{.response = json_response(200, tree)};
  reply.truncate = host_ == GoogleHost::vertex && job->ask->words.truncate;
  return reply;
}

std::int64_t Veo::count_delivered(const Ask& ask) {
  if (ask.words.blocked || ask.words.text_only) return 0;
  return count_good(ask.words, ask.call, ask.request.samples);
}

json::object Veo::finish(const View& job, std::uint64_t number, const std::string& base_url) {
  const Ask& ask = *job.ask;
  json::array films;
  for (std::int64_t index = 0; index < count_delivered(ask); ++index) {
    if (host_ == GoogleHost::gemini_api) {
      std::string uri = fmt::format("{}{}{:016x}-{}{}?alt=media", base_url, kFilesStart, number, index, kFilesEnd);
      films.push_back(json::object{{"video", json::object{{"uri", std::move(uri)}}}});
      continue;
    }
    std::string base64;
    const auto film = film_of(ask, index);
    append_base64(base64,
                  ask.words.bad_image || !film ? std::string(kNoFilm) : read_file({film->file, 0, film->bytes}));
    films.push_back(json::object{{"bytesBase64Encoded", std::move(base64)}, {"mimeType", "video/mp4"}});
  }
  json::object result;
  const auto filtered = ask.request.samples - static_cast<std::int64_t>(films.size());
  if (filtered > 0 && !ask.words.text_only) {
    result["raiMediaFilteredCount"] = filtered;
    result["raiMediaFilteredReasons"] =
        json::array{"The film was withheld by a safety filter. Support codes: 64151117"};
  }
  const bool is_vertex = host_ == GoogleHost::vertex;
  if (!films.empty()) result[is_vertex ? "videos" : "generatedSamples"] = std::move(films);
  return is_vertex ? result : json::object{{"generateVideoResponse", std::move(result)}};
}

Result<Film> Veo::film_of(const Ask& ask, std::int64_t index) {
  FilmOrder order;
  order.picture.size = ask.request.size();
  order.picture.prompt = ask.request.prompt;
  order.picture.model = ask.model;
  order.picture.label =
      fmt::format("{} · {} · {} s", ask.request.ratio, ask.request.resolution, ask.request.film_seconds());
  order.picture.references = ask.request.pictures;
  order.picture.seed = ask.call.content + ask.call.index.value_or(0) + static_cast<std::uint64_t>(index);
  order.picture.at_least_bytes = ask.words.size_bytes;
  order.length = milliseconds(ask.request.film_seconds() * 1000);
  order.sound = ask.request.sound;
  return films_.get(order);
}

// "/v1beta/files/0123456789abcdef-0:download?alt=media".
Reply Veo::send_file(const http::Request& request) {
  std::string_view name = std::string_view(request.path).substr(kFilesStart.size());
  const bool is_download = name.ends_with(kFilesEnd) && request.query_parameter("alt") == "media";
  name.remove_suffix(is_download ? kFilesEnd.size() : 0);
  const std::size_t dash = std::min(name.find('-'), name.size());
  const auto number = is_download ? parse_number(name.substr(0, dash)) : std::nullopt;
  const auto job = number ? jobs_.find(*number) : std::nullopt;
  if (!job || job->left.count() > 0 || name.substr(dash) != "-0") {
    return {.response = google_error(404, "The file is not found.")};
  }
  const bool truncate = job->ask->words.truncate;
  if (job->ask->words.bad_image) {
    auto bytes = std::make_shared<const std::string>(kNoFilm);
    return {.response = file_response("video/mp4", std::move(bytes)), .truncate = truncate};
  }
  const auto film = film_of(*job->ask, 0);
  if (!film) return {.response = google_error(500, film.error().message)};
  return {.response = file_response("video/mp4", film->body()), .truncate = truncate};
}

}  // namespace

std::unique_ptr<StandIn> make_veo(GoogleHost host, const Clock& clock, Random& random) {
  return std::make_unique<Veo>(host, clock, random);
}

}  // namespace darkroom::sandbox
