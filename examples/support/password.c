#include "support/password.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <sira/base.h>

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    interrupted = number;
}

/* Reads up to a line end, or all when it is a file's; false on an error, or when it is too long. */
static bool read_text(password *self, int file, bool one_line)
{
    bool ended = false;
    self->length = 0;
    while (!ended && self->length < sizeof self->text && interrupted == 0) {
        ssize_t count = read(file, self->text + self->length, sizeof self->text - self->length);
        if (count < 0 && errno != EINTR)
            return false;
        self->length += count > 0 ? (size_t)count : 0;
        ended = count == 0 || (one_line && count > 0 && self->text[self->length - 1] == '\n');
    }
    if (self->length > 0 && self->text[self->length - 1] == '\n')
        self->length--;
    if (self->length > 0 && self->text[self->length - 1] == '\r')
        self->length--;
    if (self->length > PASSWORD_MAX)
        errno = EMSGSIZE;
    return self->length <= PASSWORD_MAX;
}

static bool from_file(password *self, const char *program, const char *path)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool done = file >= 0 && read_text(self, file, false);
    if (!done)
        fprintf(stderr, "%s: %s: %s\n", program, path,
                errno == EMSGSIZE ? "more than the 255 bytes that a password may have" : strerror(errno));
    else if (fstat(file, &about) == 0 && S_ISREG(about.st_mode) && (about.st_mode & S_IROTH) != 0)
        fprintf(stderr, "%s: warning: anybody on this machine can read %s (chmod 600 %s)\n", program, path, path);
    if (file >= 0)
        close(file);
    return done;
}

/* The environment does not keep it: it would stand in memory twice, and in /proc. */
static bool from_variable(password *self, const char *program, const char *variable, char *value)
{
    self->length = strlen(value);
    if (self->length > PASSWORD_MAX) {
        fprintf(stderr, "%s: %s has more than the 255 bytes that a password may have\n", program, variable);
        return false;
    }
    memcpy(self->text, value, self->length);
    sira_wipe(value, self->length);
    return true;
}

/* Signals that would leave a terminal without echo are kept until it has it back. */
static bool ask(password *self, int terminal)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    enum { COUNT = sizeof numbers / sizeof numbers[0] };
    struct sigaction before[COUNT], during = {.sa_handler = on_signal};
    struct termios echo, silent;
    static const char question[] = "Password: ";
    if (tcgetattr(terminal, &echo) != 0)
        return false;
    sigemptyset(&during.sa_mask);
    for (size_t i = 0; i < COUNT; i++)
        sigaction(numbers[i], &during, &before[i]);
    silent = echo;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    bool done = tcsetattr(terminal, TCSAFLUSH, &silent) == 0 &&
                write(terminal, question, sizeof question - 1) == (ssize_t)(sizeof question - 1) &&
                read_text(self, terminal, true);
    done = write(terminal, "\n", 1) == 1 && done;
    tcsetattr(terminal, TCSAFLUSH, &echo);
    for (size_t i = 0; i < COUNT; i++)
        sigaction(numbers[i], &before[i], NULL);
    if (interrupted != 0) {
        password_wipe(self);
        raise((int)interrupted);
        return false;
    }
    return done;
}

static bool from_terminal(password *self, const char *program, const char *variable)
{
    int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    bool done = terminal >= 0 && ask(self, terminal);
    if (terminal >= 0)
        close(terminal);
    if (!done)
        fprintf(stderr, "%s: no password: there is no terminal to ask on; use --password-file or %s\n", program,
                variable);
    return done;
}

bool password_get(password *self, const char *program, const char *file, const char *variable)
{
    char *value = getenv(variable);
    bool done = file != NULL    ? from_file(self, program, file)
                : value != NULL ? from_variable(self, program, variable, value)
                                : from_terminal(self, program, variable);
    if (!done)
        password_wipe(self);
    return done;
}

void password_wipe(password *self)
{
    sira_wipe(self, sizeof *self);
}
