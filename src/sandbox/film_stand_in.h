// FilmStandIn: what the stand-ins of film vendors share. A submit becomes a job, time alone ends it, and its film and
// last frame lie behind links on the sandbox's own server. What the words in a prompt do to it stands in
// docs/SANDBOX.md; what requests and answers look like is the derived class's.
// Threads: as StandIn. Remembers jobs within the bound of jobs.h, and the lately asked films.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/random.h"
#include "sandbox/film.h"
#include "sandbox/jobs.h"
#include "sandbox/stand_in.h"
#include "sandbox/words.h"

namespace darkroom::sandbox {

// A submit, checked: what is to be filmed, and what the vendor repeats of it.
struct FilmAsk {
  FilmOrder order;
  json::object echo;
  // Set by FilmStandIn.
  Words words;
  bool withheld = false;  // refused once it is made
  WallTime asked_at{};
};
using FilmJob = Jobs<FilmAsk>::View;

// How a job stands by now.
enum class FilmState : std::uint8_t {
  queued,
  running,
  cancelled,
  made,
  withheld,  // "#blocked", and what "#partial" leaves out
  empty      // "#textonly": a success that has no film
};
FilmState state_of(const FilmJob& job);

class FilmStandIn : public StandIn {
 public:
  FilmStandIn(const Clock& clock, Random& random) : clock_(clock), jobs_(clock, random) {}

  bool serves(const http::Request& request) const final;
  Reply answer(const http::Request& request, const std::string& base_url) final;

 protected:
  virtual bool serves_api(const http::Request& request) const = 0;
  virtual bool is_submit(const http::Request& request) const = 0;
  // Nothing if the caller may go on.
  virtual std::optional<http::Response> refuse_key(const http::Request& request) const = 0;
  virtual std::expected<FilmAsk, http::Response> read_submit(const http::Request& request) const = 0;
  virtual http::Response accept(std::uint64_t number, const FilmJob& job, const std::string& base_url) const = 0;
  // What "#fail" asks for.
  virtual http::Response failure(int status) const = 0;
  // What "#moderated" asks for; nothing where a vendor takes every request and looks at it in the job.
  virtual std::optional<http::Response> refuse_prompt() const = 0;
  // Polls, cancels, lists.
  virtual http::Response answer_other(const http::Request& request, const std::string& base_url) = 0;

  Jobs<FilmAsk>& jobs() { return jobs_; }
  WallTime now() const { return clock_.wall_now(); }
  static std::string film_link(const std::string& base_url, std::uint64_t number);
  static std::string frame_link(const std::string& base_url, std::uint64_t number);

 private:
  Reply submit(const http::Request& request, const std::string& base_url);
  Reply show_file(std::string_view path);
  http::Response show_film(const FilmAsk& ask);

  const Clock& clock_;
  Jobs<FilmAsk> jobs_;
  FilmShelf shelf_;
};

// Jobs' numbers as vendors' ids: 16 hexadecimal digits, or decimal ones.
std::string print_number(std::uint64_t number);
std::optional<std::uint64_t> parse_number(std::string_view hex);
std::optional<std::uint64_t> parse_decimal(std::string_view digits);
// Date, `between`, time to the millisecond, `behind`; in UTC.
std::string print_time(WallTime time, std::string_view between, std::string_view behind);

// What stands behind '#' in a link: a tool that works on a film has no prompt to put words for the sandbox into.
std::string words_of_link(std::string_view link);

// The key behind a word such as "Bearer" in Authorization; empty if there is none.
std::string_view find_key(const http::Request& request, std::string_view scheme);

}  // namespace darkroom::sandbox
