{# The names under which dbt has PostgreSQL's own way of what every warehouse can: for packages that call or
   replace them. #}

{% macro postgres__check_schema_exists(information_schema, schema) -%}
    {{ return(default__check_schema_exists(information_schema, schema)) }}
{%- endmacro %}

{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {{ return(default__create_table_as(temporary, relation, sql)) }}
{%- endmacro %}

{% macro postgres__drop_materialized_view(relation) -%}
    {{ return(default__drop_materialized_view(relation)) }}
{%- endmacro %}

{% macro postgres__drop_schema(relation) -%}
    {{ return(default__drop_schema(relation)) }}
{%- endmacro %}

{% macro postgres__drop_table(relation) -%}
    {{ return(default__drop_table(relation)) }}
{%- endmacro %}

{% macro postgres__drop_view(relation) -%}
    {{ return(default__drop_view(relation)) }}
{%- endmacro %}

{% macro postgres__get_columns_in_relation(relation) -%}
    {{ return(default__get_columns_in_relation(relation)) }}
{%- endmacro %}

{% macro postgres__list_relations_without_caching(schema_relation) -%}
    {{ return(default__list_relations_without_caching(schema_relation)) }}
{%- endmacro %}

{% macro postgres__list_schemas(database) -%}
    {{ return(default__list_schemas(database)) }}
{%- endmacro %}

{% macro postgres__make_temp_relation(base_relation, suffix) -%}
    {{ return(default__make_temp_relation(base_relation, suffix)) }}
{%- endmacro %}

{% macro postgres__make_intermediate_relation(base_relation, suffix) -%}
    {{ return(default__make_intermediate_relation(base_relation, suffix)) }}
{%- endmacro %}

{% macro postgres__make_backup_relation(base_relation, backup_relation_type, suffix) -%}
    {{ return(default__make_backup_relation(base_relation, backup_relation_type, suffix)) }}
{%- endmacro %}

{# A relation's name with a suffix, cut to what the server takes; `dstring` ends it with the time. #}
{% macro postgres__make_relation_with_suffix(base_relation, suffix, dstring) -%}
    {%- if dstring -%}
        {%- set suffix = suffix ~ modules.datetime.datetime.now().strftime('%H%M%S%f') -%}
    {%- endif -%}
    {{ return(hcw_suffixed(base_relation, suffix)) }}
{%- endmacro %}

{# Routines are no relations on PostgreSQL. #}
{% macro list_function_relations_without_caching(schema_relation) -%}
    {{ return(adapter.dispatch('list_function_relations_without_caching', 'dbt')(schema_relation)) }}
{%- endmacro %}

{% macro default__list_function_relations_without_caching(schema_relation) -%}
    {{ exceptions.raise_not_implemented('list_function_relations_without_caching macro not implemented for adapter ' ~ adapter.type()) }}
{%- endmacro %}
