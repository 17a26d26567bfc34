/* A scripted registrar on loopback, in a process of its own and as cheap as can be: it knows lines and the first
 * letters of their names, no SIP. A REGISTER without Authorization gets a challenge, any other gets the binding it asks
 * for. */
#ifndef BENCH_REGISTRAR_H
#define BENCH_REGISTRAR_H

#include <stdint.h>
#include <sys/types.h>

typedef struct registrar {
    int udp;             /* our socket, connected to the registrar; it does not block */
    uint16_t local_port; /* ours */
    uint16_t port;       /* the registrar's; both on 127.0.0.1 */
    int control;         /* the registrar ends when this is closed, so it never outlives us */
    pid_t process;
} registrar;

/* What a registrar did. */
typedef struct registrar_counts {
    uint32_t challenged;
    uint32_t accepted;
    uint32_t ignored; /* no REGISTER, or one without a line that the answer needs */
} registrar_counts;

/* Starts it; the program ends when that fails. */
void registrar_start(registrar *r);

registrar_counts registrar_stop(registrar *r);

#endif
