{# Contracts: the columns that a model says it has, checked against its query and written into its table. #}

{# The columns with their types and constraints, in brackets, for `create table`. #}
{% macro get_table_columns_and_constraints() -%}
    {{ return(adapter.dispatch('get_table_columns_and_constraints', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_table_columns_and_constraints() -%}
    {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{% macro table_columns_and_constraints() -%}
    {%- set of_columns = adapter.render_raw_columns_constraints(raw_columns=model['columns']) -%}
    {%- set of_model = adapter.render_raw_model_constraints(raw_constraints=model['constraints']) %}
    (
    {%- for line in of_columns + of_model %}
    {{ line }}{{ ',' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}

{# Fails where a query's columns are not the contract's. #}
{% macro get_assert_columns_equivalent(sql) -%}
    {{ return(adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql)) }}
{%- endmacro %}

{% macro default__get_assert_columns_equivalent(sql) -%}
    {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{# Names and types are compared, not the order: the table's order is the contract's. #}
{% macro assert_columns_equivalent(sql) -%}
    {%- do adapter.check_contract(sql, model['columns']) -%}
{%- endmacro %}

{# A query with its columns in the contract's order. #}
{% macro get_select_subquery(sql) -%}
    {{ return(adapter.dispatch('get_select_subquery', 'dbt')(sql)) }}
{%- endmacro %}

{% macro default__get_select_subquery(sql) %}
    select {{ adapter.dispatch('get_column_names', 'dbt')() }}
    from (
        {{ sql }}
    ) as model_subq
{%- endmacro %}

{% macro default__get_column_names() -%}
    {%- for column in model['columns'].values() -%}
        {{ adapter.quote(column['name']) if column.get('quote') else column['name'] }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Columns as contracts compare them: name, type, and both in one text. #}
{% macro format_columns(columns) -%}
    {%- set formatted = [] -%}
    {%- for column in columns -%}
        {%- do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) -%}
    {%- endfor -%}
    {{ return(formatted) }}
{%- endmacro %}

{% macro default__format_column(column) -%}
    {{ return({
        'name': column.name,
        'data_type': column.dtype,
        'formatted': column.column.lower() ~ ' ' ~ column.dtype
    }) }}
{%- endmacro %}
