/* DNS by c-ares: its sockets are watched by the loop, its time is a timer of the loop, and nothing waits. c-ares asks,
 * repeats, goes to the next server and to TCP; the records are read here, because it does not tell all their lifetimes.
 */
#include "host/dns.h"

#include "host/records.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <ares.h>

#define TIMEOUT 2000     /* ms until a server is asked again, or the next one; c-ares doubles it */
#define TRIES 3          /* at each */
#define QUERIES_MAX 256u /* at once */
#define NAME_SIZE 256
#define SERVERS_SIZE 512
#define RESOLV_CONF "/etc/resolv.conf"

typedef struct query query;
struct query {
    struct sira_host_dns *dns;
    query *next; /* of those that have failed and have to be told */
    uint32_t ticket;
    sira_dns_type type;
    char name[NAME_SIZE];
};

typedef struct watched watched;
struct watched {
    uv_poll_t handle;
    watched *next;
    ares_socket_t socket;
    struct sira_host_dns *dns;
};

typedef struct sira_host_dns {
    sira_host *host;
    ares_channel channel;
    uv_timer_t timer;
    bool has_channel, is_asking;
    bool is_processing; /* c-ares is at work, and its channel must stay */
    unsigned queries;
    watched *sockets;
    query *failed;              /* while the agent was asking */
    char servers[SERVERS_SIZE]; /* as c-ares wants them; empty: those of the system */
    struct stat system;         /* of resolv.conf, when it was read */
    sira_i_records records;
} sira_host_dns;

/* ---- the loop ---- */

static void on_timer(uv_timer_t *timer);

static void schedule(sira_host_dns *dns)
{
    struct timeval left, *next = dns->has_channel ? ares_timeout(dns->channel, NULL, &left) : NULL;
    if (dns->failed != NULL)
        (void)uv_timer_start(&dns->timer, on_timer, 0, 0);
    else if (next != NULL)
        (void)uv_timer_start(&dns->timer, on_timer,
                             (uint64_t)next->tv_sec * 1000u + (uint64_t)next->tv_usec / 1000u + 1, 0);
    else
        (void)uv_timer_stop(&dns->timer);
}

static void on_watched_closed(uv_handle_t *handle)
{
    watched *one = handle->data;
    sira_host *host = one->dns->host;
    free(one);
    sira_i_host_released(host);
}

static void drop_channel(sira_host_dns *dns)
{
    if (!dns->has_channel || dns->is_processing)
        return;
    dns->has_channel = false;
    ares_destroy(dns->channel);
}

static void process(sira_host_dns *dns, ares_socket_t readable, ares_socket_t writable)
{
    dns->is_processing = true;
    ares_process_fd(dns->channel, readable, writable);
    dns->is_processing = false;
    if (dns->host->loop == NULL)
        drop_channel(dns); /* an answer has closed the host */
    else
        schedule(dns);
}

static void on_socket(uv_poll_t *handle, int status, int events)
{
    watched *one = handle->data;
    sira_host_dns *dns = one->dns;
    ares_socket_t socket = one->socket;
    /* An error is found by reading, too. */
    bool readable = status < 0 || (events & UV_READABLE) != 0, writable = status < 0 || (events & UV_WRITABLE) != 0;
    process(dns, readable ? socket : ARES_SOCKET_BAD, writable ? socket : ARES_SOCKET_BAD);
}

static watched *watch(sira_host_dns *dns, ares_socket_t socket)
{
    watched *one = calloc(1, sizeof *one);
    if (one == NULL || uv_poll_init(dns->host->loop, &one->handle, socket) != 0) {
        free(one);
        return NULL; /* its query ends by the timeout */
    }
    one->handle.data = one;
    one->dns = dns;
    one->socket = socket;
    one->next = dns->sockets;
    dns->sockets = one;
    dns->host->handles++;
    return one;
}

static void on_socket_state(void *context, ares_socket_t socket, int readable, int writable)
{
    sira_host_dns *dns = context;
    watched **at = &dns->sockets;
    while (*at != NULL && (*at)->socket != socket)
        at = &(*at)->next;
    watched *one = *at;
    if (readable != 0 || writable != 0) {
        if (one == NULL && dns->host->loop != NULL)
            one = watch(dns, socket);
        if (one != NULL)
            (void)uv_poll_start(&one->handle, (readable != 0 ? UV_READABLE : 0) | (writable != 0 ? UV_WRITABLE : 0),
                                on_socket);
    } else if (one != NULL) {
        *at = one->next;
        uv_close((uv_handle_t *)&one->handle, on_watched_closed);
    }
}

/* ---- answers ---- */

static void tell(sira_host_dns *dns, const query *asked)
{
    const sira_i_records *records = &dns->records;
    const sira_dns_answer answer = {.ticket = asked->ticket,
                                    .result = records->result,
                                    .ttl = records->ttl,
                                    .records = records->list,
                                    .count = records->count};
    sira_agent_dns_answer(&dns->host->agent, &answer, sira_host_now(dns->host));
}

static void tell_failed(sira_host_dns *dns)
{
    while (dns->failed != NULL && dns->host->loop != NULL) {
        query *asked = dns->failed;
        dns->failed = asked->next;
        dns->records.result = SIRA_DNS_FAILED;
        dns->records.count = 0;
        tell(dns, asked);
        free(asked);
    }
}

static void on_timer(uv_timer_t *timer)
{
    sira_host_dns *dns = timer->data;
    tell_failed(dns);
    if (dns->host->loop != NULL && dns->has_channel)
        process(dns, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static void on_answer(void *context, int status, int timeouts, unsigned char *bytes, int length)
{
    query *asked = context;
    sira_host_dns *dns = asked->dns;
    (void)timeouts;
    (void)status; /* the bytes say it, where there are any */
    dns->queries--;
    if (dns->host->loop == NULL) {
        free(asked);
        return;
    }
    if (dns->is_asking) { /* inside a callback of the agent's */
        asked->next = dns->failed;
        dns->failed = asked;
        return;
    }
    sira_i_records_read(&dns->records, (sira_str){(const char *)bytes, bytes != NULL ? (size_t)length : 0},
                        sira_str_from(asked->name), asked->type);
    tell(dns, asked);
    free(asked);
}

/* ---- asking ---- */

static bool open_channel(sira_host_dns *dns)
{
    struct ares_options options = {
        .timeout = TIMEOUT, .tries = TRIES, .sock_state_cb = on_socket_state, .sock_state_cb_data = dns};
    if (stat(RESOLV_CONF, &dns->system) != 0)
        dns->system = (struct stat){0};
    dns->has_channel = ares_init_options(&dns->channel, &options,
                                         ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB) == ARES_SUCCESS;
    if (dns->has_channel && dns->servers[0] != '\0' &&
        ares_set_servers_ports_csv(dns->channel, dns->servers) != ARES_SUCCESS) {
        ares_destroy(dns->channel);
        dns->has_channel = false;
    }
    return dns->has_channel;
}

/* The system has got other servers, by DHCP say: what is under way fails, and is asked anew by whoever wants it. */
static void follow_system(sira_host_dns *dns)
{
    struct stat present;
    if (dns->servers[0] != '\0' || !dns->has_channel || dns->is_processing || stat(RESOLV_CONF, &present) != 0)
        return;
    if (present.st_mtim.tv_sec == dns->system.st_mtim.tv_sec &&
        present.st_mtim.tv_nsec == dns->system.st_mtim.tv_nsec && present.st_ino == dns->system.st_ino &&
        present.st_size == dns->system.st_size)
        return;
    drop_channel(dns);
}

sira_status sira_i_dns_query(void *context, uint32_t ticket, sira_str name, sira_dns_type type)
{
    sira_host *host = context;
    sira_host_dns *dns = host->dns;
    if (host->loop == NULL || dns == NULL || dns->queries >= QUERIES_MAX || name.len == 0 || name.len >= NAME_SIZE)
        return SIRA_E_RESOLVE;
    query *asked = calloc(1, sizeof *asked);
    if (asked == NULL)
        return SIRA_E_RESOLVE;
    dns->is_asking = true;
    follow_system(dns);
    if (!dns->has_channel && !open_channel(dns)) {
        dns->is_asking = false;
        free(asked);
        return SIRA_E_RESOLVE;
    }
    asked->dns = dns;
    asked->ticket = ticket;
    asked->type = type;
    memcpy(asked->name, name.at, name.len);
    dns->queries++;
    ares_query(dns->channel, asked->name, 1, (int)type, on_answer, asked);
    dns->is_asking = false;
    schedule(dns);
    return SIRA_OK;
}

/* ---- life ---- */

/* c-ares wants commas. */
static bool take_servers(sira_host_dns *dns, sira_str servers)
{
    size_t length = 0;
    for (size_t i = 0; i < servers.len;) {
        size_t end = i;
        sira_endpoint at = {0};
        while (end < servers.len && servers.at[end] != ' ')
            end++;
        if (end > i) {
            if (sira_endpoint_from_text((sira_str){servers.at + i, end - i}, 53, &at) != SIRA_OK ||
                length + SIRA_ENDPOINT_TEXT + 1 > sizeof dns->servers)
                return false;
            if (length != 0)
                dns->servers[length++] = ',';
            length += sira_endpoint_to_text(&at, dns->servers + length, sizeof dns->servers - length);
        }
        i = end + 1;
    }
    return true;
}

sira_status sira_i_dns_open(sira_host *host)
{
    sira_host_dns *dns = host->dns = calloc(1, sizeof *dns);
    if (dns == NULL || ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
        free(dns);
        host->dns = NULL;
        return SIRA_E_TRANSPORT;
    }
    dns->host = host;
    (void)uv_timer_init(host->loop, &dns->timer);
    dns->timer.data = dns;
    host->handles++;
    return take_servers(dns, host->config.dns_servers) ? SIRA_OK : SIRA_E_CONFIG;
}

static void on_timer_closed(uv_handle_t *handle)
{
    sira_host_dns *dns = handle->data;
    sira_i_host_released(dns->host);
}

void sira_i_dns_close(sira_host *host)
{
    sira_host_dns *dns = host->dns;
    if (dns == NULL)
        return;
    drop_channel(dns);
    while (dns->failed != NULL) {
        query *asked = dns->failed;
        dns->failed = asked->next;
        free(asked);
    }
    uv_close((uv_handle_t *)&dns->timer, on_timer_closed);
}

void sira_i_dns_free(sira_host *host)
{
    if (host->dns != NULL)
        ares_library_cleanup();
    free(host->dns);
    host->dns = NULL;
}
