{#- US dollar amounts as people type them: 1234.5, $1,234.50, -$5, $-5, (12.00), ($12.00). Commas only between
    groups of three, at most two decimals, at most twelve digits before the point. -#}
{% macro money_reason(value) -%}
{%- set trimmed_value = trimmed(value) -%}
case
    when {{ value }} is null then null
    when lower({{ trimmed_value }}) in ('', 'n/a', 'na', 'none', 'null') then 'empty'
    when {{ trimmed_value }} !~ '^[0-9$,.() -]+$' then 'charset'
    when {{ trimmed_value }} !~ '^(-?\s?[$]?|[$]-|\(\s?[$]?)([0-9]+|[0-9]{1,3}(,[0-9]{3})+)?([.][0-9]{1,2})?\)?$'
        or {{ trimmed_value }} !~ '[0-9]'
        or {{ trimmed_value }} like '(%' is distinct from ({{ trimmed_value }} like '%)') then 'structure'
    when length(regexp_replace(split_part({{ trimmed_value }}, '.', 1), '[^0-9]', '', 'g')) > 12 then 'range'
end
{%- endmacro %}

{#- The amount in dollars; null unless `reason`, the value's money_reason, is null. -#}
{% macro money_value(value, reason) -%}
case
    when {{ reason }} is null and {{ value }} is not null
        then regexp_replace({{ value }}, '[^0-9.]', '', 'g')::numeric
            * case when {{ value }} ~ '[-(]' then -1 else 1 end
end
{%- endmacro %}

{#- A ratio to six decimals, null when the denominator is zero. Rounded from the IEEE double, half to even, as printf
    and every spreadsheet and data frame print it: PostgreSQL's round(numeric) rounds a tie away from zero instead. -#}
{% macro ratio(numerator, denominator) -%}
to_char(({{ numerator }})::double precision / nullif({{ denominator }}, 0), 'FM999999990.000000')::numeric(18, 6)
{%- endmacro %}
