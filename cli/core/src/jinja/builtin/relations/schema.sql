{# Schemas: made, dropped and listed. #}

{% macro create_schema(relation) -%}
    {{ adapter.dispatch('create_schema', 'dbt')(relation) }}
{% endmacro %}

{% macro default__create_schema(relation) -%}
    {%- call statement('create_schema') -%}
        create schema if not exists {{ relation.without_identifier() }}
    {%- endcall -%}
{% endmacro %}

{% macro postgres__create_schema(relation) -%}
    {%- if relation.database -%}
        {{ adapter.verify_database(relation.database) }}
    {%- endif -%}
    {%- call statement('create_schema') -%}
        create schema if not exists {{ relation.without_identifier().include(database=false) }}
    {%- endcall -%}
{% endmacro %}

{# Drops a schema of the target's database, by name. #}
{% macro drop_schema_named(schema_name) -%}
    {{ return(adapter.dispatch('drop_schema_named', 'dbt')(schema_name)) }}
{%- endmacro %}

{% macro default__drop_schema_named(schema_name) -%}
    {%- do adapter.drop_schema(api.Relation.create(database=target.database, schema=schema_name)) -%}
{%- endmacro %}

{% macro drop_schema(relation) -%}
    {{ adapter.dispatch('drop_schema', 'dbt')(relation) }}
{% endmacro %}

{% macro default__drop_schema(relation) -%}
    {%- call statement('drop_schema') -%}
        drop schema if exists {{ relation.without_identifier().include(database=false) }} cascade
    {%- endcall -%}
{% endmacro %}

{% macro list_schemas(database) -%}
    {{ return(adapter.dispatch('list_schemas', 'dbt')(database)) }}
{% endmacro %}

{% macro default__list_schemas(database) -%}
    {% set sql %}
        select distinct nspname from pg_catalog.pg_namespace
    {% endset %}
    {{ return(run_query(sql)) }}
{% endmacro %}

{% macro check_schema_exists(information_schema, schema) -%}
    {{ return(adapter.dispatch('check_schema_exists', 'dbt')(information_schema, schema)) }}
{% endmacro %}

{% macro default__check_schema_exists(information_schema, schema) -%}
    {% set sql %}
        select count(*) from pg_catalog.pg_namespace where nspname = {{ dbt.string_literal(schema | replace("'", "''")) }}
    {% endset %}
    {{ return(run_query(sql)) }}
{% endmacro %}

{% macro information_schema_name(database) %}
    {{ return(adapter.dispatch('information_schema_name', 'dbt')(database)) }}
{% endmacro %}

{% macro default__information_schema_name(database) -%}
    {%- if database -%}
        {{ adapter.quote_as_configured(database, 'database') }}.information_schema
    {%- else -%}
        information_schema
    {%- endif -%}
{%- endmacro %}

{% macro postgres__information_schema_name(database) -%}
    {%- if database -%}
        {{ adapter.verify_database(database) }}
    {%- endif -%}
    information_schema
{%- endmacro %}
