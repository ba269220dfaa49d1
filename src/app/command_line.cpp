#include "app/command_line.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>

#include "account/key_limits.h"
#include "app/command_line_refusal.h"
#include "app/config_keys.h"
#include "app/config_value.h"
#include "app/terminal.h"
#include "base/credits.h"
#include "net/url_guard.h"

namespace darkroom::app {
namespace {

constexpr std::string_view kNoLimit = "none";
constexpr std::int64_t kMostOfALimit =
    std::min(account::kMostRequestsPerMinute, account::kMostConcurrentTasks);  // they are the same

// Empty if the configuration key takes the text.
std::string problem_of_setting(std::string_view key, const std::string& text) {
  Config scratch;
  for (const auto& row : config_keys()) {
    if (row.name != key) continue;
    const Status read = row.read(scratch, ConfigValue::from_text(text));
    return read ? std::string() : read.error().message;
  }
  return {};
}

// Empty if the text is an amount that can be given or spent.
std::string problem_of_credits(const std::string& text) {
  const auto credits = MicroCredits::parse_credits(text);
  if (credits && credits->count() > 0) return {};
  return fmt::format("must be a number above 0 with at most six decimals, up to {}, not {}",
                     MicroCredits::from_count(MicroCredits::kMax).text(), text);
}

// Help with examples first; CLI11 would put the footer, where they are kept, last.
class ExamplesFirst final : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    if (mode == CLI::AppFormatMode::Sub) return make_expanded(app);
    std::string out = make_description(app);
    if (!app->get_footer().empty()) out += "\nExamples:\n" + app->get_footer() + "\n\n";
    out += make_usage(app, std::move(name)) + make_positionals(app) + make_groups(app, mode);
    return out + make_subcommands(app, mode);
  }
};

class Grammar {
 public:
  explicit Grammar(CommandLine& line)
      : line_(line), app_("Generates images and videos through one API, in front of any vendor.", "darkroom") {
    app_.formatter(std::make_shared<ExamplesFirst>());
    app_.footer(
        "  darkroom serve\n"
        "  export DARKROOM_API_KEY=$(darkroom keys create --account demo --test)\n"
        "  darkroom generate \"a lighthouse at dusk\" -o lighthouse.png");
    app_.set_version_flag("--version", "darkroom " DARKROOM_VERSION, "Print the version and exit");
    app_.require_subcommand(1);
    add_servers();
    add_generate();
    add_keys();
    add_credits();
    add_tasks();
    add_users();
    add_upstreams();
    add_the_rest();
  }

  CLI::App& app() { return app_; }

 private:
  CLI::App* group(const char* name, const char* about, const char* examples) {
    CLI::App* group = app_.add_subcommand(name, about);
    group->footer(examples);
    group->require_subcommand(1);
    return group;
  }

  // A command that can be run. It sets line_.command when it was the one.
  CLI::App* command(CLI::App* parent, const std::string& name, const char* about, const char* examples) {
    CLI::App* leaf = parent->add_subcommand(name, about);
    leaf->footer(examples);
    const std::string full = parent == &app_ ? name : parent->get_name() + " " + name;
    leaf->callback([this, full] { line_.command = full; });
    return leaf;
  }

  void add_store_options(CLI::App* leaf) {
    leaf->add_option("--config", line_.config_file, "The configuration file (DARKROOM_CONFIG)")->type_name("FILE");
    leaf->add_option("--data", line_.data_dir, "The data folder (DARKROOM_DATA, else ./data)")->type_name("DIR");
  }

  void add_json(CLI::App* leaf) { leaf->add_flag("--json", line_.json, "Print JSON"); }

  // A command on the store that can print JSON.
  CLI::App* store_command(CLI::App* parent, const std::string& name, const char* about, const char* examples) {
    CLI::App* leaf = command(parent, name, about, examples);
    add_store_options(leaf);
    add_json(leaf);
    return leaf;
  }

  void add_flag_for(CLI::App* leaf, const std::string& key, const std::string& flag, const char* about,
                    const char* type) {
    leaf->add_option_function<std::string>(
            flag,
            [this, key, flag](const std::string& value) {
              if (const std::string problem = problem_of_setting(key, value); !problem.empty()) {
                throw CLI::ValidationError(flag, problem);
              }
              line_.flags.push_back({key, flag, value});
            },
            about)
        ->type_name(type);
  }

  void add_servers() {
    CLI::App* serve =
        command(&app_, "serve", "Run the server until SIGTERM",
                "  darkroom serve\n"
                "  darkroom serve --config /etc/darkroom.toml --data /var/lib/darkroom --listen 0.0.0.0:8080");
    add_store_options(serve);
    add_flag_for(serve, "server.listen", "--listen", "Where to accept requests", "HOST:PORT");
    add_flag_for(serve, "server.public_url", "--public-url", "Base of the media links in answers", "URL");
    add_flag_for(serve, "server.role", "--role", "What this process does", "all");

    CLI::App* sandbox = command(&app_, "sandbox", "Run the vendors' stand-ins alone, for your own tests",
                                "  darkroom sandbox --listen 127.0.0.1:0");
    sandbox->add_option("--listen", line_.listen, "Where to accept requests")
        ->check([](const std::string& text) { return problem_of_setting("server.listen", text); })
        ->type_name("HOST:PORT")
        ->capture_default_str();

    for (const char* name : {"media-worker", "film-worker", "enhance-worker"}) {
      CLI::App* worker = command(&app_, name, "", "");
      worker->add_option("fd", line_.worker_fd)->required();
      worker->group("");  // started by the server only
    }
  }

  void add_generate() {
    CLI::App* leaf = command(&app_, "generate", "Generate pictures: submit, wait, save",
                             "  darkroom generate \"a lighthouse at dusk\" -o lighthouse.png\n"
                             "  darkroom generate \"the same at noon\" --image https://example.org/a.png --size 16:9\n"
                             "  darkroom generate \"four cats\" -n 4 --json | jq -r '.files[]'\n"
                             "  darkroom generate --resume task_0190b1c2d3e4f5061728394a5b6c7d8e");
    GenerateOptions& options = line_.generate;
    CLI::Option* prompt = leaf->add_option("PROMPT", options.prompt, "What to show")->type_name("");
    leaf->add_option("--model", options.model, "The model's id; `darkroom models list` shows all")
        ->type_name("ID")
        ->capture_default_str();
    leaf->add_option("--size", options.size, "The ratio, such as 16:9")->type_name("RATIO");
    leaf->add_option("--resolution", options.resolution, "Such as 1K")->type_name("NAME");
    leaf->add_option("-n", options.count, "How many pictures")->check(CLI::Range(1U, 100U))->type_name("N");
    leaf->add_option("--image", options.images, "A reference picture; may be repeated")
        ->allow_extra_args(false)
        ->type_name("URL");
    leaf->add_option("--param", options.params, "Any other parameter of the model; may be repeated")
        ->allow_extra_args(false)
        ->type_name("NAME=VALUE");
    leaf->add_option("-o,--output", options.file, "Where to save; several pictures become NAME-0, NAME-1, …")
        ->type_name("FILE");
    leaf->add_option("--server", options.server, "Default: DARKROOM_URL, else http://127.0.0.1:8080")->type_name("URL");
    leaf->add_option("--key", options.key, "Default: DARKROOM_API_KEY, where other users cannot see it")
        ->type_name("KEY");
    CLI::Option* resume = leaf->add_option("--resume", options.resume, "Wait for this task instead of a new one");
    resume->type_name("TASK")->excludes(prompt);
    leaf->add_flag("--json", line_.json, "Print the task's last answer and the files as JSON");
  }

  void add_limits(CLI::App* leaf, bool may_lift) {
    const auto add = [&](const char* flag, std::optional<std::string>& into, const char* about, const char* type,
                         auto check) {
      leaf->add_option_function<std::string>(
              flag,
              [flag, &into, may_lift, check](const std::string& text) {
                const bool lifts = may_lift && text == kNoLimit;
                const std::string problem = lifts ? "" : check(text);
                if (!problem.empty()) throw CLI::ValidationError(flag, problem);
                into = text;
              },
              about)
          ->type_name(type);
    };
    const auto whole = [](const std::string& text) {
      const auto number = ConfigValue::from_text(text).integer(1, kMostOfALimit);
      return number ? std::string() : number.error().message;
    };
    const auto networks = [](const std::string& text) {
      const std::vector<std::string> list = split_list(text, ",");
      if (list.empty()) return std::string("must name at least one network");
      for (const std::string& each : list) {
        if (const auto network = net::IpNetwork::parse(each); !network) return network.error().message;
      }
      return std::string();
    };
    add("--requests-per-minute", line_.requests_per_minute, "Requests of every kind", "N", whole);
    add("--concurrent-tasks", line_.concurrent_tasks, "Tasks running at once; more are accepted and wait", "N", whole);
    add("--monthly-credits", line_.monthly_credits, "What it may spend in a calendar month, UTC", "N",
        problem_of_credits);
    add("--allow-from", line_.allow_from, "Networks that its requests may come from", "CIDR,CIDR", networks);
  }

  void add_keys() {
    CLI::App* keys = group("keys", "Create, list, limit and revoke API keys",
                           "  darkroom keys create --account acme --test\n  darkroom keys list");
    CLI::App* create = store_command(keys, "create", "Create a key and print it, this once",
                                     "  darkroom keys create --account acme\n"
                                     "  darkroom keys create --account acme --test --name \"CI\" --expires 30d");
    create->add_option("--account", line_.account, "Made if there is none of that name")->required()->type_name("NAME");
    create->add_flag("--test", line_.test, "A key for the sandbox, spending test credits");
    create->add_option("--name", line_.name, "What the key is for")->type_name("TEXT");
    create
        ->add_option_function<std::string>(
            "--expires",
            [this](const std::string& text) {
              const auto duration = ConfigValue(text).duration();
              if (!duration) throw CLI::ValidationError("--expires", duration.error().message);
              line_.expires = *duration;
            },
            "Such as 12h or 30d; never unless told")
        ->type_name("DURATION");
    create->add_option("--models", line_.models, "The models it may use; all unless told")
        ->type_name("ID,ID")
        ->check([](const std::string& text) {  // an empty variable in a script must not mean all of them
          return split_list(text, ",").empty() ? "must name at least one model" : "";
        });
    add_limits(create, false);

    CLI::App* list =
        store_command(keys, "list", "List keys, without their secrets", "  darkroom keys list --account acme");
    list->add_option("--account", line_.account, "Of this account only")->type_name("NAME");

    CLI::App* limit = store_command(keys, "limit", "Change what a key may do; `none` lifts a limit",
                                    "  darkroom keys limit key_0190b1c2d3e4f5061728394a5b6c7d8e --monthly-credits 500\n"
                                    "  darkroom keys limit key_0190b1c2d3e4f5061728394a5b6c7d8e --allow-from none");
    limit->add_option("ID", line_.id, "As `darkroom keys list` shows it")->required()->type_name("");
    add_limits(limit, true);

    CLI::App* revoke = store_command(keys, "revoke", "Make a key useless at once",
                                     "  darkroom keys revoke key_0190b1c2d3e4f5061728394a5b6c7d8e");
    revoke->add_option("ID", line_.id, "As `darkroom keys list` shows it")->required()->type_name("");
  }

  void add_credits() {
    CLI::App* credits =
        group("credits", "Give credits to an account and show its balance",
              "  darkroom credits grant --account acme --credits 50000\n  darkroom credits show --account acme");
    CLI::App* grant = store_command(credits, "grant", "Give credits to an account",
                                    "  darkroom credits grant --account acme --credits 50000\n"
                                    "  darkroom credits grant --account acme --credits 12.5 --test");
    grant->add_option("--account", line_.account, "Made if there is none of that name")->required()->type_name("NAME");
    grant
        ->add_option_function<std::string>(
            "--credits",
            [this](const std::string& text) {
              if (const std::string problem = problem_of_credits(text); !problem.empty()) {
                throw CLI::ValidationError("--credits", problem);
              }
              line_.credits = text;
            },
            "1 credit is 0.001 USD; up to six decimals")
        ->required()
        ->type_name("N");
    grant->add_flag("--test", line_.test, "Into the test balance");

    CLI::App* show =
        store_command(credits, "show", "Show an account's balances", "  darkroom credits show --account acme");
    show->add_option("--account", line_.account, "The account")->required()->type_name("NAME");
  }

  void add_tasks() {
    CLI::App* tasks = group("tasks", "Look at tasks of every account", "  darkroom tasks list --limit 50");
    CLI::App* list = store_command(tasks, "list", "The newest tasks", "  darkroom tasks list --limit 50");
    list->add_option("--account", line_.account, "Of this account only")->type_name("NAME");
    list->add_option("--limit", line_.limit, "How many")
        ->check(CLI::Range(1U, 1000U))
        ->type_name("N")
        ->capture_default_str();

    CLI::App* show = store_command(tasks, "show", "Everything about one task, its events included",
                                   "  darkroom tasks show task_0190b1c2d3e4f5061728394a5b6c7d8e");
    show->add_option("ID", line_.id, "The task")->required()->type_name("");

    CLI::App* ledger = group("ledger", "The books", "  darkroom ledger verify");
    store_command(ledger, "verify", "Recompute every balance from the entries; exit 1 if one is wrong",
                  "  darkroom ledger verify");
  }

  void add_users() {
    CLI::App* users = group("users", "The people of the console", "  darkroom users list");
    const auto add = [&](CLI::App* parent, const char* name, const char* about, const char* example, bool takes_email) {
      CLI::App* leaf = store_command(parent, name, about, example);
      if (takes_email) leaf->add_option("EMAIL", line_.id, "Whom")->required()->type_name("");
      return leaf;
    };
    add(users, "list", "Every user", "  darkroom users list", false);
    add(users, "invite", "Print a one-time link that sets a user's password",
        "  darkroom users invite boss@example.org", true);
    CLI::App* disable = add(users, "disable", "End a user's sessions and let them in no more",
                            "  darkroom users disable old@example.org", true);
    CLI::App* set = add(users, "set-operator", "Make a user an operator of the whole server",
                        "  darkroom users set-operator boss@example.org", true);
    for (CLI::App* leaf : {disable, set}) leaf->add_flag("--undo", line_.undo, "The opposite");
    CLI::App* audit = group("audit", "The log of changes", "  darkroom audit verify");
    add(audit, "verify", "Read the whole log; exit 1 if a row is not what was written", "  darkroom audit verify",
        false);
  }

  void add_upstreams() {
    CLI::App* upstreams = group("upstreams", "See upstreams, drain, test and probe them, change their weights",
                                "  darkroom upstreams list\n  darkroom upstreams drain google");
    const auto add = [&](const std::string& name, const char* about, const std::string& rest) {
      CLI::App* leaf = command(upstreams, name, about, ("  darkroom upstreams " + name + rest).c_str());
      add_store_options(leaf);
      add_json(leaf);
      if (!rest.empty()) leaf->add_option("NAME", line_.id, "The upstream")->required()->type_name("");
      return leaf;
    };
    add("list", "How every upstream of a running server is", "");
    add("drain", "Send no new calls there; what runs there ends", " google");
    add("resume", "Send calls there again", " google");
    add("weight", "Change its share of the work", " google 3")
        ->add_option("WEIGHT", line_.weight, "0 to 1000, or `default` for what is configured")
        ->check(CLI::Range(0U, 1000U) | CLI::IsMember({"default"}))
        ->required()
        ->type_name("");
    add("test", "Ask its vendor now, for nothing, whether it is well", " google");
    add("probe", "Change when its vendor is asked that", " google recovery")
        ->add_option("POLICY", line_.probe, "off, recovery or always")
        ->check(CLI::IsMember({"off", "recovery", "always"}))
        ->required()
        ->type_name("");
  }

  void add_the_rest() {
    CLI::App* models = group("models", "The catalogue", "  darkroom models list\n  darkroom models check");
    store_command(models, "list", "Every model with its price", "  darkroom models list --json");
    CLI::App* check = command(models, "check", "Every model with price, parameters and routes; exit 1 on a mistake",
                              "  darkroom models check --config darkroom.toml");
    add_store_options(check);

    CLI::App* config = group("config", "The configuration (docs/CONFIGURATION.md)",
                             "  darkroom config check --config darkroom.toml\n  darkroom config print");
    add_store_options(
        command(config, "check", "Print ok or every mistake", "  darkroom config check --config darkroom.toml"));
    add_store_options(command(config, "print", "Print what is in effect and where it came from, secrets masked",
                              "  darkroom config print"));

    store_command(&app_, "doctor", "Check everything that darkroom needs, without paid calls",
                  "  darkroom doctor --config darkroom.toml");
    command(&app_, "version", "Print the version", "  darkroom version");
  }

  CommandLine& line_;
  CLI::App app_;
};

}  // namespace

std::expected<CommandLine, ParseOutcome> parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  Grammar grammar(line);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    grammar.app().parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    std::size_t used = 0;
    const CLI::App* app = innermost(&grammar.app(), arguments, used);
    // CLI11 puts the command's own name behind what stands before it.
    std::string before;
    for (std::size_t i = 0; i < used; ++i) before += (i == 0 ? "darkroom" : " " + arguments[i - 1]);
    return std::unexpected(ParseOutcome{.text = app->help(before), .exit_code = kDone});
  } catch (const CLI::CallForVersion& version) {
    return std::unexpected(ParseOutcome{.text = version.what() + std::string("\n"), .exit_code = kDone});
  } catch (const CLI::ParseError& problem) {
    return std::unexpected(refuse(grammar.app(), arguments, problem.what()));
  }
  if (line.command == "generate" && line.generate.prompt.empty() && line.generate.resume.empty()) {
    return std::unexpected(refuse(grammar.app(), arguments, "PROMPT is required"));
  }
  return line;
}

}  // namespace darkroom::app
