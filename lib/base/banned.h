/* Included last in every .c file of lib/ and cmd/: calls that hide a length, a
   locale, a shell or an unremoved wipe stop the build. No guard: it has no text.
   The C library may have some of them as macros, which cannot be poisoned. */
#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef gets
#undef memset
#undef bzero
#undef strncpy
#undef strncat
#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol gets
#pragma GCC poison rand srand system popen memcmp memset bzero strncpy strncat
