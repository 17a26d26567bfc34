#include "support/guesses.h"

#include <string.h>

/* FNV-1a behind the key. Of IPv6 the first 64 bits, as one customer has all the others. */
static size_t place_of(const guesses *self, const sira_endpoint *address)
{
    uint32_t hash = 2166136261u ^ self->key;
    for (size_t i = 0; i < 8; i++)
        hash = (hash ^ address->address[i]) * 16777619u;
    return (hash ^ hash >> 16) % GUESSES_PLACES;
}

static bool is_of(const guesses_entry *entry, const sira_endpoint *address)
{
    return entry->count != 0 && entry->address.family == address->family &&
           memcmp(entry->address.address, address->address, 8) == 0;
}

uint32_t guesses_wait(const guesses *self, const sira_endpoint *address, uint64_t now)
{
    const guesses_entry *entry = &self->all[place_of(self, address)];
    if (!is_of(entry, address) || entry->count <= GUESSES_FREE || now - entry->last > GUESSES_FORGET)
        return 0;
    const uint32_t over = entry->count - GUESSES_FREE;
    const uint32_t pause = over < 6 ? 1u << over : GUESSES_LONGEST;
    const uint64_t end = entry->last + 1000u * (uint64_t)(pause < GUESSES_LONGEST ? pause : GUESSES_LONGEST);
    return now < end ? (uint32_t)((end - now + 999u) / 1000u) : 0;
}

void guesses_wrong(guesses *self, const sira_endpoint *address, uint64_t now)
{
    guesses_entry *entry = &self->all[place_of(self, address)];
    if (!is_of(entry, address) || now - entry->last > GUESSES_FORGET)
        *entry = (guesses_entry){.address = *address};
    entry->count += entry->count < UINT32_MAX;
    entry->last = now;
}

void guesses_right(guesses *self, const sira_endpoint *address)
{
    guesses_entry *entry = &self->all[place_of(self, address)];
    if (is_of(entry, address))
        entry->count = 0;
}
