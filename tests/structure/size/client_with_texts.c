/* The registration client that also tells a person what happens: so the cost of the texts is seen. */
#define WITH_TEXTS
#include "client.c"
