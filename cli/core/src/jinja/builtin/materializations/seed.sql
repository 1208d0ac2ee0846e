{% materialization seed, default %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set full_refresh_mode = should_full_refresh() -%}
    {%- set agate_table = load_agate_table() -%}
    {%- if existing_relation is not none and not full_refresh_mode and not existing_relation.is_table -%}
        {%- do exceptions.raise_compiler_error("Cannot seed to '" ~ existing_relation ~ "', it is a " ~ existing_relation.type) -%}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {%- if existing_relation is not none and flags.PUBLISH == 'legacy' -%}
        {%- set created = reset_csv_table(model, full_refresh_mode, existing_relation, agate_table) -%}
        {%- set built_relation = target_relation -%}
    {%- else -%}
        {%- set built_relation = target_relation if flags.PUBLISH == 'legacy' else hcw_built_relation(target_relation, existing_relation) -%}
        {%- set created = hcw_create_seed_table(built_relation, model, agate_table) -%}
    {%- endif -%}
    {%- set loaded = hcw_load_seed_rows(built_relation, agate_table) -%}
    {%- set code = 'CREATE' if full_refresh_mode else 'INSERT' -%}
    {%- call noop_statement('main', code ~ ' ' ~ (agate_table | length), code, agate_table | length) -%}
        {{ get_csv_sql(created, loaded) }}
    {%- endcall -%}
    {% do create_indexes(built_relation) %}
    {% do persist_docs(built_relation, model) %}
    {%- if flags.PUBLISH != 'legacy' -%}
        {% do hcw_publish(built_relation, target_relation, existing_relation) %}
    {%- endif -%}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode)) %}
    {% do adapter.apply_row_security(target_relation) %}

    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro get_csv_sql(create_or_truncate_sql, insert_sql) %}
    {{ adapter.dispatch('get_csv_sql', 'dbt')(create_or_truncate_sql, insert_sql) }}
{% endmacro %}

{% macro default__get_csv_sql(create_or_truncate_sql, insert_sql) %}
    {{- create_or_truncate_sql }};
    -- dbt seed --
    {{ insert_sql }}
{% endmacro %}

{# The table, with the types that were found or are declared under `column_types`. #}
{% macro create_csv_table(model, agate_table) -%}
    {{ adapter.dispatch('create_csv_table', 'dbt')(model, agate_table) }}
{%- endmacro %}

{% macro default__create_csv_table(model, agate_table) %}
    {{ return(hcw_create_seed_table(this, model, agate_table)) }}
{% endmacro %}

{% macro hcw_create_seed_table(relation, model, agate_table) %}
    {%- set declared = model['config'].get('column_types', {}) -%}
    {%- set quotes = model['config'].get('quote_columns', none) -%}
    {%- set sql -%}
        create table {{ relation.render() }} (
        {%- for name in agate_table.column_names %}
            {{ adapter.quote_seed_column(name, quotes) }} {{ declared.get(name, adapter.convert_type(agate_table, loop.index0)) }}
            {{- ',' if not loop.last }}
        {%- endfor %}
        )
    {%- endset -%}
    {%- call statement('_') -%}
        {{ sql }}
    {%- endcall -%}
    {{ return(sql) }}
{% endmacro %}

{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {{ return(adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table)) }}
{%- endmacro %}

{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {%- if full_refresh -%}
        {%- do adapter.drop_relation(old_relation) -%}
        {{ return(create_csv_table(model, agate_table)) }}
    {%- endif -%}
    {%- do adapter.truncate_relation(old_relation) -%}
    {{ return('truncate table ' ~ old_relation.render()) }}
{% endmacro %}

{% macro load_csv_rows(model, agate_table) -%}
    {{ return(adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table)) }}
{%- endmacro %}

{% macro default__load_csv_rows(model, agate_table) %}
    {{ return(hcw_load_seed_rows(this, agate_table)) }}
{% endmacro %}

{# The rows go to the server as one COPY. #}
{% macro hcw_load_seed_rows(relation, agate_table) %}
    {%- set columns = get_seed_column_quoted_csv(model, agate_table.column_names) -%}
    {%- do adapter.copy_rows(relation, agate_table, columns) -%}
    {{ return('copy ' ~ relation.render() ~ ' (' ~ columns ~ ') from stdin') }}
{% endmacro %}

{% macro get_seed_column_quoted_csv(model, column_names) %}
    {%- set quotes = model['config'].get('quote_columns', none) -%}
    {%- set quoted = [] -%}
    {%- for name in column_names -%}
        {%- do quoted.append(adapter.quote_seed_column(name, quotes)) -%}
    {%- endfor -%}
    {{ return(quoted | join(', ')) }}
{% endmacro %}

{# How a seed of a project's own making sends its rows: rows a statement, and the mark of a value. #}
{% macro get_batch_size() -%}
    {{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_batch_size() -%}
    {{ return(10000) }}
{%- endmacro %}

{% macro get_binding_char() -%}
    {{ return(adapter.dispatch('get_binding_char', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_binding_char() -%}
    {{ return('%s') }}
{%- endmacro %}
