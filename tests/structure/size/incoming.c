/* The registration client that also answers requests: so their cost is seen. */
#define WITH_INCOMING
#include "client.c"
