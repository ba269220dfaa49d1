// A task: one customer's generation, from accepted to ended. Plan is frozen at birth; Progress is what the engine knows
// so far; both are stored as JSON through the codec. Only task/machine changes state and progress. Threads: plain
// values. Times are wall times, since they outlive the process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/credits.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "ledger/entry.h"

namespace darkroom::task {

enum class State : std::uint8_t {
  queued = 0,
  submitting = 1,
  running = 2,
  saving = 3,
  completed = 4,
  failed = 5,
  cancelled = 6
};

std::string_view print(State state);  // "queued", …
bool is_ended(State state);
// What the contract shows: "processing", "completed" or "failed".
std::string_view public_status(State state);

// One way to get the work done: a model at an upstream.
struct Route {
  std::string upstream;         // a name of the configuration
  std::string wire_model;       // the vendor's own model id
  bool repeat_unknown = false;  // may a call whose answer was lost be sent again?
  MicroCredits call_cost;       // what one call costs the operator; booked when a call is lost
};

// A picture, film or sound that the customer named by its address, or sent along.
struct ReferenceSource {
  std::string role;   // what it is for: "image", "first_frame", "last_frame", "video", "audio" or "mask"
  std::string field;  // the customer's name for it, for messages: "image_urls[1]"
  std::string url;
  std::string upload = {};  // instead of the URL: the blob in which it lies already
};

struct Plan {
  std::string model;          // as the customer named it
  std::string kind;           // "image", "video" or "tool"
  std::string mode;           // which of the model's modes the request is, such as "image-to-video"
  std::vector<Route> routes;  // in order of preference, at least one
  std::string prompt;
  json::object parameters;  // normalised, defaults filled in; without prompt, n and media links
  std::vector<ReferenceSource> reference_sources;
  std::uint32_t count = 1;                   // calls upstream
  std::uint32_t outputs_per_call = 1;        // asked of each call; the hold is count x outputs_per_call x unit_price
  MicroCredits unit_price;                   // of one output
  std::int64_t billed_seconds = 0;           // of film that unit_price pays for; 0: it does not go by time
  std::int64_t cap_seconds = 900;            // wall-clock cap from the first call; then 80002
  std::optional<WallTime> cancel_at;         // the caller's own deadline: then the task is cancelled
  std::string callback_url;                  // told of the end; empty: none
  std::vector<std::string> callback_events;  // names of webhook::EventType; empty: every one
  std::string request_id;                    // of the submit, so that who has it in a log finds the task
};

// A reference on disk.
struct Reference {
  std::string role;  // of its source
  std::string url;   // where its owner keeps it, for vendors that fetch by themselves
  std::string blob;
  std::string mime;
  std::uint64_t size_bytes = 0;
};

// What an output is to the customer: what was asked and is charged, or something that comes along with it.
enum class OutputRole : std::uint8_t { result = 0, last_frame = 1, poster = 2 };

struct Output {
  OutputRole role = OutputRole::result;
  std::string blob;  // "tasks/<32 hex>/<index>.<ext>", also the path below /media/
  std::string mime;
  std::uint64_t size_bytes = 0;
  std::string sha256_hex;
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
  std::int64_t duration_milliseconds = 0;  // of a film
};

enum class CallState : std::uint8_t {
  waiting = 0,
  in_flight = 1,  // sent, not answered
  delivered = 2,
  failed = 3,
  accepted = 4,  // an asynchronous vendor works on it under `upstream_id`
  lost = 5       // sent, and the answer lost: the vendor is to be asked whether it has the job
};

// One call upstream.
struct Call {
  CallState state = CallState::waiting;
  std::uint32_t attempts = 0;               // begun so far, over all routes
  std::uint32_t route = 0;                  // index into Plan::routes
  std::uint32_t hops = 0;                   // changes of route or key so far
  std::vector<std::uint32_t> refused;       // routes that cannot do it, as they said
  std::uint32_t unknowns = 0;               // answers lost so far
  WallTime due_at{};                        // when waiting, accepted or lost: not before this
  std::optional<WallTime> first_failed_at;  // the retry budget counts from here
  std::optional<Code> failure;              // the last one, while waiting; the final one, when failed
  std::string upstream_id;                  // when accepted: the vendor's name of the job
  std::string key_tag;                      // of the key that the job belongs to, while one is out; never the key
  WallTime accepted_at{};                   // when accepted
  std::uint32_t polls = 0;                  // since it was accepted, or lost
  std::uint32_t save_failures = 0;          // finished outputs that could not be fetched
  std::vector<Output> outputs;              // when delivered: at least one result
};

struct Progress {
  std::optional<WallTime> began_at;  // the first call; the wall-clock cap counts from here, never the wait for a turn
  bool references_ready = false;
  std::vector<Reference> references;
  std::string problem;      // what the customer reads instead of the failure's own meaning; may be empty
  std::vector<Call> calls;  // Plan::count of them
};

struct Task {
  TaskId id;
  AccountId account;
  KeyId key;
  ledger::Book book = ledger::Book::live;
  State state = State::queued;
  WallTime created_at{};
  WallTime due_at{};  // the engine looks at it then
  std::optional<WallTime> ended_at;
  std::uint32_t fence = 0;  // raised by every claim; a write with an old one is refused
  bool leased = false;
  std::uint32_t event_count = 0;  // events written so far; the next has this number
  MicroCredits hold;
  MicroCredits captured;        // set at the end
  std::optional<Code> failure;  // set when failed
  Plan plan;
  Progress progress;
};

// A row of the task's event log. `type` is one of: accepted, started, attempt, waiting, completed, failed, cancelled.
struct Event {
  TaskId task;
  std::uint32_t number = 0;
  WallTime at{};
  std::string type;
  std::string data;  // a JSON object; may name upstreams, so api/ filters it for customers
};

// Ids begin with their time, so a time is a place among them: before every task of that millisecond.
TaskId first_id_at(WallTime time);

// The code of that name (info(code).name), for stored failures.
std::optional<Code> find_code(std::string_view name);

// The delivered outputs of that role, in the order of the calls.
std::vector<const Output*> outputs_of(const Task& task, OutputRole role);

}  // namespace darkroom::task
