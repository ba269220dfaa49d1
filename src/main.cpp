#include "app/cli.h"

int main(int argc, char** argv) { return darkroom::app::run(argc, argv); }
