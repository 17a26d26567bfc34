/* Any bytes as a message: parsed, validated, each typed view asked for, answered, and written again, strictly and with
 * bare LFs. What must hold is in tests/torture/examine.h. */
#include "fuzz/fuzz.h"
#include "torture/examine.h"

static void run(sira_str bytes, unsigned lenient)
{
    examined result;
    const char *wrong = examine(bytes, lenient, &result);
    if (wrong != NULL)
        fprintf(stderr, "%s (leniency %u)\n", wrong, lenient);
    REQUIRE(wrong == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const sira_str bytes = {(const char *)data, size};
    run(bytes, SIRA_LENIENT_NONE);
    run(bytes, SIRA_LENIENT_BARE_LF);
    return 0;
}
