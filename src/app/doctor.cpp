// `darkroom doctor`: one line for each thing that darkroom needs. Nothing here costs money or changes what is stored.
#include <fmt/format.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

#include "app/administration.h"
#include "app/commands.h"
#include "app/json_members.h"
#include "app/route_check.h"
#include "app/upstream_report.h"
#include "app/web_client.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "catalog/catalog.h"
#include "media/enhance.h"
#include "media/film_probe.h"
#include "media/probe.h"
#include "sandbox/server.h"
#include "store/sqlite/sqlite_store.h"

namespace darkroom::app {
namespace {

namespace fs = std::filesystem;

constexpr double kDiskFailPercent = 5;
constexpr double kDiskWarnPercent = 15;
constexpr seconds kServerDeadline{10};
constexpr json::Limits kAnswerLimits{.depth = 16, .bytes = 4 << 20};

class Doctor {
 public:
  // With `as_json` nothing is printed before print_json().
  Doctor(Terminal& terminal, bool as_json) : terminal_(terminal), as_json_(as_json) {}

  int run(const ConfigSources& sources) {
    examine(sources);
    if (as_json_) {
      const json::object report = {{"ok", !failed_}, {"checks", checks_}, {"upstreams", upstreams_}};
      terminal_.out << json::print(report) << '\n';
    }
    return failed_ ? kFailed : kDone;
  }

 private:
  void examine(const ConfigSources& sources) {
    const auto config = load_config(sources);
    if (!config) {
      for (const std::string& mistake : config.error()) fail("configuration", mistake);
      return;
    }
    ok("configuration", config->file.empty() ? "no file: defaults and environment" : config->file);
    for (const std::string& warning : config->warnings) warn("configuration", warning);
    check_folders(*config);
    check_store(*config);
    check_disk(*config);
    check_clock();
    check_confinement();
    check_decoders();
    check_certificates();
    check_catalogue(*config);
    check_addresses(*config);
    check_traffic(*config);
    check_sandbox();
    check_fonts();
  }

  void ok(std::string_view what, std::string_view finding) { add(Verdict::ok, what, finding); }
  void warn(std::string_view what, std::string_view finding) { add(Verdict::warn, what, finding); }
  void fail(std::string_view what, std::string_view finding) { add(Verdict::fail, what, finding); }
  void add(Verdict verdict, std::string_view what, std::string_view finding) {
    failed_ = failed_ || verdict == Verdict::fail;
    if (as_json_) {
      checks_.push_back(json::object{{"check", what}, {"verdict", print(verdict)}, {"finding", finding}});
      return;
    }
    constexpr std::array kColors = {"32", "33", "31"};
    const char* color = kColors.at(static_cast<std::size_t>(verdict));
    const std::string shown = terminal_.color ? fmt::format("\x1b[{}m{:<4}\x1b[0m", color, print(verdict))
                                              : fmt::format("{:<4}", print(verdict));
    terminal_.out << fmt::format("{}  {:<15}{}\n", shown, what, finding) << std::flush;
  }

  // The nearest folder above `path` that exists: there the rest would be made.
  static fs::path existing_part(const fs::path& path) {
    std::error_code problem;
    fs::path part = fs::absolute(path, problem);
    while (!part.empty() && part != part.root_path() && !fs::exists(part, problem)) part = part.parent_path();
    return part;
  }

  void check_folders(const Config& config) {
    std::vector<fs::path> folders = {fs::path(config.media_path())};
    const fs::path database = config.database_path();
    if (!database.empty()) folders.push_back(fs::absolute(database).parent_path());
    for (const fs::path& folder : folders) {
      const fs::path part = existing_part(folder);
      std::string pattern = (part / ".darkroom-doctor-XXXXXX").string();
      const int fd = ::mkstemp(pattern.data());
      if (fd < 0) {
        fail("folder", fmt::format("{} is not writable", part.string()));
        continue;
      }
      ::close(fd);
      ::unlink(pattern.c_str());
      ok("folder", part == fs::absolute(folder) ? folder.string() : folder.string() + " (will be made)");
    }
  }

  void check_store(const Config& config) {
    const auto server = find_running_server(config.admin_socket_path());
    if (!server) return fail("store", server.error().message);
    if (*server) {
      const auto answer = (*server)->call("GET", "/admin/tasks?limit=1", "", seconds(10));
      if (answer && answer->status == 200)
        return ok("store", "the running server answers on " + config.admin_socket_path());
      return fail("store", "a server listens on " + config.admin_socket_path() + " but does not answer well");
    }
    const std::string path = config.database_path();
    if (path.empty()) return warn("store", "in memory: everything is forgotten when the server ends");
    if (!fs::exists(path)) return ok("store", path + " (will be made)");
    auto store = store::open_sqlite_store({.path = path, .seal_key = config.store.seal_key});
    if (!store) return fail("store", fmt::format("{}: {}", path, store.error().message));
    std::promise<Result<void>> promise;
    (*store)->check_writable([&promise](Result<void> result) { promise.set_value(std::move(result)); });
    const Result<void> writable = promise.get_future().get();
    (*store)->close();
    writable ? ok("store", path) : fail("store", fmt::format("{}: {}", path, writable.error().message));
  }

  void check_disk(const Config& config) {
    const fs::path folder = existing_part(config.media_path());
    std::error_code problem;
    const fs::space_info space = fs::space(folder, problem);
    if (problem || space.capacity == 0)
      return warn("disk", fmt::format("{}: the free space is not known", folder.string()));
    const double percent = 100.0 * static_cast<double>(space.available) / static_cast<double>(space.capacity);
    const std::string finding = fmt::format("{:.1f} GB free on {} ({:.0f} %)",
                                            static_cast<double>(space.available) / 1e9, folder.string(), percent);
    if (percent < kDiskFailPercent) return fail("disk", finding + ": below 5 % the server stops being ready");
    percent < kDiskWarnPercent ? warn("disk", finding) : ok("disk", finding);
  }

  void check_clock() {
    constexpr WallTime kTooEarly{std::chrono::sys_days{std::chrono::year{2025} / 1 / 1}};
    if (SystemClock().wall_now() < kTooEarly)
      return fail("clock", "stands before 2025: task ids and expiries would be wrong");
    timex state{};
    if (::adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
      return warn("clock", "is not kept in time by the system (NTP)");
    }
    ok("clock", "kept in time by the system");
  }

  void check_catalogue(const Config& config) {
    const auto catalog = catalog::load_catalog(config.catalog.dir);
    if (!catalog) {
      for (const std::string& mistake : catalog.error()) fail("catalogue", mistake);
      return;
    }
    const auto mistakes = check_routes(config, *catalog);
    for (const std::string& mistake : mistakes) fail("routes", mistake);
    ok("catalogue", fmt::format("{} models", catalog->models().size()));
  }

  // What decoders of foreign files are confined by.
  void check_confinement() {
    std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
    if (::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0) {
      return fail("seccomp", "this kernel or container has no system-call filter: no reference can be decoded");
    }
    ok("seccomp", "available");
  }

  // Each decoder is started as it would be for a customer's file and shown an empty one: that it is refused for what it
  // is proves that the child runs, has found its libraries and has confined itself.
  void check_decoders() {
    const int empty = ::memfd_create("doctor", MFD_CLOEXEC);
    const auto works = [](const auto& refused) { return !refused && refused.error().code == Code::bad_media; };
    works(media::make_confined_prober(1)->probe(empty, {})) ? ok("pictures", "the decoder works")
                                                            : fail("pictures", "the decoder does not start");
    works(media::make_film_prober(1)->probe_film(empty, {}))
        ? ok("films", "the decoder works")
        : fail("films", "the decoder does not start: are the libraries of FFmpeg installed (deps/apt.txt)?");
    media::EnhanceOrder order;
    order.input_fd = empty;
    order.output_fd = empty;
    works(media::enhance(order))
        ? ok("enhance", "films can be enhanced here")
        : warn("enhance", "upstreams of kind \"ffmpeg\" cannot work: is libavfilter installed?");
    ::close(empty);
  }

  // What the certificates of vendors, of references' hosts and of webhooks' receivers are checked by.
  void check_certificates() {
    const std::string path = net::certificate_store();
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
      if (line.starts_with("-----BEGIN")) return ok("certificates", path);
    }
    fail("certificates", fmt::format("{} has none: install ca-certificates", path.empty() ? "the system" : path));
  }

  // How upstreams are is known to the server that calls them, from its own traffic; nothing is sent for this.
  void check_traffic(const Config& config) {
    const auto server = find_running_server(config.admin_socket_path());
    if (!server || !*server) return ok("traffic", "no server runs: only a running one knows how its upstreams are");
    const auto answer = (*server)->call("GET", "/admin/upstreams", "", kServerDeadline);
    if (!answer || answer->status != 200) return fail("traffic", "the running server does not tell");
    const auto tree = json::parse_object(answer->body, kAnswerLimits);
    if (!tree) return fail("traffic", "the running server does not tell");
    for (const json::value& member : array_of(*tree, "data")) {
      const json::object* upstream = member.if_object();
      if (upstream == nullptr || json::get_bool(*upstream, "sandbox")) continue;
      const Finding finding = judge_upstream(*upstream, SystemClock().wall_now());
      add(finding.verdict, "upstream", finding.text);
      upstreams_.push_back(*upstream);
    }
  }

  // A request without a key to the bare address: name, connection and certificate are tried, and nothing is paid for.
  void check_addresses(const Config& config) {
    if (config.upstreams.empty()) ok("upstreams", "none: every route goes to the sandbox");
    WebClient client;
    for (const auto& [name, upstream] : config.upstreams) {
      if (upstream.base_url.empty()) continue;  // this machine
      const Status reached = client.reach(upstream.base_url);
      const std::string finding = fmt::format("{} at {}", name, upstream.base_url);
      reached ? ok("address", finding) : warn("address", fmt::format("{}: {}", finding, reached.error().message));
    }
  }

  void check_sandbox() {
    SystemClock clock;
    SystemRandom random;
    sandbox::Sandbox sandbox(clock, random);
    const Status started = sandbox.start();
    started ? ok("sandbox", "starts") : fail("sandbox", started.error().message);
    sandbox.stop();
  }

  // Without them the sandbox paints boxes instead of letters; nothing else needs fonts.
  void check_fonts() {
    const bool latin = has_font({"dejavu"});
    const bool chinese = has_font({"wqy", "noto", "droid"});
    if (latin && chinese) return ok("fonts", "Latin and Chinese letters for the sandbox");
    warn("fonts", latin ? "no Chinese letters for the sandbox: install fonts-wqy-microhei"
                        : "no letters for the sandbox: install fonts-dejavu-core and fonts-wqy-microhei");
  }

  static bool has_font(std::initializer_list<std::string_view> families) {
    std::error_code problem;
    for (fs::recursive_directory_iterator entry("/usr/share/fonts", problem), end; !problem && entry != end;
         entry.increment(problem)) {
      std::string path = entry->path().string();
      std::ranges::transform(path, path.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      const bool is_font = path.ends_with(".ttf") || path.ends_with(".ttc") || path.ends_with(".otf");
      for (const std::string_view family : families) {
        if (is_font && path.find(family) != std::string::npos) return true;
      }
    }
    return false;
  }

  Terminal& terminal_;
  const bool as_json_;
  bool failed_ = false;
  json::array checks_;
  json::array upstreams_;  // as the running server shows them
};

}  // namespace

int run_doctor(const CommandLine& line, const ConfigSources& sources, Terminal& terminal) {
  log::configure(log::Level::warn, log::Format::automatic);
  return Doctor(terminal, line.json).run(sources);
}

}  // namespace darkroom::app
