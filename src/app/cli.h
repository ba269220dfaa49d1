// The command line of the program: finds the command, loads what it needs, runs it.
// Threads: main. Gives the exit code: 0 done, 1 failed, 2 wrong usage, 3 cannot reach the server or store.
#pragma once

namespace darkroom::app {

int run(int argc, char** argv);

}  // namespace darkroom::app
