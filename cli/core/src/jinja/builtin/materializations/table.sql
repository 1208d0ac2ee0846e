{% materialization table, default %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set built_relation = hcw_built_relation(target_relation, existing_relation) -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {% do hcw_build_table(built_relation, sql) %}
    {% do hcw_publish(built_relation, target_relation, existing_relation) %}

    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {#- as in dbt, what is declared has the last word over hooks of tables -#}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=true)) %}
    {% do persist_docs(target_relation, model) %}
    {% do adapter.apply_row_security(target_relation) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# A table with its rows, indexes and statistics. #}
{% macro hcw_build_table(relation, sql) %}
    {%- if flags.PUBLISH != 'legacy' -%}
        {% do adapter.defer_keys() %}
    {%- endif -%}
    {%- call statement('main') -%}
        {{ get_create_table_as_sql(false, relation, sql) }}
    {%- endcall -%}
    {% do adapter.add_keys(relation) %}
    {% do create_indexes(relation) %}
    {%- call statement('analyze') -%}
        analyze {{ relation.include(database=false) }}
    {%- endcall -%}
{% endmacro %}
