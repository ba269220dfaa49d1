// Ark image: Seedream on Volcengine Ark or BytePlus: one synchronous call, which may bring a set of pictures, each as
// base64 inside the answer.
// Threads: the adapter is immutable. Every row of the vendor's tables is a fixture in tests/provider/ark-image/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_ark_image_adapter();

}  // namespace darkroom::provider
