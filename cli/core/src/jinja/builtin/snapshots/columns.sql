{# The columns that a snapshot adds, and its key as SQL. #}

{# The names of the added columns; `snapshot_meta_column_names` replaces some. #}
{% macro get_snapshot_table_column_names() -%}
    {{ return({
        'dbt_valid_to': 'dbt_valid_to',
        'dbt_valid_from': 'dbt_valid_from',
        'dbt_scd_id': 'dbt_scd_id',
        'dbt_updated_at': 'dbt_updated_at',
        'dbt_is_deleted': 'dbt_is_deleted'
    }) }}
{%- endmacro %}

{# The end of the version that holds now: null, of the type of `updated_at`, or what `dbt_valid_to_current` says. #}
{% macro get_dbt_valid_to_current(strategy, columns) -%}
    coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ config.get('dbt_valid_to_current') or 'null' }})
    as {{ columns.dbt_valid_to }}
{%- endmacro %}

{% macro unique_key_fields(unique_key) -%}
    {%- if unique_key is not string -%}
        {%- for key in unique_key -%}
        {{ key }} as dbt_unique_key_{{ loop.index }}{{ ' , ' if not loop.last }}
        {%- endfor -%}
    {%- else -%}
        {{ unique_key }} as dbt_unique_key
    {%- endif -%}
{%- endmacro %}

{% macro unique_key_join_on(unique_key, identifier, from_identifier) -%}
    {%- if unique_key is not string -%}
        {%- for key in unique_key -%}
        {{ equals(identifier ~ '.dbt_unique_key_' ~ loop.index, from_identifier ~ '.dbt_unique_key_' ~ loop.index) }}
        {{- ' and ' if not loop.last }}
        {%- endfor -%}
    {%- else -%}
        {{ identifier }}.dbt_unique_key = {{ from_identifier }}.dbt_unique_key
    {%- endif -%}
{%- endmacro %}

{# Whether a side of an outer join is missing: its key's first column tells. #}
{% macro unique_key_is_null(unique_key, identifier) -%}
    {{ identifier }}.dbt_unique_key{{ '_1' if unique_key is not string }} is null
{%- endmacro %}

{% macro unique_key_is_not_null(unique_key, identifier) -%}
    {{ identifier }}.dbt_unique_key{{ '_1' if unique_key is not string }} is not null
{%- endmacro %}

{# Adds columns to a snapshot that its query has gained. #}
{% macro create_columns(relation, columns) -%}
    {{ return(adapter.dispatch('create_columns', 'dbt')(relation, columns)) }}
{%- endmacro %}

{% macro default__create_columns(relation, columns) -%}
    {%- for column in columns -%}
        {%- call statement() -%}
            alter table {{ relation.render() }} add column {{ adapter.quote(column.name) }} {{ column.expanded_data_type }};
        {%- endcall -%}
    {%- endfor -%}
{%- endmacro %}

{# The type of dbt_updated_at in a query, or none where it has no such column. #}
{% macro get_updated_at_column_data_type(snapshot_sql) -%}
    {%- for column in get_column_schema_from_query(snapshot_sql) if column.column | lower == 'dbt_updated_at' -%}
        {{ return(column.dtype or none) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{# Warns where `updated_at` and the time of a snapshot are of two types. #}
{% macro check_time_data_types(sql) -%}
    {%- set updated_at_type = get_updated_at_column_data_type(sql) -%}
    {%- set snapshot_time_type = get_snapshot_get_time_data_type() -%}
    {%- if updated_at_type is not none and snapshot_time_type is not none and updated_at_type != snapshot_time_type -%}
        {{ exceptions.warn_snapshot_timestamp_data_types(snapshot_time_type, updated_at_type) }}
    {%- endif -%}
{%- endmacro %}
