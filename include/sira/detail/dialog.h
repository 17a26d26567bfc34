/* Layout of a dialog. Not API. */
#ifndef SIRA_DETAIL_DIALOG_H
#define SIRA_DETAIL_DIALOG_H

#include <sira/dialog.h>
#include <sira/limits.h>

struct sira_dialog {
    uint32_t local_cseq;  /* of the last request sent; 0: none */
    uint32_t remote_cseq; /* of the last one received; only with has_remote_cseq */
    bool has_remote_cseq;
    bool confirmed;
    bool secure;
    bool strict;     /* the first route is a strict router */
    uint16_t end[7]; /* where each part of the text ends */
    char text[SIRA_LIMIT_DIALOG];
};

#endif
