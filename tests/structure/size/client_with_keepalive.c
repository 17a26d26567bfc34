/* The registration client that also keeps its flow alive: so the cost of that is seen. */
#define WITH_KEEPALIVE
#include "client.c"
