/* Runs a harness over files, and over every file of a folder: an ordinary test program under any compiler. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

static unsigned count;

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat about;
    if (file == NULL || fstat(fileno(file), &about) != 0) {
        perror(path);
        exit(1);
    }
    size_t size = (size_t)about.st_size;
    uint8_t *exact = malloc(size); /* so that the sanitizer sees one byte too many */
    if ((size > 0 && exact == NULL) || fread(exact, 1, size, file) != size) {
        perror(path);
        exit(1);
    }
    (void)fclose(file);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    count++;
}

static void run_folder(const char *path, DIR *folder)
{
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(folder)) != NULL) {
        char file[1024];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        run_file(file);
    }
    if (errno != 0) {
        perror(path);
        exit(1);
    }
    (void)closedir(folder);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (folder != NULL)
            run_folder(argv[i], folder);
        else
            run_file(argv[i]);
    }
    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    printf("%u files\n", count);
    return count > 0 ? 0 : 1;
}
