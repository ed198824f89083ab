#ifndef SEALD_NOTIFY_H
#define SEALD_NOTIFY_H

/* Tells the service manager ("READY=1", ...): one datagram to $NOTIFY_SOCKET, whose name
   may be abstract. Without one, or where it fails, nothing happens. */
void seald_notify(const char *state);

#endif
