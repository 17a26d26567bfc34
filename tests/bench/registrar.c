#include "registrar.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define DATAGRAM 2048u

/* ---- the lines of a request ---- */

/* With its CRLF. */
typedef struct text_line {
    const char *at;
    size_t len;
} text_line;

typedef struct request {
    text_line via, from, to, call_id, cseq, contact, expires;
    bool has_authorization;
} request;

static bool has_name(const text_line *line, const char *name)
{
    size_t n = strlen(name);
    return line->len > n + 2 && memcmp(line->at, name, n) == 0;
}

static void take_line(request *r, const text_line *line)
{
    static const char names[][16] = {"Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: ", "Contact: ", "Expires: "};
    text_line *const places[] = {&r->via, &r->from, &r->to, &r->call_id, &r->cseq, &r->contact, &r->expires};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (line->at[0] == names[i][0] && has_name(line, names[i])) {
            *places[i] = *line;
            return;
        }
    }
    r->has_authorization = r->has_authorization || has_name(line, "Authorization: ");
}

static bool read_request(request *r, const char *text, size_t length)
{
    const char *at = text, *end = text + length, *feed;
    memset(r, 0, sizeof *r);
    while ((feed = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        const text_line line = {at, (size_t)(feed + 1 - at)};
        take_line(r, &line);
        at = feed + 1;
    }
    return r->via.len != 0 && r->from.len != 0 && r->to.len != 0 && r->call_id.len != 0 && r->cseq.len != 0 &&
           r->contact.len != 0 && r->expires.len != 0;
}

/* ---- its answer ---- */

/* No line of the request stands in it twice, and what is added fits in what a datagram is shorter. */
typedef struct answer {
    char text[2 * DATAGRAM];
    size_t length;
} answer;

static void append(answer *a, const char *at, size_t len)
{
    memcpy(a->text + a->length, at, len);
    a->length += len;
}

#define APPEND(a, literal) append(a, literal, sizeof(literal) - 1)

static void append_line(answer *a, const text_line *line)
{
    append(a, line->at, line->len);
}

static void append_line_with(answer *a, const text_line *line, const char *parameter)
{
    append(a, line->at, line->len - 2);
    append(a, parameter, strlen(parameter));
}

static void write_answer(answer *a, const request *r)
{
    const size_t name = sizeof "Expires: " - 1;
    a->length = 0;
    if (r->has_authorization)
        APPEND(a, "SIP/2.0 200 OK\r\n");
    else
        APPEND(a, "SIP/2.0 401 Unauthorized\r\n");
    append_line(a, &r->via);
    append_line(a, &r->from);
    append_line_with(a, &r->to, ";tag=7f3b9c21\r\n");
    append_line(a, &r->call_id);
    append_line(a, &r->cseq);
    if (r->has_authorization) {
        append_line_with(a, &r->contact, ";expires=");
        append(a, r->expires.at + name, r->expires.len - name);
    } else {
        APPEND(a, "WWW-Authenticate: Digest realm=\"ims.example.net\", "
                  "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093f1a2b3\", algorithm=MD5, qop=\"auth\"\r\n");
    }
    APPEND(a, "Content-Length: 0\r\n\r\n");
}

/* ---- its process ---- */

static void serve(int udp, int control)
{
    static char text[DATAGRAM];
    static answer reply;
    registrar_counts counts = {0, 0, 0};
    request r;
    struct pollfd sources[] = {{.fd = udp, .events = POLLIN}, {.fd = control, .events = POLLIN}};
    while (sources[1].revents == 0) {
        ssize_t length = recv(udp, text, sizeof text, 0);
        if (length < 0) {
            (void)poll(sources, 2, -1);
        } else if (!read_request(&r, text, (size_t)length)) {
            counts.ignored++;
        } else {
            write_answer(&reply, &r);
            (void)send(udp, reply.text, reply.length, 0);
            counts.accepted += r.has_authorization;
            counts.challenged += !r.has_authorization;
        }
    }
    (void)send(control, &counts, sizeof counts, 0);
    _exit(0);
}

static int open_socket(struct sockaddr_in *at)
{
    socklen_t length = sizeof *at;
    int udp = socket(AF_INET, SOCK_DGRAM, 0);
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (udp < 0 || bind(udp, (struct sockaddr *)at, length) != 0 ||
        getsockname(udp, (struct sockaddr *)at, &length) != 0 || fcntl(udp, F_SETFL, O_NONBLOCK) != 0)
        bench_fail("a socket on loopback");
    return udp;
}

static void connect_socket(int udp, const struct sockaddr_in *to)
{
    if (connect(udp, (const struct sockaddr *)to, sizeof *to) != 0)
        bench_fail("a connected socket");
}

void registrar_start(registrar *r)
{
    struct sockaddr_in ours, its;
    int control[2], udp = open_socket(&its);
    r->udp = open_socket(&ours);
    r->port = ntohs(its.sin_port);
    r->local_port = ntohs(ours.sin_port);
    connect_socket(r->udp, &its);
    connect_socket(udp, &ours);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, control) != 0 || (r->process = fork()) < 0)
        bench_fail("a process for the registrar");
    if (r->process == 0) {
        close(control[0]);
        close(r->udp);
        serve(udp, control[1]);
    }
    close(control[1]);
    close(udp);
    r->control = control[0];
}

registrar_counts registrar_stop(registrar *r)
{
    registrar_counts counts = {0, 0, 0};
    if (shutdown(r->control, SHUT_WR) != 0 ||
        recv(r->control, &counts, sizeof counts, MSG_WAITALL) != (ssize_t)sizeof counts ||
        waitpid(r->process, NULL, 0) != r->process)
        bench_fail("the registrar");
    close(r->control);
    close(r->udp);
    return counts;
}
