/*
 * The same functions in C: what the native ones are measured against.
 *
 * Plain C as one writes it for the server: the argument by PG_GETARG_TEXT_PP, one pass over the
 * bytes, no tricks with words or lanes, and no more than is_valid and parse_date answer.
 */
#include "postgres.h"

#include <time.h>

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/date.h"
#include "utils/datetime.h"

PG_MODULE_MAGIC;

/* CPU time of this backend in nanoseconds. */
PG_FUNCTION_INFO_V1(floor_cpu);
Datum
floor_cpu(PG_FUNCTION_ARGS)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	PG_RETURN_INT64((int64) now.tv_sec * 1000000000 + now.tv_nsec);
}

static inline bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline void
trim(const char **bytes, int *length)
{
	while (*length > 0 && is_space(**bytes))
	{
		(*bytes)++;
		(*length)--;
	}
	while (*length > 0 && is_space((*bytes)[*length - 1]))
		(*length)--;
}

#define READ_TEXT(index, bytes, length) \
	text	   *value##index = PG_GETARG_TEXT_PP(index); \
	const char *bytes = VARDATA_ANY(value##index); \
	int			length = VARSIZE_ANY_EXHDR(value##index)

PG_FUNCTION_INFO_V1(floor_npi);
Datum
floor_npi(PG_FUNCTION_ARGS)
{
	READ_TEXT(0, bytes, length);
	int			sum = 24;

	trim(&bytes, &length);
	if (length == 15)
	{
		if (memcmp(bytes, "80840", 5) != 0)
			PG_RETURN_BOOL(false);
		bytes += 5;
		length = 10;
	}
	if (length != 10 || (bytes[0] != '1' && bytes[0] != '2'))
		PG_RETURN_BOOL(false);
	for (int i = 0; i < 10; i++)
	{
		int			digit = bytes[i] - '0';

		if (digit < 0 || digit > 9)
			PG_RETURN_BOOL(false);
		if (i % 2 == 0)
		{
			digit *= 2;
			if (digit > 9)
				digit -= 9;
		}
		sum += digit;
	}
	PG_RETURN_BOOL(sum % 10 == 0);
}

PG_FUNCTION_INFO_V1(floor_icd10cm);
Datum
floor_icd10cm(PG_FUNCTION_ARGS)
{
	READ_TEXT(0, bytes, length);
	int			start = 3;

	trim(&bytes, &length);
	if (length < 3 || !is_letter(bytes[0]))
		PG_RETURN_BOOL(false);
	if (length > 3 && bytes[3] == '.')
	{
		if (length == 4)
			PG_RETURN_BOOL(false);
		start = 4;
	}
	if (length - start > 4)
		PG_RETURN_BOOL(false);
	for (int i = 1; i < length; i++)
	{
		if (i == 3 && start == 4)
			continue;
		if (!is_digit(bytes[i]) && !is_letter(bytes[i]))
			PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(true);
}

PG_FUNCTION_INFO_V1(floor_ndc);
Datum
floor_ndc(PG_FUNCTION_ARGS)
{
	READ_TEXT(0, bytes, length);
	int			lengths[3] = {0, 0, 0};
	int			part = 0;
	char		separator = 0;
	bool		all_zero = true;

	trim(&bytes, &length);
	if (length > 13)
		PG_RETURN_BOOL(false);
	for (int i = 0; i < length; i++)
	{
		char		c = bytes[i];

		if (is_digit(c))
		{
			lengths[part]++;
			if (c != '0')
				all_zero = false;
		}
		else if ((c == '-' || c == ' ') && part < 2 && (separator == 0 || separator == c))
		{
			separator = c;
			part++;
		}
		else
			PG_RETURN_BOOL(false);
	}
	if (all_zero)
		PG_RETURN_BOOL(false);
	if (part == 0)
		PG_RETURN_BOOL(lengths[0] == 11);
	PG_RETURN_BOOL((lengths[0] == 4 && lengths[1] == 4 && lengths[2] == 2) ||
				   (lengths[0] == 5 && lengths[1] == 3 && lengths[2] == 2) ||
				   (lengths[0] == 5 && lengths[1] == 4 && (lengths[2] == 1 || lengths[2] == 2)));
}

static inline int
number(const char *bytes, int count)
{
	int			value = 0;

	for (int i = 0; i < count; i++)
	{
		if (!is_digit(bytes[i]))
			return -1;
		value = value * 10 + (bytes[i] - '0');
	}
	return value;
}

static inline bool
to_day(int year, int month, int day, DateADT *result)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (year < 1 || month < 1 || month > 12 || day < 1 ||
		day > days[month - 1] + (month == 2 && leap ? 1 : 0))
		return false;
	*result = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* hl7, whose time of day and offset are checked and dropped; fhir_date; us_mdy. */
PG_FUNCTION_INFO_V1(floor_parse_date);
Datum
floor_parse_date(PG_FUNCTION_ARGS)
{
	READ_TEXT(0, bytes, length);
	READ_TEXT(1, format, format_length);
	DateADT		result;

	trim(&bytes, &length);
	if (format_length == 3 && memcmp(format, "hl7", 3) == 0)
	{
		static const int last[] = {23, 59, 59};
		int			at;

		if (length < 8 ||
			!to_day(number(bytes, 4), number(bytes + 4, 2), number(bytes + 6, 2), &result))
			PG_RETURN_NULL();
		for (at = 8; at + 1 < length && at < 14 && is_digit(bytes[at]); at += 2)
		{
			int			field = number(bytes + at, 2);

			if (field < 0 || field > last[(at - 8) / 2])
				PG_RETURN_NULL();
		}
		if (at == 14 && at < length && bytes[at] == '.')
		{
			int			first = ++at;

			while (at < length && is_digit(bytes[at]))
				at++;
			if (at == first || at - first > 4)
				PG_RETURN_NULL();
		}
		if (at < length && (bytes[at] == '+' || bytes[at] == '-'))
		{
			int			hours,
						minutes;

			if (length - at != 5)
				PG_RETURN_NULL();
			hours = number(bytes + at + 1, 2);
			minutes = number(bytes + at + 3, 2);
			if (hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 14 * 60)
				PG_RETURN_NULL();
			at += 5;
		}
		if (at != length)
			PG_RETURN_NULL();
		PG_RETURN_DATEADT(result);
	}
	if (format_length == 9 && memcmp(format, "fhir_date", 9) == 0)
	{
		if (length != 10 || bytes[4] != '-' || bytes[7] != '-' ||
			!to_day(number(bytes, 4), number(bytes + 5, 2), number(bytes + 8, 2), &result))
			PG_RETURN_NULL();
		PG_RETURN_DATEADT(result);
	}
	if (format_length == 6 && memcmp(format, "us_mdy", 6) == 0)
	{
		int			first = 0,
					second;

		while (first < length && is_digit(bytes[first]))
			first++;
		if (first < 1 || first > 2 || first >= length || (bytes[first] != '/' && bytes[first] != '-'))
			PG_RETURN_NULL();
		second = first + 1;
		while (second < length && is_digit(bytes[second]))
			second++;
		if (second - first < 2 || second - first > 3 || length - second != 5 ||
			bytes[second] != bytes[first])
			PG_RETURN_NULL();
		if (!to_day(number(bytes + second + 1, 4), number(bytes, first),
					number(bytes + first + 1, second - first - 1), &result))
			PG_RETURN_NULL();
		PG_RETURN_DATEADT(result);
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown format")));
}
