{% materialization incremental, default %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set full_refresh_mode = should_full_refresh() or (existing_relation is not none and not existing_relation.is_table) -%}
    {%- set rebuilds = existing_relation is none or full_refresh_mode -%}
    {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
    {%- set strategy = config.get('incremental_strategy') or 'default' -%}
    {%- set strategy_macro = adapter.get_incremental_strategy_macro(context, strategy) -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {%- if rebuilds -%}
        {%- set built_relation = hcw_built_relation(target_relation, existing_relation) -%}
        {% do hcw_build_table(built_relation, sql) %}
        {% do persist_docs(built_relation, model) %}
        {% do hcw_publish(built_relation, target_relation, existing_relation) %}
    {%- else -%}
        {%- set temporary = make_temp_relation(target_relation) -%}
        {%- call statement('create_new_rows') -%}
            {{ get_create_table_as_sql(true, temporary, sql) }}
        {%- endcall -%}
        {%- set contract = config.get('contract') -%}
        {%- if not contract or not contract.enforced -%}
            {% do adapter.expand_target_column_types(from_relation=temporary, to_relation=target_relation) %}
        {%- endif -%}
        {%- set columns = process_schema_changes(on_schema_change, temporary, existing_relation) -%}
        {%- if not columns -%}
            {%- set columns = adapter.get_columns_in_relation(existing_relation) -%}
        {%- endif -%}
        {%- set arguments = {
            'target_relation': target_relation,
            'temp_relation': temporary,
            'unique_key': config.get('unique_key'),
            'dest_columns': columns,
            'incremental_predicates': config.get('predicates', none) or config.get('incremental_predicates', none),
        } -%}
        {%- call statement('main') -%}
            {{ strategy_macro(arguments) }}
        {%- endcall -%}
        {%- call statement('drop_new_rows') -%}
            drop table {{ temporary }}
        {%- endcall -%}
        {% do persist_docs(target_relation, model) %}
    {%- endif -%}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode)) %}
    {% do adapter.apply_row_security(target_relation) %}

    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Whether a query brings new rows into a table that stands, rather than all rows into a new one. #}
{% macro is_incremental() %}
    {%- if not execute -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set relation = load_cached_relation(this) -%}
    {{ return(
        relation is not none
        and relation.type == 'table'
        and model.config.materialized == 'incremental'
        and not should_full_refresh()
    ) }}
{% endmacro %}
