/* The version of the headers, and of the library that is linked. */
#ifndef SIRA_VERSION_H
#define SIRA_VERSION_H

#include <sira/export.h>

#define SIRA_VERSION_MAJOR 0
#define SIRA_VERSION_MINOR 1
#define SIRA_VERSION_PATCH 0
#define SIRA_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/* SIRA_VERSION of the library that runs; compare it with the macro to find a mix-up. Static. */
SIRA_API const char *sira_version(void);

#ifdef __cplusplus
}
#endif
#endif
