/* A fault that is easy to find: tests/fuzz/run must find it, else it would find nothing. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    REQUIRE(size < 4 || memcmp(data, "SIP/", 4) != 0);
    return 0;
}
