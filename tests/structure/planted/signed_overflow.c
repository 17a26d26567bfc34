/* Adds one to the largest int. */
#include <limits.h>

int main(void)
{
    volatile int number = INT_MAX;
    number = number + 1;
    return 0;
}
