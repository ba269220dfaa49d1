// Pictures that come with a request as a form: read as they arrive, never whole in memory, kept for the task until its
// end. What the doors that take them have in common. Threads: the connection's loop; the disk is waited for elsewhere.
// A client that goes away, and a request that is refused, leave nothing behind.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/edit_form.h"
#include "api/services.h"
#include "base/http_message.h"
#include "usecase/submit_task.h"

namespace darkroom::api {

// Forms that one account may have on their way to the disk.
inline constexpr std::int64_t kMostUploads = 8;

// One of the account's kMostUploads, from its making to its end.
class UploadTurn {
 public:
  explicit UploadTurn(usecase::AccountState& account)
      : account_(account), granted_(account.uploads.fetch_add(1, std::memory_order_relaxed) < kMostUploads) {}
  UploadTurn(const UploadTurn&) = delete;
  UploadTurn& operator=(const UploadTurn&) = delete;
  ~UploadTurn() { account_.uploads.fetch_sub(1, std::memory_order_relaxed); }
  // rate_limited when there was none left.
  Status granted() const;

 private:
  usecase::AccountState& account_;
  bool granted_;
};

struct UploadedPicture {
  EditForm::Picture picture;
  std::string_view field;  // "image" or "mask"
};
struct UploadedForm {
  std::vector<EditForm::Text> texts;
  std::vector<UploadedPicture> pictures;  // the mask last
  std::size_t images = 0;                 // of them, beside the mask
  bool has_mask() const { return pictures.size() > images; }
};

// The request's body, which is a form. Fails with what the form, the stream or the blob store is at fault of.
Async<Result<UploadedForm>> read_upload(Loop& loop, const Services& services, const http::Request& request);
// Makes the pictures durable under the command's id, which has an upload for each. `content` gets what makes them the
// same in a repetition. Fails with invalid_parameter for what is no picture; then nothing is kept.
Async<Status> keep_uploads(Loop& loop, const Services& services, std::vector<UploadedPicture> pictures,
                           usecase::SubmitCommand* command, std::string* content);

}  // namespace darkroom::api
