{# A snapshot: a table that keeps every version of its query's rows, never rebuilt. #}

{% materialization snapshot, default %}
    {%- set grant_config = config.get('grants') -%}
    {%- set exists, target_relation = get_or_create_relation(
        database=model.database,
        schema=model.schema,
        identifier=model.get('alias', model.get('name')),
        type='table'
    ) -%}
    {%- if not target_relation.is_table -%}
        {%- do exceptions.relation_wrong_type(target_relation, 'table') -%}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {%- set strategy_macro = strategy_dispatch(config.get('strategy')) -%}
    {%- set strategy = strategy_macro(model, 'snapshotted_data', 'source_data', model['config'], exists) -%}

    {%- if exists -%}
        {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
        {{ adapter.assert_valid_snapshot_target_given_strategy(target_relation, columns, strategy) }}
        {%- set checked_sql = snapshot_staging_table(strategy, sql, target_relation) -%}
        {%- set staging_table = build_snapshot_staging_table(strategy, sql, target_relation) -%}
        {%- do adapter.expand_target_column_types(from_relation=staging_table, to_relation=target_relation) -%}

        {%- set working_columns = ['dbt_change_type', 'DBT_CHANGE_TYPE', 'dbt_unique_key', 'DBT_UNIQUE_KEY'] -%}
        {%- if strategy.unique_key is not string -%}
            {%- for key in strategy.unique_key -%}
                {%- do working_columns.append('dbt_unique_key_' ~ loop.index) -%}
                {%- do working_columns.append('DBT_UNIQUE_KEY_' ~ loop.index) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- set missing_columns = adapter.get_missing_columns(staging_table, target_relation)
            | rejectattr('name', 'in', working_columns) | list -%}
        {%- do create_columns(target_relation, missing_columns) -%}

        {%- set insert_columns = [] -%}
        {%- for column in adapter.get_columns_in_relation(staging_table) if column.name not in working_columns -%}
            {%- do insert_columns.append(adapter.quote(column.name)) -%}
        {%- endfor -%}
        {%- set final_sql = snapshot_merge_sql(target=target_relation, source=staging_table, insert_cols=insert_columns) -%}
    {%- else -%}
        {%- set staging_table = none -%}
        {%- set checked_sql = build_snapshot_table(strategy, model['compiled_code']) -%}
        {%- set final_sql = create_table_as(false, target_relation, checked_sql) -%}
    {%- endif -%}

    {{ check_time_data_types(checked_sql) }}

    {%- call statement('main') -%}
        {{ final_sql }}
    {%- endcall -%}

    {%- do apply_grants(target_relation, grant_config, should_revoke(exists, full_refresh_mode=false)) -%}
    {%- do adapter.apply_row_security(target_relation) -%}
    {%- do persist_docs(target_relation, model) -%}
    {%- if not exists -%}
        {%- do create_indexes(target_relation) -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {{ adapter.commit() }}

    {%- if staging_table is not none -%}
        {%- do post_snapshot(staging_table) -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# After a snapshot's changes are in: for projects that clear up themselves; the staging table is temporary here. #}
{% macro post_snapshot(staging_relation) -%}
    {{ return(adapter.dispatch('post_snapshot', 'dbt')(staging_relation)) }}
{%- endmacro %}

{% macro default__post_snapshot(staging_relation) -%}
{%- endmacro %}
