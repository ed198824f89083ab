#ifndef SEALKIT_SHARE_DATE_H
#define SEALKIT_SHARE_DATE_H

/* Times and dates in texts that are signed: UTC, one spelling, days that exist. So they
   compare as texts do: an earlier one is less for strcmp. */

#define SEAL_TIME 20u /* characters of "2026-11-24T10:00:00Z" */
#define SEAL_DATE 10u /* of "2026-11-24" */

/* 1 where text is exactly that. Years from 2000; no second 60. */
int seal_is_time(const char *text);
int seal_is_date(const char *text);

/* The date of a time, or a date itself, against a date: less than, equal to or greater than 0. */
int seal_date_compare(const char *time_or_date, const char *date);
/* Days from one to the other, less than 0 where the second is earlier. Both must be as above. */
long seal_date_days(const char *time_or_date, const char *date);

#endif
