#include "net/lane.h"

namespace darkroom::net {

void Lane::count_answer(int status) {
  const auto index = static_cast<std::size_t>(status);
  if (server.metrics == nullptr || index >= answers.size()) return;
  if (answers[index] == nullptr) {
    answers[index] = &server.metrics->counter("darkroom_http_requests_total", "Answered HTTP requests by status",
                                              {{"status", std::to_string(status)}});
  }
  answers[index]->Increment();
}

}  // namespace darkroom::net
