#include "transaction/arrival.h"

sira_status sira_i_arrival_read(sira_i_arrival *arrival, const sira_message *message, const sira_flow *flow)
{
    arrival->message = message;
    arrival->flow = flow;
    sira_status status = sira_message_via(message, &arrival->via, NULL);
    if (status == SIRA_OK)
        status = sira_message_address(message, SIRA_FIELD_FROM, &arrival->from, NULL);
    if (status == SIRA_OK && sira_message_field(message, SIRA_FIELD_TO) != NULL)
        status = sira_message_address(message, SIRA_FIELD_TO, &arrival->to, NULL);
    else
        arrival->to = (sira_address){0}; /* an answer may be known without it */
    if (status == SIRA_OK)
        status = sira_message_call_id(message, &arrival->call_id, NULL);
    if (status == SIRA_OK)
        status = sira_message_cseq(message, &arrival->cseq, NULL);
    return status;
}
