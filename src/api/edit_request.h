// The form of POST /v1/images/edits in the words of a submit: texts become the JSON that the model's parameters are of,
// pictures and mask become links that stand for them. Pure. Threads: no state. Fails with missing_parameter or
// invalid_parameter, the field named as the form spells it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/edit_form.h"
#include "base/json.h"
#include "base/result.h"
#include "catalog/catalog.h"

namespace darkroom::api {

// What stands in the body for the upload of that number: pictures first, then the mask. Nobody can own such a name.
std::string upload_link(std::size_t index);

// Without a model that is known the links are left out: the submit has its own words for that.
Result<json::object> make_edit_body(const std::vector<EditForm::Text>& texts, std::size_t pictures, bool has_mask,
                                    const catalog::Catalog& catalog);

// The same for a body that names its model already: the links of pictures and mask, where the model takes them. Nothing
// for a model that is not known.
Status add_upload_links(json::object& body, std::size_t pictures, bool has_mask, const catalog::Catalog& catalog);

// An error of the submit in the words of the form, where it is about a link that stands for an upload.
Error in_words_of_form(Error error, const json::object& body, const catalog::Catalog& catalog);

}  // namespace darkroom::api
