// Submits: a JSON object in, a task id out.
// Threads: the connection's loop.
#pragma once

#include "api/exchange.h"
#include "base/json.h"

namespace darkroom::api {

// POST /api/v1/images/generations and /api/v1/videos/generations -> 200 {"id","model","status","created_at"}. The
// content type is not looked at, since the contract's own samples send JSON as curl's default; a content encoding is
// refused.
Answer submit_generation(Exchange& exchange);

// POST /api/v1/videos/{id}/remix -> the same, of a job that goes on from that task's film: its model, unless one is
// named, and source_task_id are added to the body.
Answer submit_remix(Exchange& exchange);

// Of other ways to submit.
// Whether only the price is asked for.
Result<bool> read_dry_run(const json::object& body);
// The answer to a dry run: {"model", "mode", "quote": {…}}.
json::object describe_quoted(const usecase::Quoted& quoted);
Result<json::object> parse_submit_body(const http::Request& request);
// Idempotent-Replayed and Darkroom-Warnings, where they belong.
void add_submit_fields(const usecase::Submitted& submitted, http::Response& response);

}  // namespace darkroom::api
