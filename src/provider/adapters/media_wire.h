// Media wire: what adapters share that send JSON with pictures, films and sounds to vendors with jobs.
// Threads: values and free functions. Fails with Code::invalid_parameter, which names what a route cannot express.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "provider/adapters/wire.h"

namespace darkroom::provider {

using Names = std::initializer_list<std::string_view>;

// Nothing that a customer asked for is dropped in silence: parameters and roles of references that are not named here
// are refused.
Status check_job(const Job& job, Names parameters, Names roles);
// For vendors that make one result a call.
Status check_one_output(const Job& job);

// A request with the key in Authorization, behind a word such as "Bearer"; its body, if any, is JSON.
Request make_request(std::string_view method, std::string path, std::string_view scheme, const Secret& key);

std::vector<const ReferenceFile*> references_of(const Job& job, std::string_view role);
// The first of that role; nullptr if there is none.
const ReferenceFile* find_reference(const Job& job, std::string_view role);
// The size that pictures and sounds have together once they are base64; films never travel inline.
std::uint64_t inline_bytes(const Job& job);

// Copies a parameter, if the job has it, under the vendor's name.
void copy_parameter(const Job& job, std::string_view name, json::object& to, std::string_view as);
// A parameter that is a string; empty if the job has none.
std::string_view text_parameter(const Job& job, std::string_view name);
// The object's members without its braces.
std::string print_members(const json::object& tree);

// A reference as a JSON string: as a data URI that is encoded while it is sent, so that private and short-lived links
// work too; as the customer's link where we hold no bytes.
void write_inline(BodyWriter& body, const ReferenceFile& reference);
void write_link(BodyWriter& body, const ReferenceFile& reference);

// The text of a member that names a job and may stand in a path: letters, digits and "_-.:", not only dots. Empty for
// anything else.
std::string find_job_id(const json::object& tree, std::string_view name);

// The document of an answer, if it is an object.
const json::object* find_document(const Answer& answer);
bool is_success(const Answer& answer);

}  // namespace darkroom::provider
