/* The registration client that also sends requests: so their cost is seen. */
#define WITH_REQUESTS
#include "client.c"
