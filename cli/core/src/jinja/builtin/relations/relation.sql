{# Relations: found, named, renamed, emptied and dropped. #}

{% macro list_relations_without_caching(schema_relation) %}
    {{ return(adapter.dispatch('list_relations_without_caching', 'dbt')(schema_relation)) }}
{% endmacro %}

{# Rows of database, name, schema and type. #}
{% macro default__list_relations_without_caching(schema_relation) %}
    {%- call statement('list_relations_without_caching', fetch_result=true, auto_begin=false) -%}
        select
            '{{ schema_relation.database | replace("'", "''") }}' as database,
            class.relname as name,
            namespace.nspname as schema,
            case class.relkind
                when 'v' then 'view'
                when 'm' then 'materialized_view'
                when 'f' then 'external'
                else 'table'
            end as type
        from pg_catalog.pg_class as class
        inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
        where class.relkind in ('r', 'p', 'v', 'm', 'f')
            and lower(namespace.nspname) = lower('{{ schema_relation.schema | replace("'", "''") }}')
    {%- endcall -%}
    {{ return(load_result('list_relations_without_caching').table) }}
{% endmacro %}

{% macro load_cached_relation(relation) %}
    {% do return(adapter.get_relation(database=relation.database, schema=relation.schema, identifier=relation.identifier)) %}
{% endmacro %}

{% macro load_relation(relation) %}
    {{ return(load_cached_relation(relation)) }}
{% endmacro %}

{% macro get_or_create_relation(database, schema, identifier, type) -%}
    {{ return(adapter.dispatch('get_or_create_relation', 'dbt')(database, schema, identifier, type)) }}
{% endmacro %}

{% macro default__get_or_create_relation(database, schema, identifier, type) %}
    {%- set found = adapter.get_relation(database=database, schema=schema, identifier=identifier) -%}
    {%- if found -%}
        {% do return([true, found]) %}
    {%- endif -%}
    {%- set made = api.Relation.create(database=database, schema=schema, identifier=identifier, type=type) -%}
    {% do return([false, made]) %}
{% endmacro %}

{# Names beside a relation's own, cut to what the server takes. #}
{% macro make_temp_relation(base_relation, suffix='__dbt_tmp') %}
    {{ return(adapter.dispatch('make_temp_relation', 'dbt')(base_relation, suffix)) }}
{% endmacro %}

{% macro default__make_temp_relation(base_relation, suffix) %}
    {{ return(hcw_suffixed(base_relation, suffix).incorporate(path={"schema": none, "database": none})) }}
{% endmacro %}

{% macro make_intermediate_relation(base_relation, suffix='__dbt_tmp') %}
    {{ return(adapter.dispatch('make_intermediate_relation', 'dbt')(base_relation, suffix)) }}
{% endmacro %}

{% macro default__make_intermediate_relation(base_relation, suffix) %}
    {{ return(hcw_suffixed(base_relation, suffix)) }}
{% endmacro %}

{% macro make_backup_relation(base_relation, backup_relation_type, suffix='__dbt_backup') %}
    {{ return(adapter.dispatch('make_backup_relation', 'dbt')(base_relation, backup_relation_type, suffix)) }}
{% endmacro %}

{% macro default__make_backup_relation(base_relation, backup_relation_type, suffix) %}
    {{ return(hcw_suffixed(base_relation, suffix).incorporate(type=backup_relation_type)) }}
{% endmacro %}

{% macro hcw_suffixed(relation, suffix) %}
    {%- set room = relation.relation_max_name_length() - suffix | length -%}
    {{ return(relation.incorporate(path={"identifier": relation.identifier[:room] ~ suffix})) }}
{% endmacro %}

{% macro rename_relation(from_relation, to_relation) -%}
    {{ return(adapter.dispatch('rename_relation', 'dbt')(from_relation, to_relation)) }}
{% endmacro %}

{% macro default__rename_relation(from_relation, to_relation) -%}
    {%- call statement('rename_relation') -%}
        {%- if from_relation.type is none -%}
            alter table {{ from_relation }} rename to {{ adapter.quote(to_relation.hcw_stored().identifier) }}
        {%- else -%}
            {{ get_rename_sql(from_relation, to_relation.hcw_stored().identifier) }}
        {%- endif -%}
    {%- endcall -%}
{% endmacro %}

{% macro hcw_object_type(relation) -%}
    {%- if relation.type == 'view' -%}
        view
    {%- elif relation.type == 'materialized_view' -%}
        materialized view
    {%- else -%}
        table
    {%- endif -%}
{%- endmacro %}

{% macro truncate_relation(relation) -%}
    {{ return(adapter.dispatch('truncate_relation', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__truncate_relation(relation) -%}
    {%- call statement('truncate_relation') -%}
        truncate table {{ relation.render() }}
    {%- endcall -%}
{% endmacro %}

{% macro drop_relation(relation) -%}
    {{ return(adapter.dispatch('drop_relation', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__drop_relation(relation) -%}
    {%- call statement('drop_relation', auto_begin=false) -%}
        {{ get_drop_sql(relation) }}
    {%- endcall -%}
{% endmacro %}

{% macro drop_relation_if_exists(relation) %}
    {%- if relation is not none -%}
        {{ adapter.drop_relation(relation) }}
    {%- endif -%}
{% endmacro %}
