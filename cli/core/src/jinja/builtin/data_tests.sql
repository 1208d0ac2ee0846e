{# The generic tests that every project has: each returns the rows that fail. Their blank lines are those of
   dbt, so that compiled SQL is the same byte for byte. #}

{% test not_null(model, column_name) %}
    {# a project may bring a query of its own #}
    {{ adapter.dispatch('test_not_null', 'dbt')(model, column_name) }}
{% endtest %}

{% macro default__test_not_null(model, column_name) %}

{# all columns of the rows that are kept #}

select {{ '*' if should_store_failures() else column_name }}
from {{ model }}
where {{ column_name }} is null

{% endmacro %}

{% test unique(model, column_name) %}
    {# a project may bring a query of its own #}
    {{ adapter.dispatch('test_unique', 'dbt')(model, column_name) }}
{% endtest %}

{% macro default__test_unique(model, column_name) %}

select
    {{ column_name }} as unique_field,
    count(*) as n_records

from {{ model }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1

{% endmacro %}

{% test accepted_values(model, column_name, values, quote=true) %}
    {# a project may bring a query of its own #}
    {{ adapter.dispatch('test_accepted_values', 'dbt')(model, column_name, values, quote) }}
{% endtest %}

{# A single quote within a value is doubled, save where the author has done so. #}
{% macro default__test_accepted_values(model, column_name, values, quote=true) %}

with all_values as (

    select
        {{ column_name }} as value_field,
        count(*) as n_records

    from {{ model }}
    group by {{ column_name }}

)

select *
from all_values
where value_field not in (
    {% for value in values -%}
        {%- set text = value | string -%}
        {%- if not quote -%}
        {{ value }}
        {%- elif "'" in (text | replace("''", "")) -%}
        '{{ text | replace("'", "''") }}'
        {%- else -%}
        '{{ text }}'
        {%- endif -%}
        {{ ',' if not loop.last }}
    {%- endfor %}
)

{% endmacro %}

{% test relationships(model, column_name, to, field) %}
    {# a project may bring a query of its own #}
    {{ adapter.dispatch('test_relationships', 'dbt')(model, column_name, to, field) }}
{% endtest %}

{% macro default__test_relationships(model, column_name, to, field) %}

with child as (
    select {{ column_name }} as from_field
    from {{ model }}
    where {{ column_name }} is not null
),

parent as (
    select {{ field }} as to_field
    from {{ to }}
)

select
    from_field

from child
left join parent
    on child.from_field = parent.to_field

where parent.to_field is null

{% endmacro %}
