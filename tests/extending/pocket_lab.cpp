#include "tests/extending/pocket_lab.h"

#include "provider/adapters/faults.h"
#include "provider/adapters/media_wire.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

constexpr FaultRow kRows[] = {{"declined", Fault::content}, {"no_paper", Fault::overload}};

class PocketLabAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    DR_TRY(check_job(job, {"size"}, {}));
    DR_TRY(check_one_output(job));
    json::object body{{"model", job.wire_model}, {"text", job.prompt}};
    copy_parameter(job, "size", body, "shape");
    Request request = make_request("POST", "/draw", "Bearer", job.api_key);
    request.body = std::move(BodyWriter().text(json::print(body))).finish();
    return request;
  }

  Verdict read_submit(const Answer& answer) const override {
    const json::object* document = find_document(answer);
    if (is_success(answer)) {
      const auto picture = document == nullptr ? std::nullopt : find_payload(*document, "picture");
      return picture ? Verdict(Completed{{PayloadOutput{*picture, "image/png"}}}) : Unreadable{"no picture"};
    }
    const std::string_view word = document == nullptr ? "" : find_text(*document, "error");
    const Fault fault = find_fault(kRows, word).value_or(find_fault(answer.status));
    return judge_submit(fault, print_word(word, "no_word"), read_retry_after(answer.headers));
  }

  std::vector<std::string> payload_members() const override { return {"picture"}; }

  // The account can be read for nothing.
  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) { return make_request("GET", "/account", "Bearer", job.api_key); }};
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_pocket_lab_adapter() { return std::make_unique<const PocketLabAdapter>(); }

}  // namespace darkroom::provider
