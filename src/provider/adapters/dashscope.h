// DashScope (Alibaba Model Studio): HappyHorse, and Wan from 2.7 on: a task is submitted, polled and, while it is
// pending, cancelled. Its list of tasks can only say that there are none.
// Threads: the adapter is immutable. Every row of the vendor's tables is a fixture in tests/provider/dashscope/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_dashscope_adapter();

}  // namespace darkroom::provider
