#include "sandbox/film_stand_in.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>

#include "sandbox/answers.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kFiles = "/files/";
constexpr std::string_view kFilm = ".mp4";
constexpr std::string_view kFrame = ".png";
constexpr std::uint64_t kJobBytes = 4 << 10;  // of a job without references

http::Response no_file() {
  http::Response response;
  response.status = 404;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::string("darkroom sandbox: no such file\n");
  return response;
}

// What is filmed, whatever words of ours or of the gateway's travel beside it: equal orders give equal films.
std::uint64_t hash_order(const FilmOrder& order) {
  const Painting& picture = order.picture;
  std::uint64_t hash = hash_text(picture.prompt, hash_text(picture.model));
  hash = hash_text(fmt::format("{} {}x{} {} {}", picture.label, picture.size.width_pixels, picture.size.height_pixels,
                               order.length.count(), order.sound),
                   hash);
  for (const std::string& reference : picture.references) hash = hash_text(reference, hash);
  return hash;
}

std::uint64_t weigh(const FilmAsk& ask) {
  std::uint64_t bytes = kJobBytes + ask.order.picture.prompt.size();
  for (const std::string& reference : ask.order.picture.references) bytes += reference.size();
  return bytes;
}

}  // namespace

FilmState state_of(const FilmJob& job) {
  if (job.cancelled) return FilmState::cancelled;
  if (job.left.count() > 0) return job.progress < 0.3 ? FilmState::queued : FilmState::running;
  if (job.ask->withheld) return FilmState::withheld;
  return job.ask->words.text_only ? FilmState::empty : FilmState::made;
}

bool FilmStandIn::serves(const http::Request& request) const {
  return request.path.starts_with(kFiles) || serves_api(request);
}

Reply FilmStandIn::answer(const http::Request& request, const std::string& base_url) {
  if (request.path.starts_with(kFiles)) return show_file(std::string_view(request.path).substr(kFiles.size()));
  if (auto refused = refuse_key(request)) return {.response = std::move(*refused)};
  if (is_submit(request)) return submit(request, base_url);
  return {.response = answer_other(request, base_url)};
}

Reply FilmStandIn::submit(const http::Request& request, const std::string& base_url) {
  auto read = read_submit(request);
  if (!read) return {.response = std::move(read.error())};
  FilmAsk& ask = *read;
  Painting& picture = ask.order.picture;
  ask.words = parse_words(picture.prompt);
  if (ask.words.hang) return {.response = {}, .hang = true};
  const CallName call = name_call(request);
  if (ask.words.fail && calls().fails(call, *ask.words.fail)) return {.response = failure(ask.words.fail->status)};
  if (ask.words.moderated) {
    if (auto refused = refuse_prompt()) return {.response = std::move(*refused)};
  }
  ask.withheld =
      ask.words.moderated || ask.words.blocked || (ask.words.partial && !calls().within(call, *ask.words.partial));
  ask.asked_at = now();
  picture.seed = hash_order(ask.order) + call.index.value_or(0);
  picture.at_least_bytes = ask.words.size_bytes;
  const std::uint64_t bytes = weigh(ask);
  const milliseconds time = kJobTime + ask.words.slow;
  const std::uint64_t number = jobs_.add(std::move(ask), time, bytes);
  const auto job = jobs_.find(number);
  // Room for no job at all: that of a request larger than all that is remembered.
  if (!job) return {.response = failure(500)};
  return {.response = accept(number, *job, base_url)};
}

std::string FilmStandIn::film_link(const std::string& base_url, std::uint64_t number) {
  return fmt::format("{}{}{}{}", base_url, kFiles, print_number(number), kFilm);
}
std::string FilmStandIn::frame_link(const std::string& base_url, std::uint64_t number) {
  return fmt::format("{}{}{}{}", base_url, kFiles, print_number(number), kFrame);
}

Reply FilmStandIn::show_file(std::string_view name) {
  const bool is_film = name.ends_with(kFilm);
  const auto number = parse_number(name.substr(0, name.find('.')));
  const auto job = number && (is_film || name.ends_with(kFrame)) ? jobs_.find(*number) : std::nullopt;
  if (!job || state_of(*job) != FilmState::made) return {.response = no_file()};
  const FilmAsk& ask = *job->ask;
  if (is_film) return {.response = show_film(ask), .truncate = ask.words.truncate};
  auto frame = paint_frame(ask.order, Moment::last);
  if (!frame) return {.response = no_file()};
  return {.response = file_response("image/png", std::make_shared<const std::string>(std::move(*frame)))};
}

http::Response FilmStandIn::show_film(const FilmAsk& ask) {
  if (ask.words.bad_image) return file_response("video/mp4", std::make_shared<const std::string>(kNoFilm));
  const auto film = shelf_.get(ask.order);
  if (!film) return no_file();
  http::Response response;
  response.content_type = "video/mp4";
  response.body = film->body();
  return response;
}

std::string print_number(std::uint64_t number) { return fmt::format("{:016x}", number); }

std::optional<std::uint64_t> parse_number(std::string_view hex) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(hex.data(), hex.data() + hex.size(), number, 16);
  const bool good = hex.size() == 16 && problem == std::errc() && end == hex.data() + hex.size();
  return good ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> parse_decimal(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool good = !digits.empty() && problem == std::errc() && end == digits.data() + digits.size();
  return good ? std::optional(number) : std::nullopt;
}

std::string print_time(WallTime time, std::string_view between, std::string_view behind) {
  const std::tm parts = fmt::gmtime(static_cast<std::time_t>(to_unix_seconds(time)));
  return fmt::format("{:%Y-%m-%d}{}{:%H:%M:%S}.{:03}{}", parts, between, parts, to_millis(time) % 1000, behind);
}

std::string words_of_link(std::string_view link) {
  return std::string(link.substr(std::min(link.find('#'), link.size())));
}

std::string_view find_key(const http::Request& request, std::string_view scheme) {
  const std::string_view header = request.header("Authorization").value_or("");
  if (!header.starts_with(scheme) || header.size() <= scheme.size() || header[scheme.size()] != ' ') return {};
  return header.substr(scheme.size() + 1);
}

}  // namespace darkroom::sandbox
