// EditForm: the parts of POST /v1/images/edits as they arrive. Texts stay in memory, bounded together like a JSON body;
// pictures go into writers of the blob store, told by their first bytes. Threads: one at a time; blocks on the disk.
// Owns the writers: a form that is dropped leaves nothing behind. Fails with invalid_parameter or body_too_large, the
// field named, or with what the blob store says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "blob/blob_store.h"
#include "net/multipart.h"

namespace darkroom::api {

struct EditLimits {
  std::uint64_t picture_bytes = 20 << 20;  // of one
  std::size_t pictures = 16;               // beside the mask
  std::size_t text_bytes = 1 << 20;        // of all texts with their names
};

class EditForm final : public net::PartSink {
 public:
  struct Text {
    std::string name;  // as sent, so perhaps with "[]"
    std::string value;
  };
  using Picture = std::shared_ptr<blob::Writer>;

  EditForm(blob::Store& blobs, const EditLimits& limits) : blobs_(blobs), limits_(limits) {}

  Status begin_part(net::PartHead head) override;
  Status write_part(std::string_view bytes) override;
  Status end_part() override;

  const std::vector<Text>& texts() const { return texts_; }
  const std::vector<Picture>& pictures() const { return pictures_; }  // in the order of the form
  const Picture& mask() const { return mask_; }                       // null without one

 private:
  static constexpr std::size_t kMagicBytes = 12;

  Status begin_text(std::string name);
  Status begin_picture(std::string_view name);
  Status check_magic() const;

  blob::Store& blobs_;
  EditLimits limits_;
  std::vector<Text> texts_;
  std::vector<Picture> pictures_;
  Picture mask_;
  // The part that is being read.
  blob::Writer* writer_ = nullptr;  // null: it is the last of texts_
  std::string_view field_;
  std::string magic_;
  std::size_t text_bytes_ = 0;
};

}  // namespace darkroom::api
