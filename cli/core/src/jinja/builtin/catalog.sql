{# The catalogue: one row a column, with what `docs generate` writes about it and its relation. #}

{# `relations` name a schema and, where one relation alone is wanted, its identifier. #}
{% macro get_catalog_relations(information_schema, relations) -%}
    {{ return(adapter.dispatch('get_catalog_relations', 'dbt')(information_schema, relations)) }}
{%- endmacro %}

{% macro default__get_catalog_relations(information_schema, relations) -%}
    {{ exceptions.raise_compiler_error('get_catalog_relations not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro postgres__get_catalog_relations(information_schema, relations) -%}
    {%- set database = information_schema.database -%}
    {{ adapter.verify_database(database) }}
    {%- call statement('catalog', fetch_result=true) -%}
    select
        '{{ database | replace("'", "''") }}' as table_database,
        pg_namespace.nspname as table_schema,
        pg_class.relname as table_name,
        case pg_class.relkind
            when 'v' then 'VIEW'
            when 'm' then 'MATERIALIZED VIEW'
            else 'BASE TABLE'
        end as table_type,
        pg_catalog.obj_description(pg_class.oid, 'pg_class') as table_comment,
        pg_attribute.attname as column_name,
        pg_attribute.attnum as column_index,
        pg_catalog.format_type(pg_attribute.atttypid, pg_attribute.atttypmod) as column_type,
        pg_catalog.col_description(pg_class.oid, pg_attribute.attnum) as column_comment,
        pg_catalog.pg_get_userbyid(pg_class.relowner) as table_owner
    from pg_catalog.pg_namespace
    join pg_catalog.pg_class on pg_class.relnamespace = pg_namespace.oid
    join pg_catalog.pg_attribute on pg_attribute.attrelid = pg_class.oid
    where (
        {%- for relation in relations %}
        (
            upper(pg_namespace.nspname) = upper('{{ relation.schema | replace("'", "''") }}')
            {%- if relation.identifier %}
            and upper(pg_class.relname) = upper('{{ relation.identifier | replace("'", "''") }}')
            {%- endif %}
        ){{ ' or' if not loop.last }}
        {%- else %}
        false
        {%- endfor %}
    )
        and not pg_catalog.pg_is_other_temp_schema(pg_namespace.oid)
        and pg_class.relpersistence in ('p', 'u')
        and pg_class.relkind in ('r', 'v', 'f', 'p', 'm')
        and pg_attribute.attnum > 0
        and not pg_attribute.attisdropped
    order by pg_namespace.nspname, pg_class.relname, pg_attribute.attnum
    {%- endcall -%}
    {{ return(load_result('catalog').table) }}
{%- endmacro %}

{# The same for whole schemas. #}
{% macro get_catalog(information_schema, schemas) -%}
    {{ return(adapter.dispatch('get_catalog', 'dbt')(information_schema, schemas)) }}
{%- endmacro %}

{% macro default__get_catalog(information_schema, schemas) -%}
    {{ exceptions.raise_compiler_error('get_catalog not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro postgres__get_catalog(information_schema, schemas) -%}
    {%- set relations = [] -%}
    {%- for schema in schemas -%}
        {%- do relations.append({'schema': schema}) -%}
    {%- endfor -%}
    {{ return(postgres__get_catalog_relations(information_schema, relations)) }}
{%- endmacro %}

{% macro get_catalog_for_single_relation(relation) -%}
    {{ return(adapter.dispatch('get_catalog_for_single_relation', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_catalog_for_single_relation(relation) -%}
    {{ exceptions.raise_not_implemented('get_catalog_for_single_relation is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{# When relations last changed; PostgreSQL does not say. #}
{% macro get_relation_last_modified(information_schema, relations) -%}
    {{ return(adapter.dispatch('get_relation_last_modified', 'dbt')(information_schema, relations)) }}
{%- endmacro %}

{% macro default__get_relation_last_modified(information_schema, relations) -%}
    {{ exceptions.raise_not_implemented('get_relation_last_modified is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}
