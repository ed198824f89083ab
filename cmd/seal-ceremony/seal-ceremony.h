#ifndef SEAL_CEREMONY_H
#define SEAL_CEREMONY_H

/* The commands; each gives the exit code. */
int show_main(int argc, char **argv);
int lint_main(int argc, char **argv);
int script_main(int argc, char **argv);
int run_main(int argc, char **argv);
int resume_main(int argc, char **argv);
int minutes_main(int argc, char **argv);

#endif
