/* No fault: the same flags let a right program pass. */
int main(void)
{
    return 0;
}
