{# What a snapshot gains in this run: the versions to insert and the versions to close. #}

{# The query of a snapshot that does not exist yet. #}
{% macro build_snapshot_table(strategy, sql) -%}
    {{ return(adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql)) }}
{%- endmacro %}

{% macro default__build_snapshot_table(strategy, sql) %}
    {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() %}
    select *,
        {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
        {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
        {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
        {{ get_dbt_valid_to_current(strategy, columns) }}
        {{- ", 'False' as " ~ columns.dbt_is_deleted if strategy.hard_deletes == 'new_record' }}
    from (
        {{ sql }}
    ) sbq
{% endmacro %}

{# Builds the staged rows as a temporary table and returns it. #}
{% macro build_snapshot_staging_table(strategy, sql, target_relation) -%}
    {%- set staging_relation = make_temp_relation(target_relation) -%}
    {%- set select = snapshot_staging_table(strategy, sql, target_relation) -%}
    {%- call statement('build_snapshot_staging_relation') -%}
        {{ create_table_as(true, staging_relation, select) }}
    {%- endcall -%}
    {{ return(staging_relation) }}
{%- endmacro %}

{# One row a change, its kind in dbt_change_type: insert, update or delete. #}
{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}
    {{ return(adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation)) }}
{%- endmacro %}

{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
    {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
    {%- set key = strategy.unique_key -%}
    {%- set valid_to_current = config.get('dbt_valid_to_current') -%}
    {%- set adds_records = strategy.hard_deletes == 'new_record' -%}
    {%- set sees_deletes = adds_records or strategy.hard_deletes == 'invalidate' -%}
    {%- set is_deleted = 'snapshotted_data.' ~ columns.dbt_is_deleted -%}
    {%- set held_now = 'snapshotted_data.' ~ columns.dbt_valid_to ~ (' = ' ~ valid_to_current if valid_to_current else ' is null') %}

    with snapshot_query as (

        {{ source_sql }}

    ),

    snapshotted_data as (

        select *, {{ unique_key_fields(key) }}
        from {{ target_relation }}
        where
            {% if valid_to_current -%}
            ( {{ equals(columns.dbt_valid_to, valid_to_current) }} or {{ columns.dbt_valid_to }} is null )
            {%- else -%}
            {{ columns.dbt_valid_to }} is null
            {%- endif %}

    ),

    insertions_source_data as (

        select *, {{ unique_key_fields(key) }},
            {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
            {{ get_dbt_valid_to_current(strategy, columns) }},
            {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}

        from snapshot_query
    ),

    updates_source_data as (

        select *, {{ unique_key_fields(key) }},
            {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_to }}

        from snapshot_query
    ),

    {%- if sees_deletes %}

    deletes_source_data as (

        select *, {{ unique_key_fields(key) }}
        from snapshot_query
    ),
    {%- endif %}

    insertions as (

        select
            'insert' as dbt_change_type,
            source_data.*
            {{- ",'False' as " ~ columns.dbt_is_deleted if adds_records }}

        from insertions_source_data as source_data
        left outer join snapshotted_data
            on {{ unique_key_join_on(key, 'snapshotted_data', 'source_data') }}
            where {{ unique_key_is_null(key, 'snapshotted_data') }}
            or ({{ unique_key_is_not_null(key, 'snapshotted_data') }} and (
               {{ strategy.row_changed }}{{ ' or ' ~ is_deleted ~ " = 'True'" if adds_records }}
            )

        )

    ),

    updates as (

        select
            'update' as dbt_change_type,
            source_data.*,
            snapshotted_data.{{ columns.dbt_scd_id }}
            {{- ', ' ~ is_deleted if adds_records }}

        from updates_source_data as source_data
        join snapshotted_data
            on {{ unique_key_join_on(key, 'snapshotted_data', 'source_data') }}
        where (
            {{ strategy.row_changed }}{{ ' or ' ~ is_deleted ~ " = 'True'" if adds_records }}
        )
    )

    {%- if sees_deletes %},

    deletes as (

        select
            'delete' as dbt_change_type,
            source_data.*,
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
            {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_to }},
            snapshotted_data.{{ columns.dbt_scd_id }}
            {{- ', ' ~ is_deleted if adds_records }}

        from snapshotted_data
        left join deletes_source_data as source_data
            on {{ unique_key_join_on(key, 'snapshotted_data', 'source_data') }}
            where {{ unique_key_is_null(key, 'source_data') }}
            {%- if adds_records %}
            and not (
                {{ is_deleted }} = 'True'
                and
                {{ held_now }}
            )
            {%- endif %}
    )
    {%- endif %}

    {%- if adds_records %},
    {{ snapshot_deletion_records(strategy, source_sql, target_relation, columns, held_now) }}
    {%- endif %}

    select * from insertions
    union all
    select * from updates
    {%- if sees_deletes %}
    union all
    select * from deletes
    {%- endif %}
    {%- if adds_records %}
    union all
    select * from deletion_records
    {%- endif %}
{%- endmacro %}

{# A version that says of a vanished row that it is deleted, with the values that it had last. #}
{% macro snapshot_deletion_records(strategy, source_sql, target_relation, columns, held_now) -%}
    {%- set held_columns = get_list_of_column_names(get_columns_in_relation(target_relation)) -%}
    {%- set is_deleted = 'snapshotted_data.' ~ columns.dbt_is_deleted -%}
    deletion_records as (

        select
            'insert' as dbt_change_type,
            {%- for name in get_columns_in_query(source_sql) %}
            {{ 'snapshotted_data' if name in held_columns else 'source_data' }}.{{ adapter.quote(name) }},
            {%- endfor %}
            {%- if strategy.unique_key is not string %}
            {%- for name in strategy.unique_key %}
            snapshotted_data.{{ name }} as dbt_unique_key_{{ loop.index }},
            {%- endfor %}
            {%- else %}
            snapshotted_data.dbt_unique_key as dbt_unique_key,
            {%- endif %}
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
            {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
            snapshotted_data.{{ columns.dbt_valid_to }} as {{ columns.dbt_valid_to }},
            {{ snapshot_hash_arguments([columns.dbt_scd_id, snapshot_get_time()]) }} as {{ columns.dbt_scd_id }},
            'True' as {{ columns.dbt_is_deleted }}
        from snapshotted_data
        left join deletes_source_data as source_data
            on {{ unique_key_join_on(strategy.unique_key, 'snapshotted_data', 'source_data') }}
        where {{ unique_key_is_null(strategy.unique_key, 'source_data') }}
        and not (
            {{ is_deleted }} = 'True'
            and
            {{ held_now }}
        )
    )
{%- endmacro %}
