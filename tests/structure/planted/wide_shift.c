/* Shifts by the width of the type. */
int main(void)
{
    volatile unsigned width = 32;
    volatile unsigned result = 1u << width;
    (void)result;
    return 0;
}
