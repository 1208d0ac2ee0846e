{# Arithmetic with dates and timestamps. A `datepart` is a word: year, quarter, month, week, day, hour, … #}

{# A date of three numbers; one that the calendar lacks fails while the template renders. #}
{% macro date(year, month, day) -%}
    {{ return(adapter.dispatch('date', 'dbt')(year, month, day)) }}
{%- endmacro %}

{% macro default__date(year, month, day) -%}
    to_date('{{ modules.datetime.date(year, month, day).strftime("%Y-%m-%d") }}', 'YYYY-MM-DD')
{%- endmacro %}

{% macro date_trunc(datepart, date) -%}
    {{ return(adapter.dispatch('date_trunc', 'dbt')(datepart, date)) }}
{%- endmacro %}

{% macro default__date_trunc(datepart, date) -%}
    date_trunc('{{ datepart }}', {{ date }})
{%- endmacro %}

{% macro dateadd(datepart, interval, from_date_or_timestamp) -%}
    {{ return(adapter.dispatch('dateadd', 'dbt')(datepart, interval, from_date_or_timestamp)) }}
{%- endmacro %}

{% macro default__dateadd(datepart, interval, from_date_or_timestamp) -%}
    dateadd( {{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }} )
{%- endmacro %}

{% macro postgres__dateadd(datepart, interval, from_date_or_timestamp) %}

    {{ from_date_or_timestamp }} + ((interval '1 {{ datepart }}') * ({{ interval }}))

{% endmacro %}

{# How many boundaries of the part lie between the two: from 23:59 to 0:00 is one day. #}
{% macro datediff(first_date, second_date, datepart) -%}
    {{ return(adapter.dispatch('datediff', 'dbt')(first_date, second_date, datepart)) }}
{%- endmacro %}

{% macro default__datediff(first_date, second_date, datepart) -%}
    datediff( {{ datepart }}, {{ first_date }}, {{ second_date }} )
{%- endmacro %}

{# A part is counted in the next larger one, times how many it holds, plus the difference of the parts. #}
{% macro postgres__datediff(first_date, second_date, datepart) -%}
    {%- set finer = {
        'quarter': ('year', 4), 'month': ('year', 12), 'hour': ('day', 24), 'minute': ('hour', 60),
        'second': ('minute', 60), 'millisecond': ('minute', 60000), 'microsecond': ('minute', 60000000)
    } -%}
    {%- if datepart == 'year' %}
        (date_part('year', ({{ second_date }})::date) - date_part('year', ({{ first_date }})::date))
    {% elif datepart == 'day' %}
        (({{ second_date }})::date - ({{ first_date }})::date)
    {% elif datepart == 'week' %}
        ({{ datediff(first_date, second_date, 'day') }} / 7 + case
            when date_part('dow', ({{ first_date }})::timestamp) <= date_part('dow', ({{ second_date }})::timestamp) then
                case when {{ first_date }} <= {{ second_date }} then 0 else -1 end
            else
                case when {{ first_date }} <= {{ second_date }} then 1 else 0 end
        end)
    {% elif datepart in finer -%}
        {%- set larger, count = finer[datepart] -%}
        {%- set type = 'date' if larger == 'year' else 'timestamp' -%}
        {%- set second_part = "date_part('" ~ datepart ~ "', (" ~ second_date ~ ")::" ~ type ~ ")" -%}
        {%- set first_part = "date_part('" ~ datepart ~ "', (" ~ first_date ~ ")::" ~ type ~ ")" -%}
        {%- if datepart in ('second', 'millisecond', 'microsecond') -%}
            {%- set second_part = 'floor(' ~ second_part ~ ')' -%}
            {%- set first_part = 'floor(' ~ first_part ~ ')' -%}
        {%- endif %}
        ({{ datediff(first_date, second_date, larger) }} * {{ count }} + {{ second_part }} - {{ first_part }})
    {% else -%}
        {{ exceptions.raise_compiler_error("Unsupported datepart for macro datediff in postgres: '" ~ datepart ~ "'") }}
    {%- endif -%}
{%- endmacro %}

{% macro last_day(date, datepart) -%}
    {{ return(adapter.dispatch('last_day', 'dbt')(date, datepart)) }}
{%- endmacro %}

{% macro default__last_day(date, datepart) -%}
    {{ dbt.default_last_day(date, datepart) }}
{%- endmacro %}

{# The day before the next period begins. #}
{% macro default_last_day(date, datepart) -%}
    cast(
        {{ dbt.dateadd('day', '-1', dbt.dateadd(datepart, '1', dbt.date_trunc(datepart, date))) }}
        as date)
{%- endmacro %}

{# An interval has no quarters; three months are one. #}
{% macro postgres__last_day(date, datepart) -%}
    {%- if datepart == 'quarter' -%}
    -- postgres dateadd does not support quarter interval.
    cast(
        {{ dbt.dateadd('day', '-1', dbt.dateadd('month', '3', dbt.date_trunc(datepart, date))) }}
        as date)
    {%- else -%}
        {{ dbt.default_last_day(date, datepart) }}
    {%- endif -%}
{%- endmacro %}
