#include "provider/adapters/veo_films.h"

#include <fmt/format.h>

#include <algorithm>

#include "provider/adapters/google.h"
#include "provider/adapters/media_wire.h"

namespace darkroom::provider {
namespace {

// ---- the request

bool is_person_generation(const json::value& value, VeoHost host) {
  if (value == "allow_all" || value == "allow_adult") return true;
  return host == VeoHost::vertex && (value == "dont_allow" || value == "disallow");
}

// Neither host makes an animated GIF. The Gemini API's films always have sound, and its prompts are always enhanced.
bool can_express_on(VeoHost host, std::string_view name, const json::value& value) {
  const bool is_vertex = host == VeoHost::vertex;
  if (name == "size" || name == "resolution" || name == "negative_prompt") return value.is_string();
  if (name == "duration" || name == "seed") return value.is_int64() || value.is_uint64();
  if (name == "person_generation") return is_person_generation(value, host);
  if (name == "generate_audio") return is_vertex ? value.is_bool() : value == true;
  if (name == "enhance_prompt") return is_vertex ? value.is_bool() : value == true;
  if (name == "resize_mode") return is_vertex && value.is_string();
  if (name == "enable_gif") return value == false;
  return name == "official_fallback";
}
// The lite models have no 4k.
bool can_express_gemini(const Job& job, std::string_view name, const json::value& value) {
  if (name == "resolution" && value == "4k" && job.wire_model.contains("-lite-")) return false;
  return can_express_on(VeoHost::gemini_api, name, value);
}
bool can_express_vertex(const Job&, std::string_view name, const json::value& value) {
  return can_express_on(VeoHost::vertex, name, value);
}

// Frames or references, never both; a film to go on from alone, and on the Gemini API only.
Status check_references(const Job& job, VeoHost host) {
  if (host == VeoHost::gemini_api && job.references.size() == 1 && job.references.front().role == "video") return {};
  const ReferenceFile* first = find_reference(job, "first_frame");
  const ReferenceFile* last = find_reference(job, "last_frame");
  for (const ReferenceFile& reference : job.references) {
    const bool is_frame = &reference == first || &reference == last;
    if (is_frame || (reference.role == "image" && first == nullptr && last == nullptr)) continue;
    return fail(Code::invalid_parameter, "this route cannot express such a reference", reference.role);
  }
  if (last != nullptr && first == nullptr) {
    return fail(Code::invalid_parameter, "a last frame needs a first one", "last_frame");
  }
  return {};
}

// bytesBase64Encoded is what Google's own libraries send. The REST pages show inlineData, which some deployments do not
// know.
void write_picture(const ReferenceFile& reference, BodyWriter& body) {
  body.text(R"({"bytesBase64Encoded":")").base64_of(reference.blob).text(R"(","mimeType":)");
  body.json_string(reference.mime).text("}");
}

void write_references(const Job& job, BodyWriter& body) {
  if (const ReferenceFile* film = find_reference(job, "video")) {
    body.text(R"(,"video":{"encodedVideo":")").base64_of(film->blob).text(R"(","encoding":)");
    body.json_string(film->mime).text("}");
  }
  if (const ReferenceFile* first = find_reference(job, "first_frame")) {
    body.text(R"(,"image":)");
    write_picture(*first, body);
  }
  if (const ReferenceFile* last = find_reference(job, "last_frame")) {
    body.text(R"(,"lastFrame":)");
    write_picture(*last, body);
  }
  if (find_reference(job, "image") == nullptr) return;
  body.text(R"(,"referenceImages":[)");
  for (const ReferenceFile& reference : job.references) {
    if (&reference != job.references.data()) body.text(",");
    body.text(R"({"image":)");
    write_picture(reference, body);
    body.text(R"(,"referenceType":"asset"})");
  }
  body.text("]");
}

// The vendor's parameters. A seed goes to the Gemini API too: its pages name it, although Google's own library does not
// send it there.
json::object make_parameters(const Job& job, VeoHost host) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"resolution", "resolution"},          {"duration", "durationSeconds"},
      {"negative_prompt", "negativePrompt"}, {"seed", "seed"},
      {"generate_audio", "generateAudio"},   {"enhance_prompt", "enhancePrompt"},
      {"resize_mode", "resizeMode"},         {"person_generation", "personGeneration"},
  };
  const bool is_vertex = host == VeoHost::vertex;
  json::object parameters;
  if (const std::string_view size = text_parameter(job, "size"); size.contains(':')) parameters["aspectRatio"] = size;
  for (const auto& [ours, theirs] : kNames) {
    const json::value* value = json::find(job.parameters, ours);
    if (value == nullptr) continue;
    if (!is_vertex && (ours == "generate_audio" || ours == "enhance_prompt")) continue;
    if (ours == "resize_mode" && find_reference(job, "first_frame") == nullptr) continue;  // nothing to fit
    parameters[theirs] = *value == "disallow" ? json::value("dont_allow") : *value;
  }
  if (is_vertex) {
    parameters["sampleCount"] = job.outputs;
    // Sound is part of the film unless it was declined, on either host.
    if (!parameters.contains("generateAudio")) parameters["generateAudio"] = true;
  }
  return parameters;
}

// ---- the answers

// An operation's name becomes part of a path that is asked with the key.
bool is_operation_name(std::string_view name) {
  constexpr std::string_view kMarks = "/._-";
  const auto plain = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kMarks.contains(c);
  };
  return !name.empty() && name.size() <= kUpstreamIdBytes && !name.starts_with('/') && !name.contains("..") &&
         name.contains("operations/") && std::ranges::all_of(name, plain);
}

// An operation's error carries a gRPC number.
Verdict read_operation_error(const json::object& error) {
  const std::string_view message = find_text(error, "message");
  const std::int64_t code = json::get_int(error, "code");
  const std::string reason = fmt::format("grpc_{}", code);
  switch (code) {
    case 3:  // INVALID_ARGUMENT
      if (is_policy_text(message)) return judge_job(Fault::content, describe_refusal(reason, message));
      return judge_job(Fault::request, reason);
    case 7:   // PERMISSION_DENIED
    case 16:  // UNAUTHENTICATED
      return judge_job(Fault::key, reason);
    case 8: return judge_job(Fault::quota, reason);  // RESOURCE_EXHAUSTED
    case 4:                                          // DEADLINE_EXCEEDED
    case 13:                                         // INTERNAL
    case 14:                                         // UNAVAILABLE
      return judge_job(Fault::overload, reason);
    default: return judge_job(Fault::strange, reason);
  }
}

std::string join_reasons(const json::object& result) {
  std::string all;
  const json::array* reasons = find_array(result, "raiMediaFilteredReasons");
  if (reasons == nullptr) return all;
  for (const json::value& reason : *reasons) {
    if (reason.is_string()) all += std::string_view(reason.get_string());
  }
  return all;
}

// Filtered films are not in the list: with some left it is a partial delivery, with none a refusal.
Verdict read_films_of(VeoResult found) {
  if (!found.films.empty()) return Completed{std::move(found.films)};
  if (found.result != nullptr && json::get_int(*found.result, "raiMediaFilteredCount") > 0) {
    return Refused{false, describe_refusal("filtered", join_reasons(*found.result))};
  }
  return Unreadable{"done without a film"};
}

}  // namespace

Result<std::vector<BodyPart>> make_veo_body(const Job& job, VeoHost host) {
  DR_TRY(check_parameters(job, host == VeoHost::vertex ? can_express_vertex : can_express_gemini));
  DR_TRY(check_references(job, host));
  if (host == VeoHost::gemini_api && job.outputs > 1) {
    return fail(Code::invalid_parameter, "this route makes one film a call", "n");
  }
  BodyWriter body;
  body.text(R"({"instances":[{"prompt":)").json_string(job.prompt);
  write_references(job, body);
  body.text(R"(}],"parameters":)").text(json::print(make_parameters(job, host))).text("}");
  return std::move(body).finish();
}

Verdict read_veo_submit(const Answer& answer) {
  if (!is_success(answer)) {
    GoogleError error = read_google_error(answer);
    return judge_submit(error.fault, std::move(error.reason), error.after);
  }
  const json::object* document = find_google_document(answer);
  const std::string_view name = document == nullptr ? "" : find_text(*document, "name");
  if (!is_operation_name(name)) return Unreadable{"no operation's name"};
  return Accepted{std::string(name)};
}

Verdict read_veo_poll(const Job& job, const Answer& answer, ReadFilms& read_films) {
  if (!is_success(answer)) {
    GoogleError error = read_google_error(answer);
    return judge_poll(error.fault, std::move(error.reason), error.after);
  }
  const json::object* document = find_google_document(answer);
  if (document == nullptr) return Unreadable{answer.is_json ? "the answer is no JSON object" : "not JSON"};
  if (!find_flag(*document, "done")) return Pending{};
  if (const json::object* error = find_object(*document, "error")) return read_operation_error(*error);
  const json::object* response = find_object(*document, "response");
  return response == nullptr ? Verdict(Unreadable{"done without a response"})
                             : read_films_of(read_films(job, *response));
}

}  // namespace darkroom::provider
