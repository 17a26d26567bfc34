#include <sira/version.h>

const char *sira_version(void)
{
    return SIRA_VERSION;
}
