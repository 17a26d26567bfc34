/* A digital search tree: level n branches on bit n of the id, so no peer and no clock can make it deeper than 64. */
#include "transaction/client.h"

void sira_i_transactions_init(sira_transactions *transactions)
{
    transactions->root = NULL;
}

/* The place in the tree that holds the id, or where it would go. */
static sira_transaction **place_of(sira_transaction **place, uint64_t id)
{
    for (uint64_t bits = id; *place != NULL && (*place)->id != id; bits <<= 1)
        place = &(*place)->child[bits >> 63];
    return place;
}

sira_status sira_i_transactions_add(sira_transactions *transactions, sira_transaction *transaction)
{
    sira_transaction **place = place_of(&transactions->root, transaction->id);
    if (*place != NULL)
        return SIRA_E_STATE;
    transaction->child[0] = NULL;
    transaction->child[1] = NULL;
    *place = transaction;
    return SIRA_OK;
}

void sira_i_transactions_remove(sira_transactions *transactions, sira_transaction *transaction)
{
    sira_transaction **place = place_of(&transactions->root, transaction->id);
    if (*place != transaction)
        return;
    /* Any leaf below may take the place: its leading bits led through here. */
    sira_transaction **leaf = place;
    while ((*leaf)->child[0] != NULL || (*leaf)->child[1] != NULL)
        leaf = &(*leaf)->child[(*leaf)->child[0] == NULL];
    sira_transaction *moved = *leaf;
    *leaf = NULL;
    if (moved != transaction) {
        moved->child[0] = transaction->child[0];
        moved->child[1] = transaction->child[1];
        *place = moved;
    }
}

sira_transaction *sira_i_transactions_find(const sira_transactions *transactions, uint64_t id)
{
    sira_transaction *at = transactions->root;
    for (uint64_t bits = id; at != NULL && at->id != id; bits <<= 1)
        at = at->child[bits >> 63];
    return at;
}
