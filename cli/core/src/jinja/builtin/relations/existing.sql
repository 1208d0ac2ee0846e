{# Views that are replaced in place, for materializations of projects. #}

{# Builds a model as a view over whatever stands there: a materialization's whole work, returned as its result. #}
{% macro create_or_replace_view() -%}
    {%- set identifier = model['alias'] -%}
    {%- set old_relation = adapter.get_relation(database=database, schema=schema, identifier=identifier) -%}
    {%- set target_relation = api.Relation.create(database=database, schema=schema, identifier=identifier, type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if old_relation is not none and old_relation.is_table -%}
        {{ handle_existing_table(should_full_refresh(), old_relation) }}
    {%- endif -%}
    {%- call statement('main') -%}
        {{ get_create_view_as_sql(target_relation, sql) }}
    {%- endcall -%}
    {%- set was_view = old_relation is not none and old_relation.is_view -%}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke(was_view, full_refresh_mode=true)) -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmacro %}

{# A table where a view shall stand goes. #}
{% macro handle_existing_table(full_refresh, old_relation) -%}
    {{ return(adapter.dispatch('handle_existing_table', 'dbt')(full_refresh, old_relation)) }}
{%- endmacro %}

{% macro default__handle_existing_table(full_refresh, old_relation) -%}
    {%- do log('Dropping relation ' ~ old_relation.render() ~ ' because it is of type ' ~ old_relation.type) -%}
    {{ adapter.drop_relation(old_relation) }}
{%- endmacro %}

{# Which view reads which relation: one row a pair, dependent and referenced. #}
{% macro get_relations() -%}
    {{ return(adapter.dispatch('get_relations', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_relations() -%}
    {{ exceptions.raise_not_implemented('get_relations is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{# A view depends on what its rewrite rule depends on, save on itself. #}
{% macro postgres__get_relations() -%}
    {%- call statement('relations', fetch_result=true) -%}
    select distinct
        dependent_schema.nspname as dependent_schema,
        dependent.relname as dependent_name,
        referenced_schema.nspname as referenced_schema,
        referenced.relname as referenced_name
    from pg_catalog.pg_rewrite
    join pg_catalog.pg_class as dependent on dependent.oid = pg_rewrite.ev_class
    join pg_catalog.pg_namespace as dependent_schema on dependent_schema.oid = dependent.relnamespace
    join pg_catalog.pg_depend
        on pg_depend.classid = 'pg_catalog.pg_rewrite'::regclass
        and pg_depend.objid = pg_rewrite.oid
        and pg_depend.refclassid = 'pg_catalog.pg_class'::regclass
        and pg_depend.refobjid <> pg_rewrite.ev_class
    join pg_catalog.pg_class as referenced on referenced.oid = pg_depend.refobjid
    join pg_catalog.pg_namespace as referenced_schema on referenced_schema.oid = referenced.relnamespace
    where referenced_schema.nspname <> 'information_schema'
        and referenced_schema.nspname not like 'pg\_%'
    order by 1, 2, 3, 4
    {%- endcall -%}
    {{ return(load_result('relations').table) }}
{%- endmacro %}

{% macro postgres_get_relations() -%}
    {{ return(postgres__get_relations()) }}
{%- endmacro %}
