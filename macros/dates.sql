{#- Dates are read in two steps, so that no impossible day ever reaches a cast: `date_text` brings the accepted
    layouts to YYYY-MM-DD (null: no accepted layout), `date_reason` judges the result, `date_value` casts what has no
    reason. The same for wall-clock times: YYYY-MM-DD HH:MM:SS. Numeric dates of the US sources are month/day/year. -#}

{#- True when YYYY-MM-DD is a day of the proleptic Gregorian calendar, years 0001-9999. -#}
{% macro is_real_day(iso_text) -%}
hcw.date_fhir_is_valid({{ iso_text }})
{%- endmacro %}

{#- Layouts: ISO (a time behind it is cut off), basic 8 digits, m/d/yyyy or m-d-yyyy. With `excel_serial` a bare
    number of up to five digits counts days as Excel's 1900 system does; 60 is its phantom 1900-02-29, and four digits
    that also read as a year are left alone. -#}
{% macro date_text(value, excel_serial=false) -%}
case
    when {{ value }} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}($|[T ][0-9]{2}:)' then left({{ value }}, 10)
    when {{ value }} ~ '^[0-9]{8}$' then left({{ value }}, 4) || '-' || substr({{ value }}, 5, 2) || '-' || right({{ value }}, 2)
    when {{ value }} ~ '^([0-9]{1,2}/[0-9]{1,2}/|[0-9]{1,2}-[0-9]{1,2}-)[0-9]{4}$' then {{ us_date_text(value) }}
{%- if excel_serial %}
    when {{ value }} ~ '^0*([1-9]|[1-5][0-9])$' then (date '1899-12-31' + {{ value }}::int)::text
    when {{ value }} ~ '^0*60$' then '1900-02-29'
    when {{ value }} ~ '^[0-9]{1,5}$' and {{ value }} !~ '^0*$|^(19[0-9]{2}|20[0-9]{2}|2100)$'
        then (date '1899-12-30' + {{ value }}::int)::text
{%- endif %}
end
{%- endmacro %}

{% macro us_date_text(value) -%}
right({{ value }}, 4) || '-' || lpad(split_part(translate({{ value }}, '-', '/'), '/', 1), 2, '0') || '-' || lpad(split_part(translate({{ value }}, '-', '/'), '/', 2), 2, '0')
{%- endmacro %}

{#- True for a day that stands for "not known" or that nobody can have meant. -#}
{% macro is_implausible_day(iso_text) -%}
(
    left({{ iso_text }}, 4)::int not between {{ var('earliest_plausible_year') }} and {{ var('latest_plausible_year') }}
    or {{ iso_text }} in ({% for day in var('sentinel_dates') %}'{{ day }}'{% if not loop.last %}, {% endif %}{% endfor %})
)
{%- endmacro %}

{#- Why `value`, whose date_text is `iso_text`, is no date. -#}
{% macro date_reason(value, iso_text) -%}
case
    when {{ value }} is null then null
    when {{ value }} = '' then 'empty'
    when {{ iso_text }} is null then {{ layout_reason(value) }}
    when not {{ is_real_day(iso_text) }} then 'range'
    when {{ is_implausible_day(iso_text) }} then 'implausible'
end
{%- endmacro %}

{#- Why a text has no accepted date layout. Four or five digits may be a year, or an Excel serial. -#}
{% macro layout_reason(value) -%}
case
    when {{ value }} ~ '[^A-Za-z0-9/.,:+ -]' then 'charset'
    when {{ value }} ~ '^[0-9]{4,5}$' then 'ambiguous'
    when {{ value }} ~ '^[0-9]+$' then 'length'
    when {{ value }} ~ '^[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{2}$' then 'ambiguous'
    else 'structure'
end
{%- endmacro %}

{% macro date_value(iso_text, reason) -%}
case when {{ reason }} is null then {{ iso_text }}::date end
{%- endmacro %}

{#- Wall-clock layouts: ISO with T or space, 12 or 14 digits, m/d/yyyy with 24-hour or AM/PM time; a date alone stays
    a date alone: no time of day is made up. -#}
{% macro local_time_text(value) -%}
case
    when {{ value }} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?$'
        then left({{ value }}, 10) || ' ' || rpad(substr({{ value }}, 12), 8, ':00')
    when {{ value }} ~ '^[0-9]{12}([0-9]{2})?$'
        then regexp_replace(rpad({{ value }}, 14, '0'), '^(....)(..)(..)(..)(..)(..)$', '\1-\2-\3 \4:\5:\6')
    when {{ value }} ~* '^[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4} [0-9]{1,2}:[0-9]{2}( ?[ap]m)?$'
        then {{ us_date_text("split_part(" ~ value ~ ", ' ', 1)") }}
            || ' ' || {{ hour_text(value) }} || ':' || substring({{ value }} from ':([0-9]{2})') || ':00'
    else {{ date_text(value) }}
end
{%- endmacro %}

{#- The hour 00-23 before the first colon; 12 AM is 00; an hour that AM/PM cannot have becomes 99, which is no hour. -#}
{% macro hour_text(value) -%}
{%- set hour = "substring(" ~ value ~ " from '([0-9]{1,2}):')::int" -%}
case
    when {{ value }} !~* '[ap]m$' then lpad({{ hour }}::text, 2, '0')
    when {{ hour }} not between 1 and 12 then '99'
    else lpad(({{ hour }} % 12 + case when {{ value }} ~* 'pm$' then 12 else 0 end)::text, 2, '0')
end
{%- endmacro %}

{% macro local_time_reason(value, time_text) -%}
case
    when {{ value }} is null then null
    when {{ value }} = '' then 'empty'
    when {{ time_text }} is null then {{ layout_reason(value) }}
    when not {{ is_real_day("left(" ~ time_text ~ ", 10)") }} then 'range'
    when substr({{ time_text }}, 11) !~ '^( ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])?$' then 'range'
    when {{ is_implausible_day("left(" ~ time_text ~ ", 10)") }} then 'implausible'
end
{%- endmacro %}

{#- FHIR instant: a full date and time with seconds and offset, in a plausible year. -#}
{% macro instant_reason(value) -%}
coalesce(
    hcw.instant_fhir_reason({{ value }}),
    case
        when hcw.instant_fhir_is_valid({{ value }}) and {{ is_implausible_day("left(" ~ value ~ ", 10)") }} then 'implausible'
    end
)
{%- endmacro %}

{#- The instant, when `reason` is null. A leap second, 23:59:60, is the second that follows 23:59:59. -#}
{% macro instant_value(value, reason) -%}
case
    when {{ reason }} is null
        then replace({{ value }}, ':60', ':59')::timestamptz + case when {{ value }} like '%:60%' then interval '1 second' else interval '0' end
end
{%- endmacro %}

{#- FHIR date: YYYY, YYYY-MM or YYYY-MM-DD. A coarse date stays coarse. -#}
{% macro fhir_date_reason(value) -%}
coalesce(
    hcw.date_fhir_reason({{ value }}),
    case when hcw.date_fhir_is_valid({{ value }}) and {{ is_implausible_day(value) }} then 'implausible' end
)
{%- endmacro %}

{#- True when someone born on that day is not born yet, or older than anyone, on the as-of date. -#}
{% macro is_implausible_birth(day) -%}
(
    {{ day }} > date '{{ var("as_of_date") }}'
    or {{ day }} < date '{{ var("as_of_date") }}' - interval '{{ var("maximum_age_years") }} years'
)
{%- endmacro %}

{#- A wall-clock time of this hospital as an instant. -#}
{% macro local_to_utc(local_time) -%}
({{ local_time }} at time zone interval '{{ var("local_utc_offset") }}')
{%- endmacro %}
