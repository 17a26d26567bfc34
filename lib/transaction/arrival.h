/* A message that has arrived, with all that was read of it on the way: nobody reads it again. */
#ifndef SIRA_TRANSACTION_ARRIVAL_H
#define SIRA_TRANSACTION_ARRIVAL_H

#include <sira/message.h>
#include <sira/transport.h>

typedef struct sira_arrival {
    const sira_message *message;
    const sira_flow *flow;    /* which socket or connection it came in on, and from whom */
    const sira_oddities *odd; /* of an answer: what was let pass */
    sira_via via;             /* the topmost */
    sira_address from, to;    /* an answer may have no To: then it is empty */
    sira_str call_id;
    sira_cseq cseq;
} sira_i_arrival;

/* Reads what every message must have, but odd. SIRA_OK or why not, which a validated message never gives. */
sira_status sira_i_arrival_read(sira_i_arrival *arrival, const sira_message *message, const sira_flow *flow);

#endif
