{# Unit tests: fixtures as queries, and the query that shows what the model gave beside what was expected. #}

{# A parent's rows as a query. Columns that a row leaves out are null of their type. #}
{% macro get_fixture_sql(rows, column_name_to_data_types) %}
-- Fixture for {{ model.name }}
{%- set types = column_name_to_data_types or {} -%}
{%- set quoted = {} -%}
{%- if not types -%}
    {#- the parent itself, or the one of another environment while it is not built here -#}
    {%- set parent = defer_relation if defer_relation and not load_relation(this) else this -%}
    {%- for column in adapter.get_columns_in_relation(parent) -%}
        {%- do types.update({column.name | lower: column.data_type}) -%}
        {%- do quoted.update({column.name | lower: column.quoted}) -%}
    {%- endfor -%}
{%- endif -%}
{%- if not types -%}
    {{ exceptions.raise_compiler_error("Not able to get columns for unit test '" ~ model.name ~ "' from relation " ~ this ~ " because the relation doesn't exist") }}
{%- endif -%}
{%- set nulls = {} -%}
{%- for name, type in types.items() -%}
    {%- do nulls.update({name: safe_cast('null', type) | trim}) -%}
{%- endfor -%}
{{ validate_fixture_rows(rows, none) }}
{%- for row in rows -%}
    {%- set values = nulls.copy() -%}
    {%- do values.update(format_row(row, types)) %}
select {% for name, value in values.items() -%}
    {{ value }} as {{ quoted[name] or adapter.quote(name) }}{{ ', ' if not loop.last }}
    {%- endfor %}
    {%- if not loop.last %}
union all
    {%- endif -%}
{%- else %}
select {% for name, value in nulls.items() -%}
    {{ value }} as {{ quoted[name] or adapter.quote(name) }}{{ ', ' if not loop.last }}
    {%- endfor %}
limit 0
{%- endfor %}
{% endmacro %}

{# The expected rows as a query, in the order of the first row's columns. #}
{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) -%}
{%- for row in rows -%}
    {%- set values = format_row(row, column_name_to_data_types) %}
select {% for name, value in values.items() -%}
    {{ value }} as {{ column_name_to_quoted[name] }}{{ ', ' if not loop.last }}
    {%- endfor %}
    {%- if not loop.last %}
union all
    {%- endif -%}
{%- else %}
    select * from dbt_internal_unit_test_actual
    limit 0
{%- endfor %}
{% endmacro %}

{# A row as SQL: each value cast to its column's type, names in lower case. #}
{% macro format_row(row, column_name_to_data_types) -%}
    {%- set values = {} -%}
    {%- for given, value in row.items() -%}
        {%- set name = given | lower -%}
        {%- if name not in column_name_to_data_types -%}
            {%- set fixture = "expected output" if model.resource_type == 'unit_test' else "'" ~ model.name ~ "'" -%}
            {{ exceptions.raise_compiler_error(
                "Invalid column name: '" ~ name ~ "' in unit test fixture for " ~ fixture ~ "."
                ~ "\nAccepted columns for " ~ fixture ~ " are: " ~ (column_name_to_data_types.keys() | list)
            ) }}
        {%- endif -%}
        {%- set type = column_name_to_data_types[name] -%}
        {%- if value is string -%}
            {#- a length would cut the text without a word -#}
            {%- set type = type.split('(')[0] if 'varying' in type else type -%}
            {%- set literal = dbt.string_literal(dbt.escape_single_quotes(value)) -%}
        {%- else -%}
            {%- set literal = 'null' if value is none else value -%}
        {%- endif -%}
        {%- do values.update({name: safe_cast(literal, type)}) -%}
    {%- endfor -%}
    {{ return(values) }}
{%- endmacro %}

{# For projects that check fixtures of their own kind; nothing to check here. #}
{% macro validate_fixture_rows(rows, row_number) -%}
    {{ return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) }}
{%- endmacro %}

{% macro default__validate_fixture_rows(rows, row_number) -%}
{%- endmacro %}

{# Actual and expected rows, told apart by the column actual_or_expected. #}
{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
    {{ return(adapter.dispatch('get_unit_test_sql', 'dbt')(main_sql, expected_fixture_sql, expected_column_names)) }}
{%- endmacro %}

{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
{%- set marker = adapter.quote('actual_or_expected') -%}
with dbt_internal_unit_test_actual as (
  select
    {{ expected_column_names | join(',') }}, {{ dbt.string_literal('actual') }} as {{ marker }}
  from (
    {{ main_sql }}
  ) _dbt_internal_unit_test_actual
),

dbt_internal_unit_test_expected as (
  select
    {{ expected_column_names | join(', ') }}, {{ dbt.string_literal('expected') }} as {{ marker }}
  from (
    {{ expected_fixture_sql }}
  ) _dbt_internal_unit_test_expected
)

select * from dbt_internal_unit_test_actual
union all
select * from dbt_internal_unit_test_expected
{%- endmacro %}
