// The door for OpenAI's SDKs, /v1: the same tasks, but the answer waits for the task's end. Threads: the connection's
// loop. Errors have OpenAI's shape. Once there is a task, every answer names it in Darkroom-Task and carries
// `x-should-retry: false`: an SDK that sent the request again would buy the picture twice.
#pragma once

#include "account/sha256.h"
#include "api/exchange.h"
#include "api/openai_request.h"

namespace darkroom::api {

// The path by which a model is offered that this door serves.
inline constexpr std::string_view kImageEndpoint = "/api/v1/images/generations";

// POST /v1/images/generations -> 200 {"created", "data": [{"url"} or {"b64_json"}]}; still_processing, naming the task,
// if it has not ended within Limits::openai_wait.
Answer create_openai_image(Exchange& exchange);
// GET /v1/models -> {"object": "list", "data": [{"id", "object": "model", "created", "owned_by"}]}: the image models
// that the key may use.
Answer list_openai_models(Exchange& exchange);
// GET /v1/models/{id}; unknown_model with status 404.
Answer show_openai_model(Exchange& exchange);

// What all ways in have in common: submits, waits, answers. `request` is the digest of what was asked and by whom.
Answer submit_and_wait(Exchange& exchange, usecase::SubmitCommand command, PictureForm form, account::Digest request);

}  // namespace darkroom::api
