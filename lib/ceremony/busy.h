#ifndef SEALKIT_CEREMONY_BUSY_H
#define SEALKIT_CEREMONY_BUSY_H

/* What the tool waits for, for the person who looks at an unmoving screen. It shows on
   standard error, where that is a terminal, once a wait has lasted a second, and is gone
   when the wait is over. Questions, touch prompts and reports end it by themselves; whoever
   else prints calls seal_busy(NULL) first. One wait at a time. */

/* "the daemon at https://...": becomes "waiting for the daemon at https://... ...". NULL:
   nothing is waited for. */
void seal_busy(const char *text);

/* A line that is on the screen without a newline, so that whoever is interrupted begins a
   new one. For touch prompts and this module. */
void seal_line_is_open(int open);
/* For signal handlers: ends such a line. */
void seal_line_end(void);

#endif
