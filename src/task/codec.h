// The storage form of a task's plan and progress: JSON with the members of the structs. To add a member: one line in
// the print_ function of its struct and one in the read_ function (codec.cpp), a value in task_test.cpp. A member that
// may have its default is printed only when it differs, so the rows of a busy store stay small and older ones stay
// readable. Printed with a Pen, since every submit pays for it; read strictly, since only we wrote it.
// Threads: free functions. Fails with store_failed for a text that we did not write.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "task/task.h"

namespace darkroom::task {

std::string print_plan(const Plan& plan);
Result<Plan> parse_plan(std::string_view text);
std::string print_progress(const Progress& progress);
Result<Progress> parse_progress(std::string_view text);

}  // namespace darkroom::task
